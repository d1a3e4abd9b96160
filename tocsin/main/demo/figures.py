"""The figures of the closing report, counted by the database after the replay, through the rooms' queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import queries as alerts
from tocsin.alerts.queries import LedgerLine
from tocsin.alerts.queries import deliveries as log
from tocsin.alerts.rules import CauseState, GroupState
from tocsin.incidents import queries as incidents
from tocsin.incidents.queries import IncidentFilter, IncidentRow
from tocsin.main.demo.report import Fate, Named, Paged
from tocsin.paging import queries as paging
from tocsin.paging.queries import LedgerRow
from tocsin.paging.rules import Purpose, Why

_OWN = (LedgerLine.EVIDENCE, LedgerLine.SYMPTOMS, LedgerLine.REPEATS, LedgerLine.RECOVERIES)

_FATES: Mapping[LedgerLine, str] = {
    LedgerLine.EVIDENCE: "first reports by a cause itself",
    LedgerLine.SYMPTOMS: "first reports of downstream symptoms",
    LedgerLine.REPEATS: "repeats of those",
    LedgerLine.RECOVERIES: "recoveries of those",
    LedgerLine.OTHER_GROUPS: "in groups merged since",
    LedgerLine.STANDING: "set aside: standing for long",
    LedgerLine.FLAPPING: "set aside: flapping",
    LedgerLine.SILENCED: "set aside: silenced",
    LedgerLine.MAINTENANCE: "set aside: in maintenance",
    LedgerLine.BRIEF: "set aside: over before it mattered",
    LedgerLine.FLOOD: "held back in a flood",
    LedgerLine.UNRELATED: "kept, and tied to nothing",
}
_WHY: Mapping[Why, str] = {
    Why.ON_CALL: "on call in {rotation_name}",
    Why.OVERRIDE: "stands in at {rotation_name}",
    Why.NAMED: "named by the policy",
    Why.TEAM_LEAD: "leads the team, and nobody else could be reached",
    Why.ADMINISTRATOR: "administrator, and nobody else could be reached",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What can still change while a demonstration waits for the end: whatever differs is news.

    `contested` are incidents with a better suspect than the named cause: unless that changes, the cause moves soon.
    """

    waiting: int
    causes: tuple[tuple[str, str], ...]
    contested: tuple[str, ...]
    woken: int
    on_their_way: int

    @property
    def busy(self) -> bool:
        """Whether something is about to follow."""
        return bool(self.waiting or self.contested or self.on_their_way)


def standing() -> Standing:
    """Where everything stands now."""
    rows = _incidents()
    told = [row for incident in rows for row in _told(incident)]
    sent = [row for row in told if row.sent_at is not None]
    return Standing(
        waiting=log.waiting(),
        causes=tuple((row.key, row.cause) for row in rows),
        contested=tuple(row.key for row in rows if row.group and _is_contested(row.group)),
        woken=len(sent),
        on_their_way=sum(row.delivery_state in {"pending", "sending"} for row in told),
    )


def _is_contested(group: UUID) -> bool:
    detail = alerts.group_detail(SYSTEM, group)
    better = [one for one in detail.suspects if one.score > detail.cause.score and not one.rejected]
    return detail.state is GroupState.OPEN and detail.cause_state is CauseState.PROPOSED and bool(better)


def fates(since: datetime) -> tuple[int, tuple[Fate, ...]]:
    """How many deliveries are stored, and what became of them: lines without any are left out."""
    ledger = alerts.whole_ledger(SYSTEM, since=since)
    lines = [Fate(what=_FATES[line], count=count) for line, count in ledger.lines.items() if count]
    return ledger.total, tuple(lines)


def distinct() -> int:
    """How many conditions the deliveries were about."""
    return log.distinct_alerts()


def named(base_url: str) -> tuple[Named, ...]:
    """Every incident, the largest first."""
    found = [_named(row, base_url) for row in _incidents()]
    return tuple(sorted(found, key=lambda one: -one.deliveries))


def woken() -> tuple[Paged, ...]:
    """Everybody whose page was sent, in that order."""
    found = [_paged(incident, row) for incident in _incidents() for row in _told(incident) if row.sent_at is not None]
    return tuple(sorted(found, key=lambda one: one.after_wall_s))


def _incidents() -> list[IncidentRow]:
    return incidents.incidents(SYSTEM, IncidentFilter(), limit=1000)[0]


def _told(incident: IncidentRow) -> Iterator[LedgerRow]:
    for page in paging.pages_about(SYSTEM, [incidents.incident_ref(incident.id)]):
        yield from (row for row in paging.ledger(SYSTEM, page.uuid) if row.purpose is Purpose.PAGE)


def _named(row: IncidentRow, base_url: str) -> Named:
    lines = alerts.ledger(SYSTEM, row.group).lines if row.group else {}
    own = sum(lines.get(line, 0) for line in _OWN)
    named_at = row.clock.cause_named_at
    return Named(
        key=row.key,
        title=row.title,
        url=f"{base_url}/incidents/{row.key}",
        deliveries=own,
        cause=row.cause or None,
        confidence=row.confidence if row.cause else None,
        named_after_s=_event_seconds(row.clock.first_alert_at, named_at) if named_at else None,
        merged=bool(row.group and not own and alerts.group_detail(SYSTEM, row.group).merged_into),
    )


def _paged(incident: IncidentRow, row: LedgerRow) -> Paged:
    assert row.sent_at is not None
    first = incident.clock.first_alert_at
    return Paged(
        person=row.person.name,
        incident=incident.key,
        why=_WHY.get(row.why, row.why.value).format_map(row.params),
        channel=row.channel,
        after_event_s=_event_seconds(first, row.sent_at),
        after_wall_s=round((row.sent_at - first).total_seconds(), 3),
    )


def _event_seconds(since: datetime, until: datetime) -> float:
    """How much event time passed between two moments of the wall clock."""
    return round((log.event_time(until) - log.event_time(since)).total_seconds(), 1)


def waiting() -> int:
    """How many deliveries are stored and not digested yet."""
    return log.waiting()
