"""Feeding the correlation: what the digest folded, and after a restart what the database remembers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from django.db.models import Count, F, Max, Q

from tocsin import correlation
from tocsin.alerts.digest.eventclock import EventClock
from tocsin.alerts.digest.reading import Event
from tocsin.alerts.digest.repeating import Repeated
from tocsin.alerts.digest.working import Working
from tocsin.alerts.models import Alert, Group
from tocsin.alerts.rules import HUSHED, AlertAction, AlertState, CloseReason, GroupState
from tocsin.assets import queries as assets

REMEMBERED = timedelta(hours=3)
"""Alerts without news for longer are not told to a fresh correlation."""

MAP_FRESH = timedelta(seconds=60)
"""Dependencies age, so the map is read again after this long even when nobody has changed it."""

_LABELS = msgspec.json.Decoder(dict[str, str])


@dataclass(slots=True)
class Observer:
    """The correlation engine of this process. Thrown away when another engine has digested meanwhile."""

    engine: correlation.Engine = field(default_factory=correlation.Engine)
    clock: EventClock = field(default_factory=EventClock)
    map_read_at: datetime | None = None
    map_version: str = ""
    _ended: set[tuple[int, datetime]] = field(default_factory=set)

    def learn_map(self, now: datetime) -> None:
        """Read services and dependencies when somebody has changed them, and once a minute."""
        version = assets.map_version()
        fresh = self.map_read_at is not None and now - self.map_read_at < MAP_FRESH
        if fresh and version == self.map_version:
            return
        edges = [
            correlation.Edge(
                caller=edge.caller,
                callee=edge.callee,
                source=edge.source,
                age_s=edge.age_s,
                confidence=edge.confidence,
            )
            for edge in assets.edges()
        ]
        nodes = sorted({name for edge in edges for name in (edge.caller, edge.callee)})
        self.engine.learn_topology(nodes, edges)
        self.map_read_at, self.map_version = now, version

    def observe(self, steps: Iterable[tuple[Working, Event]]) -> None:
        """Tell the engine what happened, in the order in which it was received."""
        self.engine.observe([seen for working, event in steps if (seen := self._seen(working, event)) is not None])

    def observe_repeats(self, repeated: Iterable[Repeated]) -> None:
        """Tell the engine which alerts were told again."""
        self.engine.observe([self._seen_again(one) for one in repeated])

    def _seen_again(self, one: Repeated) -> correlation.Observation:
        arrival = self.clock.hear_at(one.received, min(one.stated, one.received))
        return correlation.Observation(
            key=str(one.id),
            fingerprint=f"{one.integration_id}:{one.fingerprint}",
            service=one.service,
            name=one.name,
            severity=correlation.Severity(one.severity),
            at=min(one.at if one.at is not None else arrival, arrival),
            arrival=arrival,
            firing=True,
            labels=_LABELS.decode(one.labels),
            text=f"{one.title} {one.description}" if one.description else one.title,
            source=str(one.integration_id),
            set_aside=one.set_aside if one.set_aside in HUSHED else None,
        )

    def _seen(self, working: Working, event: Event) -> correlation.Observation | None:
        arrival = self.clock.hear(event)
        if event.action in (AlertAction.ACKNOWLEDGE, AlertAction.NOTE) or not working.life.count:
            return None
        content = working.content
        return correlation.Observation(
            key=str(working.id),
            fingerprint=f"{working.key[0]}:{working.key[1]}",
            service=content.service,
            name=content.name,
            severity=correlation.Severity(int(content.severity)),
            at=min(self._when(working, event, arrival), arrival),
            arrival=arrival,
            firing=event.action is AlertAction.FIRE,
            labels=_LABELS.decode(content.labels),
            text=f"{content.title} {content.description}" if content.description else content.title,
            source=str(working.key[0]),
            set_aside=working.set_aside if working.set_aside in HUSHED else None,
        )

    def _when(self, working: Working, event: Event, arrival: float) -> float:
        """A first firing happened when it began; a repeat says that it still does."""
        first = event.received_at == working.life.first_at
        if first and event.began_at is not None:
            return event.began_at.timestamp()
        return event.at.timestamp() if event.at is not None else arrival

    def hear_ends(self, now: datetime) -> None:
        """Tell the engine of alerts that no sender ended, but a person or their own expiry: else their cluster would
        fire for ever, and what fails next would be taken for a part of it."""
        of_open = Q(group__state=GroupState.OPEN)
        of_closed_by_hand = Q(group__calm_until__gt=F("group__closed_at"), group__last_at__gt=now - REMEMBERED)
        rows = Alert.objects.filter(
            of_open | of_closed_by_hand,
            state=AlertState.CLOSED,
            close_reason__in=(CloseReason.BY_HAND, CloseReason.EXPIRED),
            superseded_at__isnull=True,
        ).exclude(group__cluster="")
        ended = {(row.id, row.closed_at): row for row in rows.select_related("service").order_by("id") if row.closed_at}
        arrival = self.clock.at(now.timestamp())
        new = [(row, closed_at) for (id_, closed_at), row in ended.items() if (id_, closed_at) not in self._ended]
        self._ended = set(ended)
        self.engine.observe(
            [_restored(row, at=closed_at.timestamp(), arrival=arrival, firing=False) for row, closed_at in new]
        )

    def hear_silences(self, hushed: Iterable[Alert], heard: Iterable[Alert], now: datetime) -> None:
        """Tell the engine which alerts a silence hides now, and which none hides any more: unless people know of their
        group, those begin anew, for all that the engine has seen of them is old."""
        arrival = self.clock.at(now.timestamp())
        unknown, told = list[str](), list[correlation.Observation]()
        for alert in (*hushed, *heard):
            is_known = alert.group is not None and alert.group.state == GroupState.OPEN
            begins = alert.set_aside not in HUSHED and not is_known
            at = arrival if begins else alert.last_at.timestamp()
            told.append(_restored(alert, at=at, arrival=arrival, firing=True))
            if begins:
                unknown.append(told[-1].fingerprint)
        self.engine.begin_anew(unknown)
        self.engine.observe(told)

    def remember(self, now: datetime) -> None:
        """Rebuild from the database: what fires or did lately, then the clusters under the ids they had."""
        alerts = list(_remembered(now))
        if alerts:
            newest = max(alerts, key=lambda alert: alert.last_at)
            self.clock = EventClock(newest.last_at.timestamp(), newest.last_at.timestamp())
        self.engine.observe([seen for alert in alerts for seen in _recalled(alert)])
        for group in Group.objects.filter(state=GroupState.OPEN).exclude(cluster="").select_related("cause_service"):
            members = Alert.objects.filter(group=group).values_list("integration_id", "fingerprint")
            self.engine.resume(
                group.cluster,
                [f"{integration_id}:{fingerprint}" for integration_id, fingerprint in members],
                opened_at=group.opened_at.timestamp(),
                decided_at=group.cause_since.timestamp(),
                cause=group.cause_service.key,
            )


def reopenings() -> tuple[datetime | None, int]:
    """The last moment at which people found an alert not to be over, and how many they found so: when that changes, the
    correlation is built anew, for to it an end that was none is no repeat of the sender's."""
    rows = Alert.objects.filter(reopened_at__isnull=False)
    found = rows.aggregate(latest=Max("reopened_at"), number=Count("id"))
    return found["latest"], found["number"]


