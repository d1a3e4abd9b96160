"""The ledger and the histogram of one group together: a screen wants both, and the event log is read once for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tocsin.accounts.rules import Actor
from tocsin.alerts.models import Group
from tocsin.alerts.queries.histogram import Bucket, filled, step_of
from tocsin.alerts.queries.ledger import LINES, Ledger, ends_at, ledger_of
from tocsin.alerts.queries.scope import visible_group

# Only firings of the group itself are drawn; the other lines need no place in time.
_STORM = (
    LINES  # noqa: S608 - constants of this room
    + """
SELECT line, bucket, CASE WHEN bucket IS NOT NULL THEN severity END, count(*) FROM (
  SELECT line, severity, CASE WHEN line IN ('evidence', 'symptoms', 'repeats')
    THEN date_bin(make_interval(secs => %(step_s)s), received_at, %(since)s) END AS bucket FROM line) placed
 GROUP BY 1, 2, 3
UNION ALL SELECT 'total', NULL, NULL, count(*) FROM event
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """Both of one moment: they speak of the same deliveries."""

    ledger: Ledger
    histogram: tuple[Bucket, ...]


def storm(actor: Actor, group_id: UUID, *, buckets: int = 60) -> Storm:
    """What became of everything received since a group's first delivery, and the group's own firings over time."""
    return storm_of(visible_group(actor, group_id), buckets)


def storm_of(group: Group, buckets: int = 60) -> Storm:
    """The same for a group just read. The caller checks its access."""
    since, until = group.first_at, max(group.last_at, group.first_at)
    end, step_s = ends_at(group.closed_at), step_of(since, until, buckets)
    values: dict[str, Any] = {"groups": [group.id], "since": since, "until": end, "step_s": step_s}
    lines: Counter[str] = Counter()
    drawn: Counter[tuple[datetime, int]] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(_STORM, values)
        for line, bucket, severity, count in cursor.fetchall():
            lines[line] += count
            if bucket is not None:
                drawn[bucket, severity] += count
    bars = filled(((start, severity, count) for (start, severity), count in drawn.items()), since, until, step_s)
    return Storm(ledger=ledger_of(lines, since, end), histogram=tuple(bars))
