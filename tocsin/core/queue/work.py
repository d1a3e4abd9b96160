"""Doing queued work: claim with SKIP LOCKED, fair by kind, leased by the database's clock."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 12
MAX_BACKOFF_S = 300

# The window spreads the claim over the kinds, so that ten thousand jobs of one never starve another's first.
_CLAIM = """
UPDATE core_job SET attempts = attempts + 1, fence = fence + 1, owner = %(owner)s,
       lease_until = tocsin_now() + make_interval(secs => %(lease_s)s)
 WHERE id IN (
   SELECT id FROM core_job WHERE id IN (
     SELECT id FROM (
       SELECT id, row_number() OVER (PARTITION BY kind ORDER BY due_at, id) AS turn
         FROM core_job
        WHERE failed_at IS NULL AND due_at <= tocsin_now() AND kind = ANY(%(kinds)s)
          AND (lease_until IS NULL OR lease_until < tocsin_now())
     ) AS due ORDER BY turn, id LIMIT %(limit)s
   )
   AND failed_at IS NULL AND due_at <= tocsin_now() AND (lease_until IS NULL OR lease_until < tocsin_now())
   FOR UPDATE SKIP LOCKED
 )
RETURNING id, kind, payload, attempts, fence
"""

_FAIL = """
UPDATE core_job SET lease_until = NULL, last_error = %(error)s,
       due_at = tocsin_now() + make_interval(secs => %(backoff_s)s),
       failed_at = CASE WHEN %(final)s THEN tocsin_now() END
 WHERE id = %(id)s AND fence = %(fence)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """What runs a kind of job. `outside`: it calls out, so it must not hold a transaction."""

    run: Callable[[dict[str, Any]], None]
    outside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedJob:
    id: int
    kind: str
    payload: dict[str, Any]
    attempts: int
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Runs due jobs of the kinds it has handlers for. `owner` names the node in the lease."""

    handlers: Mapping[str, Handler]
    owner: str
    lease_s: int = 30

    def run_due(self, limit: int = 50) -> int:
        """Claim and run up to `limit` due jobs; returns how many were claimed. Failures are backed off."""
        jobs = self._claim(limit)
        for job in jobs:
            self._run(job)
        return len(jobs)

    def _claim(self, limit: int) -> list[ClaimedJob]:
        values: dict[str, Any] = {
            "owner": self.owner,
            "lease_s": self.lease_s,
            "kinds": list(self.handlers),
            "limit": limit,
        }
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, values)
            rows = sorted(cursor.fetchall())
        return [
            ClaimedJob(id=id_, kind=kind, payload=_decoded(payload), attempts=attempts, fence=fence)
            for id_, kind, payload, attempts, fence in rows
        ]

    def _run(self, job: ClaimedJob) -> None:
        handler = self.handlers[job.kind]
        try:
            if handler.outside:
                handler.run(job.payload)
                _remove(job)
            else:
                with transaction.atomic():
                    if _remove(job):
                        handler.run(job.payload)
        except Exception as error:  # the process boundary of a job: whatever went wrong, the queue goes on
            log.exception("job_failed", extra={"kind": job.kind, "job": job.id, "attempts": job.attempts})
            _fail(job, f"{type(error).__name__}: {error}")


def _decoded(payload: Any) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(payload) if isinstance(payload, str) else payload
    return value


def _remove(job: ClaimedJob) -> bool:
    """Take the job away unless another node has claimed it since (its fence moved)."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_job WHERE id = %s AND fence = %s", [job.id, job.fence])
        removed: bool = cursor.rowcount == 1
    return removed


def _fail(job: ClaimedJob, error: str) -> None:
    values = {
        "id": job.id,
        "fence": job.fence,
        "error": error[:2000],
        "backoff_s": min(MAX_BACKOFF_S, 2**job.attempts),
        "final": job.attempts >= MAX_ATTEMPTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FAIL, values)
