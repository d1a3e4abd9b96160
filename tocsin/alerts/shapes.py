"""Alerts, silences and integrations as the API and the command line tell them: plain values, no rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from tocsin.alerts import queries
from tocsin.alerts.queries import AlertRow, GroupDetail, InboxRow, Ledger
from tocsin.alerts.rules import Operator, Scope, Severity, SilenceKind, WindowState, window_state
from tocsin.alerts.rules.heartbeats import Pulse, pulse
from tocsin.core import clock
from tocsin.core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from tocsin.alerts.models import Alert, Heartbeat, Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxList:
    """One stretch of the inbox: groups, and alerts that are in none. Pass `next` as `after`; "" at the end."""

    results: Sequence[InboxRow]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertList:
    """One stretch of alerts."""

    results: Sequence[AlertRow]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hushed:
    """The silence or maintenance window (`kind`) that kept an alert from paging, now or last; `by` is whose it is.
    `began_in_it`: the alert was first received while it was in force."""

    kind: SilenceKind
    key: str
    reason: str
    by: str
    began_in_it: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDetail:
    """An alert with what its sender said, and what kept it from paging, if anything did."""

    alert: AlertRow
    description: str
    labels: Mapping[str, str]
    source: str
    hushed_by: Hushed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReport:
    """A group, its causes and evidence, and what became of every delivery received while it was open."""

    group: GroupDetail
    ledger: Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceOut:
    """A silence. `matchers`: `{label, op, value}`, all must match; `owner` is a login, `author` a name."""

    key: str
    matchers: Sequence[Mapping[str, str]]
    reason: str
    owner: str | None
    author: str
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOut:
    """A maintenance window. What is covered is of one of `services` (with `dependents`: or depends on them),
    `integrations` or `teams`, where any are named, and matches all `matchers` (`{label, op, value}`). Without `ends_at`
    it lasts until it is ended. `owner` is a login, `author` a name."""

    id: UUID
    key: str
    reason: str
    state: WindowState
    owner: str | None
    author: str
    starts_at: datetime
    ends_at: datetime | None
    ended_at: datetime | None
    services: Sequence[str]
    dependents: bool
    integrations: Sequence[str]
    teams: Sequence[str]
    matchers: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatOut:
    """A heartbeat. `state` is off, waiting (never heard), beating or missed; `due_at` when it will be missed."""

    name: str
    team: str
    service: str
    interval_s: int
    state: Pulse
    message: str
    tags: Sequence[str]
    severity: Severity
    last_ping_at: datetime | None
    due_at: datetime | None
    missed_at: datetime | None


def heartbeat_out(heartbeat: Heartbeat) -> HeartbeatOut:
    """A heartbeat loaded with its team."""
    return HeartbeatOut(
        name=heartbeat.name,
        team=heartbeat.team.key if heartbeat.team else "",
        service=heartbeat.service,
        interval_s=heartbeat.interval_s,
        state=pulse(enabled=heartbeat.enabled, last_ping_at=heartbeat.last_ping_at, missed_at=heartbeat.missed_at),
        message=heartbeat.message,
        tags=heartbeat.tags,
        severity=Severity(heartbeat.severity),
        last_ping_at=heartbeat.last_ping_at,
        due_at=heartbeat.due_at,
        missed_at=heartbeat.missed_at,
    )


def alert_detail(alert: Alert) -> AlertDetail:
    """An alert loaded with its service, group and integration."""
    return AlertDetail(
        alert=queries.row_of(alert),
        description=alert.description,
        labels=alert.labels,
        source=alert.source,
        hushed_by=hushed(alert),
    )


def hushed(alert: Alert) -> Hushed | None:
    """What kept an alert, loaded with it and its owner, from paging, now or last."""
    row = alert.hushed_by
    if row is None:
        return None
    ends = [moment for moment in (row.ends_at, row.ended_at) if moment is not None]
    began_in_it = alert.first_at >= row.starts_at and (not ends or alert.first_at < min(ends))
    by = row.owner.name if row.owner else row.author
    return Hushed(kind=SilenceKind(row.kind), key=row.key, reason=row.reason, by=by, began_in_it=began_in_it)


def silence_out(silence: Silence) -> SilenceOut:
    """A silence loaded with its owner."""
    return SilenceOut(
        key=silence.key,
        matchers=silence.matchers,
        reason=silence.reason,
        owner=silence.owner.login if silence.owner else None,
        author=silence.author,
        starts_at=silence.starts_at,
        ends_at=silence.until,
        ended_at=silence.ended_at,
    )


def window_out(row: Silence) -> WindowOut:
    """A maintenance window loaded with its owner, as it stands now."""
    scope, now = Scope.of(row.scope), clock.now()
    return WindowOut(
        id=row.uuid,
        key=row.key,
        reason=row.reason,
        state=window_state(starts_at=row.starts_at, ends_at=row.ends_at, ended_at=row.ended_at, now=now),
        owner=row.owner.login if row.owner else None,
        author=row.author,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        services=scope.services,
        dependents=scope.dependents,
        integrations=scope.integrations,
        teams=scope.teams,
        matchers=row.matchers,
    )


def parse_id(text: str) -> UUID:
    """A UUID as somebody typed it; NotFound where it is none, as for one that names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("“{text}” is no id of an alert or group; copy it from the list.", text=text) from None


def parse_matcher(text: str) -> dict[str, str]:
    """`label=value`, with an operator of the rules between (the first in the text counts); InvalidInput shows them."""
    for op in sorted(Operator, key=len, reverse=True):
        label, found, value = text.partition(op)
        if found and label and not set(label) & set("".join(Operator)):
            return {"label": label.strip(), "op": op.value, "value": value}
    raise InvalidInput(
        "“{text}” matches nothing: write label=value, with {operators} between.",
        text=text,
        operators=" ".join(Operator),
    )
