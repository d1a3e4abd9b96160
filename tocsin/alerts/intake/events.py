"""What gateways hand in, already translated and within the limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import msgspec

from tocsin.alerts.intake.keys import Sender
from tocsin.alerts.rules.states import AlertAction, Severity


class Target(StrEnum):
    """How an event names its alert: by the sender's own alias, or by what we called it.

    CHANGE: it is about none, but tells of a change. Its fingerprint tells repeats, its title says what was changed, its
    description has the links, as JSON: `[{href, text}]`. HEARTBEAT: a sign of life of what its fingerprint names.
    """

    ALIAS = "alias"
    ID = "id"
    TINY = "tiny"
    CHANGE = "change"
    HEARTBEAT = "heartbeat"


class NewEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event of a delivery.

    `order` is the moment `rules.life` compares, None: when it is received. A sender that knows when the firing began
    gives that. `at` is the sender's time of this very event, None: unknown.
    `ends_at`: firing until then, so it is over when that is past, and else unless it is repeated by then. `sent_at` is
    the sender's clock when it sent this, None: taken to be ours. `lasts_s` stands for an end so long after receipt.
    `service` may be empty.
    """

    action: AlertAction
    fingerprint: str
    target: Target = Target.ALIAS
    order: datetime | None = None
    at: datetime | None = None
    ends_at: datetime | None = None
    lasts_s: float | None = None
    sent_at: datetime | None = None
    severity: Severity = Severity.MINOR
    service: str = ""
    peer: str = ""
    name: str = ""
    title: str = ""
    description: str = ""
    source: str = ""
    by: str = ""
    labels: dict[str, str] = msgspec.field(default_factory=dict)


class Settled(NamedTuple):
    """What an event comes to once it is known when it was received."""

    action: AlertAction
    at: datetime | None
    expires_at: datetime | None


def settle(event: NewEvent, received_at: datetime, stored_at: datetime) -> Settled:
    """Whether an event with an end fires or resolves, its time, and when it expires by our clock.

    An end is compared with the sender's clock where the sender told it: a late or replayed delivery fired when it was
    sent. A sender's time after its own clock is cut to that. What was kept on a disk in between expires as if it had
    been received when it was stored, for only now its sender's repeats are heard again.
    """
    sent_at = event.sent_at or received_at
    at = min(event.at, sent_at) if event.at is not None else event.sent_at
    if event.ends_at is None:
        expires_at = stored_at + timedelta(seconds=event.lasts_s) if event.lasts_s is not None else None
        return Settled(event.action, at, expires_at)
    if event.ends_at <= sent_at:
        return Settled(AlertAction.RESOLVE, event.ends_at, None)
    return Settled(event.action, at, stored_at + (event.ends_at - sent_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One request of one sender. `key` is its Idempotency-Key, if it sent one."""

    sender: Sender
    request_id: UUID
    events: tuple[NewEvent, ...]
    key: str = ""


class Durability(StrEnum):
    """Where a delivery is safe: in the database, or on the disk of the node that took it while that is away."""

    DATABASE = "database"
    SPOOL = "spool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof that a delivery is stored, and where. `repeated`: it was before, so nothing was stored now."""

    request_id: UUID
    events: int
    repeated: bool = False
    durability: Durability = Durability.DATABASE
