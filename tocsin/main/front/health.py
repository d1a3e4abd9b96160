"""Whether this node is healthy, in one answer (`/healthz`), and the gauges of `/metrics` that the database knows."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from tocsin.core import metrics
from tocsin.core.config import Config

ENGINE_LATE_S = 10.0
"""An engine that has not said anything for this long is not working."""

_SEEN = """
SELECT (SELECT extract(epoch FROM tocsin_now() - max(seen_at))::float8 FROM core_node WHERE role = 'engine'),
       (SELECT count(*) FROM core_job WHERE failed_at IS NOT NULL)
"""

_COUNTS = """
SELECT (SELECT count(*) FROM core_job WHERE failed_at IS NULL AND due_at <= tocsin_now()),
       (SELECT count(*) FROM core_job WHERE failed_at IS NOT NULL),
       coalesce((SELECT extract(epoch FROM tocsin_now() - min(due_at)) FROM core_job
                  WHERE failed_at IS NULL AND due_at <= tocsin_now()), 0)::float8
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`status` is ok, degraded or unavailable; `engine_age_s` is None when no engine has ever run.

    Degraded: this node works, and somebody should look at the installation; it is no reason to send requests elsewhere.
    `screens`: here, away (starting, stopping, crashed) or elsewhere (this node has none). `jobs_given_up` is None when
    nobody can tell.
    """

    status: str
    database: str
    engine: str
    engine_age_s: float | None
    screens: str
    jobs_given_up: int | None


async def examine(config: Config, screens: str) -> Health:
    """Ask the database: the intake needs it, and it knows when an engine last worked."""
    try:
        async with await psycopg.AsyncConnection.connect(config.database_url, connect_timeout=2) as connection:
            row = await (await connection.execute(_SEEN)).fetchone()
    except psycopg.Error:
        return Health(
            status="unavailable",
            database="away",
            engine="unknown",
            engine_age_s=None,
            screens=screens,
            jobs_given_up=None,
        )
    age, given_up = row if row else (None, 0)
    engine = "never ran" if age is None else "working" if age < ENGINE_LATE_S else "late"
    works = engine == "working" and screens != "away"
    status = "unavailable" if not works else "degraded" if given_up else "ok"
    return Health(
        status=status, database="here", engine=engine, engine_age_s=age, screens=screens, jobs_given_up=given_up
    )


async def measure(config: Config) -> None:
    """Refresh the gauges that only the database knows; leave them as they were when it is away."""
    try:
        async with await psycopg.AsyncConnection.connect(config.database_url, connect_timeout=2) as connection:
            row = await (await connection.execute(_COUNTS)).fetchone()
    except psycopg.Error:
        return
    assert row is not None
    metrics.QUEUE_DUE.set(row[0])
    metrics.QUEUE_FAILED.set(row[1])
    metrics.QUEUE_LATENESS_S.set(row[2])
