"""Sending what is due: claim under a lease, ask whether it is still wanted, call the adapter, record by fence.

No transaction is open while a provider is called. A node that dies, or sleeps longer than its lease, loses its claim:
another sends the same message with the same key, and what the first would record is refused by the fence.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from tocsin.accounts.queries import keyring
from tocsin.accounts.rules import ENGINE
from tocsin.channels import facts, ports
from tocsin.channels.models import Contact, Delivery
from tocsin.channels.ports import Channel, ChannelError, Setup
from tocsin.channels.registry import CHANNELS
from tocsin.channels.rules import (
    DeliveryState,
    Failure,
    Message,
    MessageKind,
    Outcome,
    Outgoing,
    Reason,
    Receipt,
    after_try,
)
from tocsin.core import clock, live
from tocsin.core.refs import Ref
from tocsin.journal.actions import record

log = logging.getLogger(__name__)

SLOTS = 16
SLOTS_A_CHANNEL = 8
"""A provider that hangs never takes every slot: the others' messages go on."""
MOST_A_ROUND = 200
"""Deliveries looked at before results are recorded again, however many of them turn out to be unwanted."""

# First pages before all else, then each lane in its turn: ten thousand messages of one incident never delay the first
# of another. The conditions stand twice because the outer ones are looked at again once the row is locked.
_CLAIM = """
UPDATE channels_delivery SET state = 'sending', tries = tries + 1, fence = fence + 1, owner = %(owner)s,
       lease_until = tocsin_now() + make_interval(secs => %(lease_s)s),
       first_tried_at = coalesce(first_tried_at, tocsin_now())
 WHERE id IN (
   SELECT id FROM channels_delivery WHERE id IN (
     SELECT id FROM (
       SELECT id, priority, row_number() OVER (PARTITION BY lane ORDER BY priority, due_at, id) AS turn
         FROM channels_delivery
        WHERE state IN ('pending', 'sending') AND due_at <= tocsin_now() AND channel <> ALL(%(full)s)
          AND (lease_until IS NULL OR lease_until < tocsin_now())
     ) AS due ORDER BY least(priority, 1), turn, priority, id LIMIT %(limit)s
   )
   AND state IN ('pending', 'sending') AND due_at <= tocsin_now()
   AND (lease_until IS NULL OR lease_until < tocsin_now())
   FOR UPDATE SKIP LOCKED
 )
RETURNING id, fence, priority
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A delivery this node may send until its lease ends; `fence` proves it when the result is recorded."""

    id: int
    fence: int
    tries: int
    channel: str
    about: Ref
    person: UUID
    contact_removed: bool
    valid_until: datetime
    outgoing: Outgoing


class Sender:
    """A node's senders: `run_due` again and again; it returns at once, calls go on in `SLOTS` threads."""

    def __init__(self, owner: str, *, lease_s: int = 30) -> None:
        self._owner = owner
        self._lease_s = lease_s
        self._pool = ThreadPoolExecutor(max_workers=SLOTS, thread_name_prefix="send")
        self._flying: dict[Future[Receipt | Failure], Claim] = {}
        self._setup = Setup(config=settings.CONFIG, keyring=keyring())

    def run_due(self) -> int:
        """Record what has come back, send what is due; returns how many deliveries moved."""
        return self._land() + self._launch()

    def drain(self, timeout_s: float = 30) -> int:
        """Wait for the calls under way and record them; returns how many."""
        landed = 0
        while self._flying:
            done, _ = wait(self._flying, timeout=timeout_s, return_when=FIRST_COMPLETED)
            if not done:
                break
            landed += self._land()
        return landed

    def close(self) -> None:
        """Record what is under way and let the threads go."""
        self.drain()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _land(self) -> int:
        done = [future for future in self._flying if future.done()]
        for future in done:
            result = future.result()
            receipt, failure = (result, None) if isinstance(result, Receipt) else (Receipt(), result)
            with _at_its_own_cost(self._flying[future]):
                _record_try(self._flying[future], receipt, failure)
            # Only now: where the database is away the result is kept, and recorded when it is back.
            del self._flying[future]
        return len(done)

    def _launch(self) -> int:
        launched = 0
        while launched < MOST_A_ROUND and (claims := self._claims()):
            launched += len(claims)
            for claim in claims:
                with _at_its_own_cost(claim):
                    self._begin(claim)
        return launched

    def _begin(self, claim: Claim) -> None:
        refusal = _refusal(claim)
        if refusal is not None:
            _record(claim, refusal, Receipt())
        else:
            self._flying[self._pool.submit(_call, claim, self._setup)] = claim

    def _claims(self) -> list[Claim]:
        """As many as fit, whichever channel they are for, without any channel taking more than its share."""
        busy = Counter(claim.channel for claim in self._flying.values())
        full = [channel for channel, calls in busy.items() if calls >= SLOTS_A_CHANNEL]
        shares = [SLOTS_A_CHANNEL - calls for calls in busy.values() if calls < SLOTS_A_CHANNEL]
        limit = min([SLOTS - len(self._flying), SLOTS_A_CHANNEL, *shares])
        return claim_due(self._owner, lease_s=self._lease_s, limit=limit, full=full)


@contextmanager
def _at_its_own_cost(claim: Claim) -> Iterator[None]:
    """What cannot be settled costs its own message, which is due again when its lease ends; never the others'.

    A database that is away is nobody's in particular: that is passed on.
    """
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # the border of one message: it is told, and the others go out
        log.exception("delivery_not_settled", extra={"delivery": claim.id, "channel": claim.channel})


