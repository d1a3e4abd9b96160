"""Mere repeats, by far the most of what senders tell: counted where they lie, in one statement.

A repeat is mere when its alert is open and says what the delivery said that it names, and its turn has nothing else of
that alert. It then changes what `rules.life` changes for a firing that is told again, and nothing besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

_ALL = """
SELECT coalesce(sum(cardinality(fingerprints)), 0) FROM alerts_repeat
 WHERE batch_id = ANY(%(batches)s) AND received_at >= %(since)s
"""

# All that the turn touches, in the order of their ids: whoever else locks several alerts does it in this order.
_LOCK = """
SELECT count(*) FROM (
  SELECT a.id FROM alerts_alert AS a JOIN (
           SELECT DISTINCT integration_id, fingerprint FROM alerts_delivered
            WHERE batch_id = ANY(%(batches)s) AND received_at >= %(since)s AND target = 'alias') AS told
      ON a.integration_id = told.integration_id AND a.fingerprint = told.fingerprint AND a.superseded_at IS NULL
   ORDER BY a.id FOR UPDATE OF a) AS locked
"""

TOLD = """
WITH told AS MATERIALIZED (
  SELECT repeat.integration_id, repeat.received_at, repeat.at, repeat.expires_at, one.*
    FROM alerts_repeat AS repeat,
         unnest(fingerprints, severities, orders, said_at) AS one (fingerprint, severity, "order", said_at)
   WHERE repeat.batch_id = ANY(%(batches)s) AND repeat.received_at >= %(since)s
), each AS (
  SELECT integration_id, fingerprint, count(*) AS count, min(said_at) AS said_at, min(received_at) AS first_at,
         max(received_at) AS last_at, min(coalesce("order", at, received_at)) AS started_at,
         min(coalesce("order", received_at)) AS opened_order, max(coalesce("order", received_at)) AS fired_order,
         max("order") AS began_at, max(at) AS at, (array_agg(expires_at ORDER BY received_at DESC))[1] AS expires_at
    FROM told GROUP BY integration_id, fingerprint HAVING min(said_at) = max(said_at)
), mere AS MATERIALIZED (
  SELECT each.*, a.id, s.key AS service
    FROM each
    JOIN alerts_alert AS a ON a.integration_id = each.integration_id AND a.fingerprint = each.fingerprint
     AND a.superseded_at IS NULL AND a.state <> 'closed' AND a.said_at = each.said_at
    JOIN assets_service AS s ON s.id = a.service_id
   WHERE (each.integration_id, each.fingerprint) NOT IN (
           SELECT integration_id, fingerprint FROM alerts_event
            WHERE batch_id = ANY(%(batches)s) AND received_at >= %(since)s)
)
"""
"""The repeats of some batches, and those of them that are mere, an alert a row. Nothing is known of how many rows these
have when the statement is planned, so what is looked for in them is looked for by `NOT IN`, which hashes."""

_COUNT = (
    TOLD
    + """
UPDATE alerts_alert AS alert
   SET count = alert.count + mere.count, last_at = greatest(alert.last_at, mere.last_at),
       first_at = least(alert.first_at, mere.first_at), started_at = least(alert.started_at, mere.started_at),
       opened_order = least(alert.opened_order, mere.opened_order),
       fired_order = greatest(alert.fired_order, mere.fired_order), expires_at = mere.expires_at
  FROM mere WHERE alert.id = mere.id
RETURNING alert.id, alert.integration_id, alert.fingerprint, mere.service, alert.name, alert.severity, alert.title,
          alert.description, alert.labels::text, alert.set_aside, extract(epoch FROM mere.at)::float8,
          extract(epoch FROM coalesce(mere.at, mere.began_at, mere.last_at))::float8,
          extract(epoch FROM mere.last_at)::float8, mere.count
"""
)


@dataclass(frozen=True, slots=True)
class Repeated:
    """An alert that was told again, `times` in this turn. Moments in epoch seconds: `at` by the sender, `stated` the
    most that is known of its clock, `received` by ours."""

    id: int
    integration_id: int
    fingerprint: str
    service: str
    name: str
    severity: int
    title: str
    description: str
    labels: str
    set_aside: str
    at: float | None
    stated: float
    received: float
    times: int


def repeats_among(batches: Sequence[int], since: datetime) -> int:
    """How many repeats these batches have."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL, {"batches": list(batches), "since": since})
        return int(cursor.fetchone()[0])


def count_mere(batches: Sequence[int], since: datetime) -> list[Repeated]:
    """Lock every alert these batches are about, and count the mere repeats among them; returns their alerts."""
    values: dict[str, Any] = {"batches": list(batches), "since": since}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, values)
        cursor.execute(_COUNT, values)
        return [Repeated(*row) for row in cursor.fetchall()]
