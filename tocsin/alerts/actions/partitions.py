"""Keeping the event log in days."""

from __future__ import annotations

import logging
from datetime import date
from typing import LiteralString

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

log = logging.getLogger(__name__)

AHEAD_DAYS = 2

_DROP = "SELECT alerts_drop_partitions(%s)"

_OLDEST = """
SELECT min(to_date(right(c.relname, 8), 'YYYYMMDD')), (tocsin_now() AT TIME ZONE 'UTC')::date
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent IN ('alerts_event'::regclass, 'alerts_repeat'::regclass) AND c.relname ~ '_[0-9]{8}$'
"""


def maintain_partitions() -> int:
    """Make the next days' partitions, drop those past their keep, forget old delivery keys; returns their number."""
    made = _unless_read("SELECT alerts_make_partitions(%s)", AHEAD_DAYS) or 0
    dropped = _unless_read(_DROP, settings.CONFIG.event_days) or 0
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM alerts_deliverykey WHERE at < tocsin_now() - interval '1 day'")
    return made + dropped


def drop_oldest_day() -> tuple[date, int] | None:
    """Drop the oldest day of the event log, unless it has to be kept: that day, and how many past ones are left.

    What is not digested is kept, and what somebody reads for this time.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST)
        oldest, today = cursor.fetchone()
    least = min(settings.CONFIG.event_days_least, settings.CONFIG.event_days)
    if oldest is None or (today - oldest).days <= least:
        return None
    left = (today - oldest).days - 1
    return (oldest, left) if _unless_read(_DROP, left) else None


def _unless_read(statement: LiteralString, days: int) -> int | None:
    """What the statement returns; None while a reader of the log holds it up: it is tried again in a later round."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [days])
            done: int = cursor.fetchone()[0]
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        log.info("event_log_is_read", extra={"left": statement})
        return None
    return done
