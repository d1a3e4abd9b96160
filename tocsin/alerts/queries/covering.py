"""What silences and maintenance windows cover at a moment: scopes resolved by who owns what, and by the map."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from tocsin.alerts.models import Alert, Silence
from tocsin.alerts.rows import matchable
from tocsin.alerts.rules import (
    AsideReason,
    Coverage,
    Matchable,
    Scope,
    Severity,
    SilenceKind,
    parse_matchers,
    standing_on,
)
from tocsin.assets import queries as assets

GIVEN = "given"
"""Only what people entered widens a window: a dependency that was seen once must hide no page."""


def coverages(now: datetime) -> tuple[Coverage, ...]:
    """Those in force, in the order in which they were made: the first that covers an alert has it."""
    return tuple(coverage_of(row) for row in Silence.objects.in_force(now))


def coverage_of(row: Silence) -> Coverage:
    """What one covers by the map of this moment, whether it is in force or not."""
    scope = Scope.of(row.scope)
    is_window = row.kind == SilenceKind.MAINTENANCE
    return Coverage(
        id=row.id or 0,
        reason=AsideReason.MAINTENANCE if is_window else AsideReason.SILENCED,
        matchers=parse_matchers(row.matchers, narrowing=True),
        is_scoped=bool(scope),
        services=_services(scope),
        integrations=frozenset(scope.integrations),
    )


def looked_at(alert: Alert) -> Matchable:
    """An alert, loaded with its service and integration, as they look at it."""
    return matchable(alert.labels, alert.service.key, alert.name, Severity(alert.severity), alert.integration.key)


def covering(rows: Iterable[Coverage], alert: Matchable) -> Coverage | None:
    """The first of them that covers the alert."""
    return next((each for each in rows if each.covers(alert)), None)


def _services(scope: Scope) -> frozenset[str]:
    named = set(scope.services)
    if scope.teams:
        named |= assets.keys_owned_by(scope.teams)
    return _dependents(assets.map_version(), tuple(sorted(named))) if scope.dependents and named else frozenset(named)


@lru_cache(maxsize=64)
def _dependents(version: str, services: tuple[str, ...]) -> frozenset[str]:
    """Read anew only when the map is another: the digest asks in every turn."""
    return standing_on(services, ((edge.caller, edge.callee) for edge in assets.edges() if edge.source == GIVEN))
