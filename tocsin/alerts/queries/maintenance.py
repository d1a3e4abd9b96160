"""Maintenance windows, and what one covers at this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from tocsin.accounts.queries import require
from tocsin.accounts.rules import Actor, Verb
from tocsin.alerts.models import Alert, Silence, SilenceRows
from tocsin.alerts.queries.covering import coverage_of, looked_at
from tocsin.alerts.queries.groups import AlertRow, row_of
from tocsin.alerts.queries.scope import visible_alerts
from tocsin.alerts.rules import AlertState, Matchable, Scope, SilenceKind
from tocsin.core import clock
from tocsin.core.errors import NotFound

LISTED_MOST = 200
SHOWN_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What a window covers now: `services` (keys) by its scope, how many open `alerts`, the first of them in `rows`."""

    services: tuple[str, ...]
    alerts: int
    rows: tuple[AlertRow, ...]


def windows(actor: Actor, *, over: bool = False) -> list[Silence]:
    """Windows that run or are planned, by their beginning; with `over` those that are over instead, the last first."""
    rows, now = _rows(actor), clock.now()
    if over:
        is_over = Q(ended_at__isnull=False) | Q(ends_at__lte=now)
        return list(rows.filter(is_over).order_by("-starts_at", "-id")[:LISTED_MOST])
    return list(rows.lasting(now).order_by("starts_at", "id"))


def window_by_key(actor: Actor, key: str) -> Silence:
    row = _rows(actor).filter(key=key).first()
    if row is None:
        raise NotFound("There is no maintenance “{key}”.", key=key)
    return row


def window_by_id(actor: Actor, window_id: UUID) -> Silence:
    row = _rows(actor).filter(uuid=window_id).first()
    if row is None:
        raise NotFound("There is no such maintenance.")
    return row


def windows_ended(keys: Sequence[str]) -> dict[str, datetime]:
    """Those of these windows that somebody ended, each with when: not before it was to begin."""
    rows = Silence.objects.filter(kind=SilenceKind.MAINTENANCE, key__in=keys, ended_at__isnull=False)
    return {row.key: max(row.starts_at, row.ended_at or row.starts_at) for row in rows}


def windows_over_service(actor: Actor, service: str) -> list[Silence]:
    """Windows that run or are planned and name a service (key), if only for the alerts that match; by their
    beginning."""
    about = Matchable(own={"service": service})
    return [row for row in windows(actor) if row.scope and replace(coverage_of(row), matchers=()).covers(about)]


def covered_now(actor: Actor, scope: Scope, matchers: Sequence[Mapping[str, str]]) -> Covered:
    """What a window like this would cover if it ran now, for those who may plan one; of what they may see."""
    require(actor, Verb.RESPOND)
    row = Silence(kind=SilenceKind.MAINTENANCE, scope=scope.plain(), matchers=list(matchers))
    coverage = coverage_of(row)
    alerts = Alert.objects.filter(visible_alerts(actor), count__gt=0).exclude(state=AlertState.CLOSED)
    alerts = alerts.select_related("service__team", "group", "integration").order_by("severity", "id")
    found = [alert for alert in alerts.iterator() if coverage.covers(looked_at(alert))]
    return Covered(
        services=tuple(sorted(coverage.services)),
        alerts=len(found),
        rows=tuple(row_of(alert) for alert in found[:SHOWN_MOST]),
    )


def _rows(actor: Actor) -> SilenceRows:
    require(actor, Verb.VIEW)
    rows: SilenceRows = Silence.objects.filter(kind=SilenceKind.MAINTENANCE, deleted_at__isnull=True)
    return rows.select_related("owner")