def send_due(owner: str, limit: int = 50) -> int:
    """Send up to about `limit` due deliveries and wait for their results; returns how many were claimed."""
    sender = Sender(owner)
    sent = 0
    try:
        while sent < limit and (moved := sender.run_due()):
            sender.drain()
            sent += moved
    finally:
        sender.close()
    return sent


def claim_due(owner: str, *, lease_s: int, limit: int, full: list[str] | None = None) -> list[Claim]:
    """Take up to `limit` due deliveries for `owner`, in the order they are to be sent."""
    if limit <= 0:
        return []
    values: dict[str, Any] = {"owner": owner, "lease_s": lease_s, "limit": limit, "full": full or []}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        fences = {id_: fence for id_, fence, _ in sorted(cursor.fetchall(), key=lambda row: (row[2], row[0]))}
    if not fences:
        return []
    now = clock.now()
    rows = Delivery.objects.select_related("contact__person").in_bulk(list(fences))
    return [_claim(rows[id_], fence, now) for id_, fence in fences.items()]


def _claim(row: Delivery, fence: int, now: datetime) -> Claim:
    contact: Contact = row.contact
    return Claim(
        id=row.id,
        fence=fence,
        tries=row.tries,
        channel=row.channel,
        about=Ref(row.about_kind, row.about_id),
        person=contact.person.uuid,
        contact_removed=contact.removed_at is not None,
        valid_until=row.valid_until,
        outgoing=Outgoing(
            key=row.key,
            kind=MessageKind(row.kind),
            address=contact.address,
            contact=contact.uuid,
            message=Message(**row.message),
            thread=row.lane,
            queued_at=row.queued_at,
            now=now,
        ),
    )


def _refusal(claim: Claim) -> Outcome | None:
    """Why a claimed delivery is not to be sent after all, asked as late as can be; None to send it."""
    if claim.contact_removed:
        return Outcome(state=DeliveryState.DROPPED, due_at=None, reason=Reason.CONTACT_REMOVED)
    answer = ports.still_wanted(claim.about, claim.person)
    if not answer.wanted:
        params = {"why": answer.reason}
        return Outcome(state=DeliveryState.DROPPED, due_at=None, reason=Reason.NOT_WANTED, params=params)
    if claim.outgoing.now >= claim.valid_until:
        return Outcome(state=DeliveryState.FAILED, due_at=None, reason=Reason.TOO_LATE)
    return None


def _call(claim: Claim, setup: Setup) -> Receipt | Failure:
    """Call the adapter, in a thread without a database connection."""
    try:
        return CHANNELS.get(claim.channel).send(claim.outgoing, setup)
    except ChannelError as error:
        return Failure(permanent=error.permanent, uncertain=error.uncertain, error=str(error))
    except Exception as error:  # the boundary to an adapter that others may have written: their bug is a failed try
        log.exception("adapter_failed", extra={"channel": claim.channel, "key": claim.outgoing.key})
        return Failure(permanent=False, uncertain=True, error=f"{type(error).__name__}: {error}")


def _record_try(claim: Claim, receipt: Receipt, failure: Failure | None) -> None:
    channel: Channel | None = CHANNELS.get(claim.channel) if claim.channel in CHANNELS else None
    outcome = after_try(
        failure,
        tries=claim.tries,
        valid_until=claim.valid_until,
        capabilities=channel.capabilities if channel else frozenset(),
        now=clock.now(),
    )
    _record(claim, outcome, receipt)


@transaction.atomic
def _record(claim: Claim, outcome: Outcome, receipt: Receipt) -> None:
    """Write the outcome unless somebody else has claimed the delivery since, and tell the journal of a final one."""
    row = Delivery.objects.select_for_update().filter(id=claim.id, fence=claim.fence, state="sending").first()
    if row is None:
        log.warning("delivery_fenced", extra={"delivery": claim.id, "fence": claim.fence})
        return
    row.state, row.reason, row.lease_until = outcome.state, outcome.reason, None
    row.last_error = _storable(outcome.params.get("error", outcome.params.get("why", "")))[:2000]
    row.provider_id = _storable(receipt.provider_id)
    if outcome.due_at is not None:
        row.due_at = outcome.due_at
        row.save()
        return
    row.finished_at = clock.now()
    row.save()
    record(_fact(row, claim), actor=ENGINE, subject=Ref("channels.delivery", row.uuid))
    live.publish(["deliveries"])


def _storable(said: str) -> str:
    """What a provider said, without what PostgreSQL keeps in no text: NUL, and halves of characters."""
    return said.replace("\0", "").encode("utf-8", "replace").decode()


def _fact(row: Delivery, claim: Claim) -> Any:
    common = {"person": str(claim.person), "channel": row.channel, "about": str(claim.about)}
    if row.state == DeliveryState.SENT:
        waited_s = (row.finished_at - row.queued_at).total_seconds() if row.finished_at else 0.0
        return facts.DeliverySent(**common, tries=row.tries, waited_s=waited_s)
    if row.state == DeliveryState.DROPPED:
        return facts.DeliveryDropped(**common, why=row.last_error or row.reason)
    return facts.DeliveryFailed(**common, state=row.state, why=row.reason, error=row.last_error[:500], tries=row.tries)
