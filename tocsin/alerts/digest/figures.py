"""What the alerts of a group come to, counted by the database in one statement for all groups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from tocsin.alerts.rules import Severity

# The worst pair of tier and severity of one alert, packed so that the least is the worst: sum, tier, severity.
_FIGURES = """
SELECT a.group_id, count(*), count(*) FILTER (WHERE a.state <> 'closed'), count(DISTINCT a.service_id), sum(a.count),
       min(a.severity), min(a.first_at), max(a.last_at),
       coalesce(min(weight) FILTER (WHERE loud), min(weight)), count(*) FILTER (WHERE loud),
       (array_agg(a.integration_id ORDER BY a.id))[1], max(a.flaps)
  FROM alerts_alert a JOIN assets_service s ON s.id = a.service_id
 CROSS JOIN LATERAL (SELECT (s.tier + a.severity) * 100 + s.tier * 10 + a.severity) AS matters (weight)
 CROSS JOIN LATERAL
       (SELECT a.state <> 'closed' AND a.set_aside NOT IN ('silenced', 'maintenance')) AS heard (loud)
 WHERE a.group_id = ANY(%s) GROUP BY a.group_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`tier` and `worst` belong to the alert that matters most, of those that are open and not silenced (`loud`)
    where there are any: what is over or silenced wakes nobody. `integration_id` is the first sender."""

    alerts: int
    open: int
    loud: int
    services: int
    deliveries: int
    severity: Severity
    first_at: datetime
    last_at: datetime
    tier: int
    worst: Severity
    integration_id: int
    flaps: int

    @property
    def counts(self) -> dict[str, int]:
        return {"alerts": self.alerts, "open": self.open, "services": self.services, "deliveries": self.deliveries}


def figures_of(groups: Iterable[int]) -> dict[int, Figures]:
    """The figures of each of these groups that has alerts."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, [list(groups)])
        return {row[0]: _figures(row) for row in cursor.fetchall()}


def _figures(row: tuple[Any, ...]) -> Figures:
    packed: int = row[8]
    return Figures(
        alerts=row[1],
        open=row[2],
        loud=row[9],
        services=row[3],
        deliveries=int(row[4]),
        severity=Severity(row[5]),
        first_at=row[6],
        last_at=row[7],
        tier=packed // 10 % 10,
        worst=Severity(packed % 10),
        integration_id=row[10],
        flaps=row[11],
    )
