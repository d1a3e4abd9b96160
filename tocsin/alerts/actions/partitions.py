"""Keeping the event log in days."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import connection

AHEAD_DAYS = 2

_OLDEST = """
SELECT min(to_date(right(c.relname, 8), 'YYYYMMDD')), (tocsin_now() AT TIME ZONE 'UTC')::date
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent IN ('alerts_event'::regclass, 'alerts_repeat'::regclass) AND c.relname ~ '_[0-9]{8}$'
"""


def maintain_partitions() -> int:
    """Make the next days' partitions, drop those past their keep, forget old delivery keys; returns their number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT alerts_make_partitions(%s)", [AHEAD_DAYS])
        made: int = cursor.fetchone()[0]
        cursor.execute("SELECT alerts_drop_partitions(%s)", [settings.CONFIG.event_days])
        dropped: int = cursor.fetchone()[0]
        cursor.execute("DELETE FROM alerts_deliverykey WHERE at < tocsin_now() - interval '1 day'")
    return made + dropped


def drop_oldest_day() -> tuple[date, int] | None:
    """Drop the oldest day of the event log, unless it has to be kept: that day, and how many past ones are left."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST)
        oldest, today = cursor.fetchone()
        least = min(settings.CONFIG.event_days_least, settings.CONFIG.event_days)
        if oldest is None or (today - oldest).days <= least:
            return None
        left = (today - oldest).days - 1
        cursor.execute("SELECT alerts_drop_partitions(%s)", [left])
    return oldest, left
