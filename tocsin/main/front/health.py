"""Whether this node is healthy, in one answer (`/healthz`), and the gauges of `/metrics` that the database knows."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from tocsin.alerts.intake import SpoolState
from tocsin.core import metrics
from tocsin.core.config import Config

ANSWER_S = 3.0
"""A database that has not answered by then is away, whatever it accepted."""

ENGINE_LATE_S = 10.0
"""An engine that has not said anything for this long is not working."""

SEEN = """
SELECT (SELECT extract(epoch FROM tocsin_now() - max(seen_at))::float8 FROM core_node WHERE role = 'engine'),
       (SELECT count(*) FROM core_job WHERE failed_at IS NOT NULL)
"""

COUNTS = """
SELECT (SELECT count(*) FROM core_job WHERE failed_at IS NULL AND due_at <= tocsin_now()),
       (SELECT count(*) FROM core_job WHERE failed_at IS NOT NULL),
       coalesce((SELECT extract(epoch FROM tocsin_now() - min(due_at)) FROM core_job
                  WHERE failed_at IS NULL AND due_at <= tocsin_now()), 0)::float8
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`status` is ok, degraded or unavailable; `engine_age_s` is None when no engine has ever run.

    Degraded: this node works, and somebody should look at the installation; it is no reason to send requests elsewhere.
    With the database away a node that still keeps alerts on its disk is degraded: it is the one that senders need.
    `screens`: here, away (starting, stopping, crashed) or elsewhere (this node has none). `jobs_given_up` is None when
    nobody can tell. `spooled`: events on this node's disk that wait for the database.
    """

    status: str
    database: str
    engine: str
    engine_age_s: float | None
    screens: str
    jobs_given_up: int | None
    spooled: int


async def examine(config: Config, screens: str, spool: SpoolState) -> Health:
    """Ask the database: the intake needs it, and it knows when an engine last worked."""
    row = await _asked(config, SEEN)
    if row is None:
        return Health(
            status="degraded" if spool.takes else "unavailable",
            database="away",
            engine="unknown",
            engine_age_s=None,
            screens=screens,
            jobs_given_up=None,
            spooled=spool.waiting,
        )
    age, given_up = row
    engine = "never ran" if age is None else "working" if age < ENGINE_LATE_S else "late"
    works = engine == "working" and screens != "away"
    status = "unavailable" if not works else "degraded" if given_up else "ok"
    return Health(
        status=status,
        database="here",
        engine=engine,
        engine_age_s=age,
        screens=screens,
        jobs_given_up=given_up,
        spooled=spool.waiting,
    )


async def measure(config: Config) -> None:
    """Refresh the gauges that only the database knows. With it away nobody knows them: an old value would be a lie."""
    row = await _asked(config, COUNTS)
    metrics.DATABASE_UP.set(row is not None)
    gauges = (metrics.QUEUE_DUE, metrics.QUEUE_FAILED, metrics.QUEUE_LATENESS_S)
    for gauge, value in zip(gauges, row or [math.nan] * len(gauges), strict=True):
        gauge.set(value)


async def _asked(config: Config, question: LiteralString) -> tuple[Any, ...] | None:
    """The row that answers, or None when the database does not."""
    try:
        async with (
            asyncio.timeout(ANSWER_S),
            await psycopg.AsyncConnection.connect(config.database_url, connect_timeout=2) as connection,
        ):
            return await (await connection.execute(question)).fetchone()
    except (psycopg.Error, TimeoutError):
        return None
