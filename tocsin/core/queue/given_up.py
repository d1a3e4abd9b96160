"""Jobs that were given up: they stay, with their last error, until somebody gives them another try."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from tocsin.core.queue.defer import CHANNEL

_LIST = """
SELECT id, kind, payload, attempts, created_at, failed_at, last_error FROM core_job
 WHERE failed_at IS NOT NULL AND id < coalesce(%s, id + 1) ORDER BY id DESC LIMIT %s
"""

# The fence goes on counting, so that whoever held the job before it was given up still finds it taken.
_REVIVE = """
WITH chosen AS (
  SELECT * FROM core_job
   WHERE failed_at IS NOT NULL AND (id = ANY(%(ids)s) OR kind = %(kind)s) ORDER BY id LIMIT %(limit)s FOR UPDATE
)
UPDATE core_job AS job SET failed_at = NULL, attempts = 0, claims = 0, lease_until = NULL, due_at = tocsin_now()
  FROM chosen WHERE job.id = chosen.id
RETURNING chosen.id, chosen.kind, chosen.payload, chosen.attempts, chosen.created_at, chosen.failed_at,
          chosen.last_error
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """`attempts`: how often its handler failed; fewer than the most when it never came to an end."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempts: int
    created_at: datetime
    failed_at: datetime
    last_error: str


def given_up(*, before_id: int | None = None, limit: int = 100) -> list[GivenUp]:
    """Jobs that were given up, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST, [before_id, limit])
        return [_given_up(row) for row in cursor.fetchall()]


def revive(*, ids: Sequence[int] = (), kind: str = "", limit: int = 1000) -> list[GivenUp]:
    """Make jobs due again with all their attempts: those of these ids, and those of that kind. Returns them as they
    were. Call it inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_REVIVE, {"ids": list(ids), "kind": kind, "limit": limit})
        rows = sorted(cursor.fetchall(), key=lambda row: row[0])
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    return [_given_up(row) for row in rows]


def _given_up(row: Sequence[Any]) -> GivenUp:
    id_, kind, payload, attempts, created_at, failed_at, last_error = row
    return GivenUp(
        id=id_,
        kind=kind,
        payload=json.loads(payload) if isinstance(payload, str) else payload,
        attempts=attempts,
        created_at=created_at,
        failed_at=failed_at,
        last_error=last_error,
    )
