"""Alerts, silences and integrations as the API and the command line tell them: plain values, no rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from tocsin.alerts import queries
from tocsin.alerts.queries import AlertRow, GroupDetail, InboxRow, Ledger
from tocsin.alerts.rules import Severity
from tocsin.alerts.rules.heartbeats import Pulse, pulse
from tocsin.core.errors import NotFound

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
class AlertDetail:
    """An alert with what its sender said."""

    alert: AlertRow
    description: str
    labels: Mapping[str, str]
    source: str


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
        alert=queries.row_of(alert), description=alert.description, labels=alert.labels, source=alert.source
    )


def silence_out(silence: Silence) -> SilenceOut:
    """A silence loaded with its owner."""
    return SilenceOut(
        key=silence.key,
        matchers=silence.matchers,
        reason=silence.reason,
        owner=silence.owner.login if silence.owner else None,
        author=silence.author,
        starts_at=silence.starts_at,
        ends_at=silence.ends_at,
        ended_at=silence.ended_at,
    )


def parse_id(text: str) -> UUID:
    """A UUID as somebody typed it; NotFound where it is none, as for one that names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("“{text}” is no id of an alert or group; copy it from the list.", text=text) from None
