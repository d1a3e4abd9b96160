"""Keeping the event log in days."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

AHEAD_DAYS = 2


def maintain_partitions() -> int:
    """Make the next days' partitions, drop those past their keep, forget old delivery keys; returns their number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT alerts_make_partitions(%s)", [AHEAD_DAYS])
        made: int = cursor.fetchone()[0]
        cursor.execute("SELECT alerts_drop_partitions(%s)", [settings.CONFIG.event_days])
        dropped: int = cursor.fetchone()[0]
        cursor.execute("DELETE FROM alerts_deliverykey WHERE at < tocsin_now() - interval '1 day'")
    return made + dropped
