"""Doing queued work: claim with SKIP LOCKED, fair by kind, leased by the database's clock."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from tocsin.core.queue.failures import Cause, cause_of

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 12
MAX_BACKOFF_S = 300

SUSPECT_CLAIMS = 3
"""A job claimed so often without coming to an end may be what ends its worker: it is claimed alone, so that it takes
no neighbour with it, and more and more seldom."""

MAX_CLAIMS = 20
"""A job claimed so often in a row is given up: it kills its worker, or never has the database for itself."""

# The window spreads the claim over the kinds, so that ten thousand jobs of one never starve another's first. What its
# own owner claimed is free: a worker is one thread, so when it claims, nothing of its own is running.
_FREE = """failed_at IS NULL AND due_at <= tocsin_now() AND claims BETWEEN %(fewest)s AND %(most)s
   AND (lease_until IS NULL OR lease_until < tocsin_now() OR owner = %(owner)s)"""
_CLAIM = f"""
UPDATE core_job SET claims = claims + 1, fence = fence + 1, owner = %(owner)s,
       lease_until = tocsin_now() + make_interval(secs => %(lease_s)s),
       due_at = CASE WHEN claims < {SUSPECT_CLAIMS} THEN due_at
                ELSE tocsin_now() + make_interval(secs => least({MAX_BACKOFF_S}, 2 ^ least(claims, 9))) END
 WHERE id IN (
   SELECT id FROM core_job WHERE id IN (
     SELECT id FROM (
       SELECT id, row_number() OVER (PARTITION BY kind ORDER BY due_at, id) AS turn
         FROM core_job WHERE kind = ANY(%(kinds)s) AND {_FREE}
     ) AS due ORDER BY turn, id LIMIT %(limit)s
   )
   AND {_FREE}
   FOR UPDATE SKIP LOCKED
 )
RETURNING id, kind, payload, attempts, claims, fence, last_error
"""  # noqa: S608 - made of constants

_PUT_OFF = """
UPDATE core_job SET lease_until = NULL, last_error = %(error)s, attempts = %(attempts)s, claims = %(claims)s,
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
    claims: int
    fence: int
    last_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Runs due jobs of the kinds it has handlers for. `owner` names the node in the lease; one thread uses it."""

    handlers: Mapping[str, Handler]
    owner: str
    lease_s: int = 30

    def run_due(self, limit: int = 50) -> int:
        """Claim and run up to `limit` due jobs; returns how many were claimed.

        A failure of a handler is backed off. The database's own (OperationalError, InterfaceError) is raised: what was
        claimed and not run is claimed again by the next call.
        """
        jobs = self._claim(limit)
        for job in jobs:
            self._run(job)
        suspects = self._claim(1, fewest=SUSPECT_CLAIMS, most=MAX_CLAIMS)
        for job in suspects:
            self._run_suspect(job)
        return len(jobs) + len(suspects)

    def _claim(self, limit: int, fewest: int = 0, most: int = SUSPECT_CLAIMS - 1) -> list[ClaimedJob]:
        values: dict[str, Any] = {
            "owner": self.owner,
            "lease_s": self.lease_s,
            "kinds": list(self.handlers),
            "limit": limit,
            "fewest": fewest,
            "most": most,
        }
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, values)
            rows = sorted(cursor.fetchall(), key=lambda row: row[0])
        return [
            ClaimedJob(
                id=id_,
                kind=kind,
                payload=_decoded(payload),
                attempts=attempts,
                claims=claims,
                fence=fence,
                last_error=last_error,
            )
            for id_, kind, payload, attempts, claims, fence, last_error in rows
        ]

    def _run_suspect(self, job: ClaimedJob) -> None:
        if job.claims <= MAX_CLAIMS:
            self._run(job)
            return
        log.error("job_given_up", extra={"kind": job.kind, "job": job.id, "claims": MAX_CLAIMS})
        error = f"It was begun {MAX_CLAIMS} times and never came to an end. {job.last_error}".strip()
        _put_off(job, error, attempts=job.attempts, claims=MAX_CLAIMS, final=True)

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
        except Exception as error:  # noqa: BLE001 - the process boundary of a job: the queue goes on
            _settle(job, error)


def _settle(job: ClaimedJob, error: Exception) -> None:
    """What becomes of a job whose run failed. Raises what is the database's trouble, not the job's."""
    said = f"{type(error).__name__}: {error}"
    cause = cause_of(error)
    if cause is Cause.DATABASE:
        raise error
    if cause is Cause.RIVAL:
        log.warning("job_had_a_rival", extra={"kind": job.kind, "job": job.id, "error": str(error).strip()})
        _put_off(job, said, attempts=job.attempts, claims=job.claims, backoff_s=2**job.claims / 10)
        return
    attempts = job.attempts + 1
    log.error("job_failed", exc_info=error, extra={"kind": job.kind, "job": job.id, "attempts": attempts})
    _put_off(job, said, attempts=attempts, claims=0, backoff_s=2**attempts, final=attempts >= MAX_ATTEMPTS)


def _decoded(payload: Any) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(payload) if isinstance(payload, str) else payload
    return value


def _remove(job: ClaimedJob) -> bool:
    """Take the job away unless another node has claimed it since (its fence moved)."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_job WHERE id = %s AND fence = %s", [job.id, job.fence])
        removed: bool = cursor.rowcount == 1
    return removed


def _put_off(
    job: ClaimedJob, error: str, *, attempts: int, claims: int, backoff_s: float = 0, final: bool = False
) -> None:
    values: dict[str, Any] = {
        "id": job.id,
        "fence": job.fence,
        "error": error[:2000],
        "attempts": attempts,
        "claims": claims,
        "backoff_s": min(MAX_BACKOFF_S, backoff_s),
        "final": final,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PUT_OFF, values)
