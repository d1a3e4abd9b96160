"""Deliveries over time, by severity: the shape of a storm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from tocsin.accounts.queries import require
from tocsin.accounts.rules import Actor, Verb
from tocsin.alerts.queries.scope import visible_group
from tocsin.alerts.rules import Severity

_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)

_ALL = """
SELECT date_bin(make_interval(secs => %(step_s)s), received_at, %(since)s) AS bucket, severity, count(*)
  FROM alerts_delivered
 WHERE received_at >= %(since)s AND received_at <= %(until)s AND action = 'fire'
 GROUP BY bucket, severity ORDER BY bucket
"""

# Members first, then their deliveries: a semi-join from the deliveries is planned as a nested loop on fresh tables.
_GROUP = """
WITH member AS MATERIALIZED (
  SELECT integration_id, fingerprint, follows_at, superseded_at FROM alerts_alert WHERE group_id = %(group)s
), event AS MATERIALIZED (
  SELECT integration_id, fingerprint, received_at, severity FROM alerts_delivered
   WHERE received_at >= %(since)s AND received_at <= %(until)s AND action = 'fire'
)
SELECT date_bin(make_interval(secs => %(step_s)s), received_at, %(since)s) AS bucket, severity, count(*)
  FROM event e JOIN member m ON m.integration_id = e.integration_id AND m.fingerprint = e.fingerprint
 WHERE (m.follows_at IS NULL OR e.received_at >= m.follows_at)
   AND (m.superseded_at IS NULL OR e.received_at < m.superseded_at)
 GROUP BY bucket, severity ORDER BY bucket
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Firing deliveries received from `start` for `width`, by severity."""

    start: datetime
    width: timedelta
    counts: Mapping[Severity, int]


def histogram(actor: Actor, group_id: UUID, *, buckets: int = 60) -> list[Bucket]:
    """The deliveries of a group from its first to its last, in at most `buckets` even steps; empty ones included."""
    group = visible_group(actor, group_id)
    return _histogram(group.id, group.first_at, max(group.last_at, group.first_at), buckets)


def installation_histogram(actor: Actor, *, since: datetime, until: datetime, buckets: int = 60) -> list[Bucket]:
    """All deliveries of a stretch of time."""
    require(actor, Verb.VIEW)
    return _histogram(None, since, until, buckets)


def _histogram(group: int | None, since: datetime, until: datetime, buckets: int) -> list[Bucket]:
    step_s = step_of(since, until, buckets)
    values: dict[str, Any] = {"step_s": step_s, "since": since, "until": until, "group": group}
    with connection.cursor() as cursor:
        cursor.execute(_ALL if group is None else _GROUP, values)
        return filled(cursor.fetchall(), since, until, step_s)


def step_of(since: datetime, until: datetime, buckets: int) -> int:
    """The width in seconds of a bar, a round one, so that at most `buckets` of them span the stretch."""
    span_s = (until - since).total_seconds()
    return next((step for step in _STEPS_S if span_s / step < buckets), _STEPS_S[-1])


def filled(found: Iterable[tuple[datetime, int, int]], since: datetime, until: datetime, step_s: int) -> list[Bucket]:
    """Every bar of the stretch, from (start, severity, count) of those with anything in them."""
    counts: dict[datetime, dict[Severity, int]] = {}
    for start, severity, count in found:
        counts.setdefault(start, {})[Severity(severity)] = count
    width = timedelta(seconds=step_s)
    starts = (since + width * n for n in range(int((until - since).total_seconds() // step_s) + 1))
    return [Bucket(start=start, width=width, counts=counts.get(start, {})) for start in starts]
