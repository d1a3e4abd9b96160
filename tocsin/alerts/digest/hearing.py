"""Pings of heartbeats, taken in the turn that takes their batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from tocsin.alerts.actions.heartbeats import hear_pings

_PINGS = """
SELECT event.fingerprint, integration.team_id, max(least(coalesce(event.at, event.received_at), event.received_at))
  FROM alerts_event AS event JOIN alerts_integration AS integration ON integration.id = event.integration_id
 WHERE event.batch_id = ANY(%s) AND event.received_at >= %s AND event.target = 'heartbeat'
 GROUP BY event.fingerprint, integration.team_id
"""


def hear(batches: Sequence[int], since: datetime) -> int:
    """Take the pings of these batches; returns how many heartbeats were meant."""
    with connection.cursor() as cursor:
        cursor.execute(_PINGS, [list(batches), since])
        rows = cursor.fetchall()
    return hear_pings({(name, team_id): at for name, team_id, at in rows}) if rows else 0