def _remembered(now: datetime) -> Sequence[Alert]:
    rows = Alert.objects.filter(superseded_at__isnull=True, last_at__gt=now - REMEMBERED, count__gt=0)
    return list(rows.select_related("service").order_by("first_at", "id"))


def _recalled(alert: Alert) -> list[correlation.Observation]:
    """What is left of an alert's deliveries: its first, its last when there were several, and its end."""

    def seen(at: datetime, arrival: datetime, *, firing: bool = True) -> correlation.Observation:
        return _restored(alert, at=at.timestamp(), arrival=arrival.timestamp(), firing=firing)

    found = [seen(alert.started_at, alert.first_at)]
    if alert.count > 1:
        found.append(seen(alert.last_at, alert.last_at))
    if alert.closed_at is not None:
        found.append(seen(alert.closed_at, alert.last_at, firing=False))
    return found


def _restored(alert: Alert, *, at: float, arrival: float, firing: bool) -> correlation.Observation:
    """What a row says of a moment of its alert."""
    return correlation.Observation(
        key=str(alert.id),
        fingerprint=f"{alert.integration_id}:{alert.fingerprint}",
        service=alert.service.key,
        name=alert.name,
        severity=correlation.Severity(alert.severity),
        at=min(at, arrival),
        arrival=arrival,
        firing=firing,
        labels=alert.labels,
        text=f"{alert.title} {alert.description}".strip(),
        source=str(alert.integration_id),
        set_aside=alert.set_aside if alert.set_aside in HUSHED else None,
    )
