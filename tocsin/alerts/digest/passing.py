"""Deliveries that tell of a change, not of trouble: handed to the room of deployments in the turn that takes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from tocsin.accounts.rules import ENGINE
from tocsin.deployments.actions import NewChange, record_changes

_CHANGES = """
SELECT event.fingerprint, event.at, event.received_at, event.service, event.title, event.source, event.labels::text,
       event.description, integration.uuid::text
  FROM alerts_event AS event JOIN alerts_integration AS integration ON integration.id = event.integration_id
 WHERE event.batch_id = ANY(%s) AND event.received_at >= %s AND event.target = 'change'
 ORDER BY event.received_at, event.id
"""


def pass_on(batches: Sequence[int], since: datetime) -> int:
    """Record what these batches tell of changes; returns how many were new."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, [list(batches), since])
        rows = cursor.fetchall()
    return len(record_changes([_change(row) for row in rows], actor=ENGINE)) if rows else 0


def _change(row: tuple[Any, ...]) -> NewChange:
    key, at, received_at, service, title, source, labels, links, integration = row
    return NewChange(
        key=f"{integration}/{key}",
        summary=title,
        service=service,
        source=source,
        changed_at=at or received_at,
        links=json.loads(links or "[]"),
        details=json.loads(labels),
        sender_kind="alerts.integration",
        sender_id=integration,
    )
