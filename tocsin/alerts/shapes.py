"""Alerts, silences and integrations as the API and the command line tell them: plain values, no rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from tocsin.alerts import queries
from tocsin.alerts.queries import AlertRow, GroupDetail, InboxRow, Ledger
from tocsin.core.errors import NotFound

if TYPE_CHECKING:
    from tocsin.alerts.models import Alert, Silence


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
