"""A turn of the digest: waiting deliveries become alerts in one transaction, then the groups follow in another."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from django.db import Error as DatabaseError
from django.db import transaction

from tocsin import correlation
from tocsin.accounts.rules import ENGINE
from tocsin.alerts.digest import lease, reading, repeating, writing
from tocsin.alerts.digest.answering import answer
from tocsin.alerts.digest.flooding import Floodgate, keep_held
from tocsin.alerts.digest.folding import Folded, fold
from tocsin.alerts.digest.grouping import Grouping
from tocsin.alerts.digest.hearing import hear
from tocsin.alerts.digest.noting import note
from tocsin.alerts.digest.observing import REMEMBERED, Observer, reopenings
from tocsin.alerts.digest.passing import pass_on
from tocsin.alerts.digest.reading import Event
from tocsin.alerts.digest.repeating import Repeated
from tocsin.alerts.digest.silencing import Silences
from tocsin.alerts.models import Batch, Integration
from tocsin.assets import actions as assets
from tocsin.core import live

log = logging.getLogger(__name__)

DECIDE_S = 0.5
"""Groups change at most this often while deliveries come in."""

QUIET_DECIDE_S = 1.0
"""And are looked at this often when none do: time alone makes a group ready, or over."""

LATELY_S = 120.0
"""So long after the last news time alone still moves much: causes begin to hold, people begin to be wanted."""

SHARE = 20
"""When nothing has been new for longer, decisions are so many times rarer than they are long ..."""

CALM_DECIDE_S = 5.0
"""... but never further apart than this. With tens of thousands of alerts that fire on, each takes a while."""

REBUILD_S = 30.0
"""A correlation that failed is asked nothing for this long, then built anew from the database."""


_RECEIVED_AT = attrgetter("received_at")


@dataclass(slots=True)
class Digest:
    """What one engine process keeps between turns. Lost or outdated, it is rebuilt from the database."""

    owner: str
    _observer: Observer = field(default_factory=Observer)
    _grouping: Grouping = field(default_factory=Grouping)
    _turn: int | None = None
    _decided: float = 0.0
    _took_s: float = 0.0
    _news: bool = False
    _news_at: float = -LATELY_S
    _counted: bool = False
    _failed: float | None = None
    _silences: Silences | None = None
    _reopenings: tuple[datetime | None, int] = (None, 0)

    def run_once(self) -> int:
        """Digest what waits, then decide if it is time; returns how many deliveries were digested.

        Does nothing while another engine has the lease. Any error leaves the database as it was and makes the next turn
        begin from what the database says.
        """
        try:
            digested = self._digest() if Batch.objects.exists() else 0
            if self._is_time():
                began = time.monotonic()
                self._decide()
                self._took_s = time.monotonic() - began
        except BaseException:
            self._turn = None
            raise
        return digested

    def _is_time(self) -> bool:
        now = time.monotonic()
        if self._news:
            return now - self._decided >= DECIDE_S
        calm = now - self._news_at > LATELY_S
        return now - self._decided >= max(QUIET_DECIDE_S, min(SHARE * self._took_s, CALM_DECIDE_S) if calm else 0.0)

    @transaction.atomic
    def _digest(self) -> int:
        turn = self._take()
        if turn is None:
            return 0
        batches, since = reading.waiting_batches()
        if since is None:
            return 0
        silences = self._follow_silences(turn.now)
        reading.name_alerts(batches, since)
        repeated, others = self._repeats(batches, since, turn.now)
        events = sorted([*reading.events_of(batches, since), *others], key=_RECEIVED_AT)
        newest = reading.newest_alerts({event.key for event in events})
        gate = Floodgate.before(events, newest)
        folded = fold(events, newest, gate)
        keep_held(gate.held, batches, since)
        self._write(folded, silences, turn.now)
        note(folded.steps)
        answer(folded.steps)
        pass_on(batches, since)
        hear(batches, since)
        reading.remove_batches(batches)
        with self._correlating():
            self._observer.observe(folded.steps)
            self._observer.observe_repeats(repeated)
        self._hear_of(folded, repeated)
        lease.keep(self.owner)
        return max(len(events) + len(repeated), 1)

    def _repeats(self, batches: list[int], since: datetime, now: datetime) -> tuple[list[Repeated], list[Event]]:
        """Count those that are mere repeats; returns their alerts, and the others, which are events like any other."""
        among = repeating.repeats_among(batches, since)
        if not among:
            return [], []
        repeated = repeating.count_mere(batches, since)
        writing.note_speakers({one.integration_id for one in repeated}, now)
        are_all_mere = sum(one.times for one in repeated) == among
        return repeated, [] if are_all_mere else reading.other_repeats_of(batches, since)

    def _hear_of(self, folded: Folded, repeated: list[Repeated]) -> None:
        """Whether there is anything to decide. That what fires goes on firing is shown, and no news."""
        self._counted = self._counted or bool(repeated)
        if folded.changed:
            self._news, self._news_at = True, time.monotonic()

    def _write(self, folded: Folded, silences: Silences, now: datetime) -> None:
        services = assets.see_services({working.content.service for working in folded.changed}, actor=ENGINE)
        integrations = dict(Integration.objects.values_list("id", "key"))
        silences.mark(folded.changed, integrations)
        writing.write(folded.changed, {key: service.id for key, service in services.items()})
        writing.tell(folded.changed, now)

    @transaction.atomic
    def _decide(self) -> None:
        turn = self._take()
        if turn is None:
            return
        self._decided = time.monotonic()
        with self._correlating():
            self._observer.learn_map(turn.now)
            self._observer.hear_ends(turn.now)
        self._follow_silences(turn.now)
        self._grouping.apply(self._decision(turn.now), turn.now)
        if self._news or self._counted:
            live.publish(["alerts"])
        self._news = self._counted = False
        lease.keep(self.owner)

    def _follow_silences(self, now: datetime) -> Silences:
        """Mark what is open anew whenever a silence has begun, changed or ended; returns those in force."""
        silences = Silences.load(now)
        if silences != self._silences:
            hushed, heard = silences.mark_open()
            self._grouping.places.forget(alert.id for alert in heard)
            with self._correlating():
                self._observer.hear_silences(hushed, heard, now)
            self._silences, self._news, self._news_at = silences, True, time.monotonic()
        return silences

    def _decision(self, now: datetime) -> correlation.Decision:
        """What the correlation makes of it. Where it failed, groups stay as they are; critical alerts stand alone."""
        decision = correlation.Decision(incidents=(), set_aside=())
        if self._failed is None:
            with self._correlating():
                decision = self._observer.engine.decide(self._observer.clock.at(now.timestamp()))
        return decision

    @contextmanager
    def _correlating(self) -> Iterator[None]:
        """The border to another package: whatever is wrong there must keep no delivery waiting and nobody uncalled."""
        try:
            yield
        except DatabaseError:
            raise
        except Exception:  # the border of another package: it is logged, and the state is built anew
            log.exception("correlation_failed")
            self._failed = time.monotonic()

    def _take(self) -> lease.Turn | None:
        """Take a turn; when another engine had one since, people reopened alerts, or the correlation failed, begin anew
        from the database."""
        turn = lease.take(self.owner)
        if turn is None:
            self._turn = None
            return None
        before, self._reopenings = self._reopenings, reopenings()
        outdated = self._reopenings != before or self._is_to_be_rebuilt()
        if self._turn is None or turn.number != self._turn + 1 or outdated:
            self._observer, self._grouping, self._failed, self._silences = Observer(), Grouping(), None, None
            with self._correlating():
                self._observer.learn_map(turn.now)
                self._observer.remember(turn.now)
            self._grouping.places.recall(turn.now - REMEMBERED)
        self._turn = turn.number
        return turn

    def _is_to_be_rebuilt(self) -> bool:
        return self._failed is not None and time.monotonic() - self._failed >= REBUILD_S


_digest: list[Digest] = []


def run_once() -> int:
    """One turn of this process's digest, for the engine's loop."""
    if not _digest:
        _digest.append(Digest(owner=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"))
    return _digest[0].run_once()
