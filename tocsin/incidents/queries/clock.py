"""How fast incidents are answered: medians and 95th percentiles of the three-minute clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from tocsin.accounts.queries import visible_teams
from tocsin.accounts.rules import Actor
from tocsin.core import clock
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.rules import Stamp, percentile

_COLUMNS = {
    Stamp.CAUSE_NAMED: "cause_named_at",
    Stamp.PAGED: "paged_at",
    Stamp.ACKNOWLEDGED: "acknowledged_at",
    Stamp.WORK_BEGUN: "work_begun_at",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """From the first alert to one moment, over `incidents` that had it: half were within p50_s, 95 % within p95_s."""

    stamp: Stamp
    incidents: int
    p50_s: float | None
    p95_s: float | None


def paces(actor: Actor, *, days: int = 30) -> list[Pace]:
    """The pace to each moment over the incidents of the last `days` this actor may see."""
    since = clock.now() - timedelta(days=days)
    rows = IncidentDetail.objects.filter(visible_teams(actor, "item__team"), first_alert_at__gte=since)
    return [_pace(rows, stamp, column) for stamp, column in _COLUMNS.items()]


def _pace(rows: QuerySet[IncidentDetail], stamp: Stamp, column: str) -> Pace:
    came = rows.filter(**{f"{column}__isnull": False}).values_list(column, "first_alert_at")
    seconds = [max(0.0, (at - first).total_seconds()) for at, first in came]
    return Pace(stamp=stamp, incidents=len(seconds), p50_s=percentile(seconds, 0.5), p95_s=percentile(seconds, 0.95))
