"""Putting work into the queue, in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

CHANNEL = "tocsin_queue"

_INSERT = """
INSERT INTO core_job (kind, key, payload, due_at)
SELECT kind, key, payload, coalesce(due_at, tocsin_now())
  FROM unnest(%s::text[], %s::text[], %s::jsonb[], %s::timestamptz[]) AS job (kind, key, payload, due_at)
ON CONFLICT (kind, key) WHERE key IS NOT NULL DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """`key`, when given, makes the job unique among the waiting ones of its kind."""

    kind: str
    payload: dict[str, Any]
    key: str | None = None
    due_at: datetime | None = None


def defer(kind: str, payload: dict[str, Any], *, key: str | None = None, due_at: datetime | None = None) -> None:
    """Queue one job; it exists when the caller's transaction commits."""
    defer_many([NewJob(kind=kind, payload=payload, key=key, due_at=due_at)])


def defer_many(jobs: Iterable[NewJob]) -> None:
    """Queue many jobs in one statement, and wake the workers once."""
    rows = list(jobs)
    if not rows:
        return
    columns = (
        [job.kind for job in rows],
        [job.key for job in rows],
        [json.dumps(job.payload) for job in rows],
        [job.due_at for job in rows],
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
