"""Whether this node is healthy, in one answer (`/healthz`), and the gauges of `/metrics` that the database knows."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass, field
from typing import Any, LiteralString

import psycopg

from tocsin.alerts.intake import SpoolState
from tocsin.core import metrics

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


FRESH_S = 1.0
"""How long an answer is good for whoever asks next: anybody may ask, as often as they like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`status` is ok, degraded or unavailable; `engine_age_s` is None when no engine has ever run.

    Unavailable: this node cannot do what its role is, so requests should go elsewhere. A node that takes alerts can
    while it keeps them, in the database or on its disk, whatever else is late or away; one that only shows screens
    needs them and the database.
    Degraded: this node does its part, and somebody should look at the installation.
    `screens`: here, away (starting, stopping, crashed) or elsewhere (this node has none). `jobs_given_up` is None when
    nobody can tell. `spooled`: events on this node's disk that wait for the database. `disk`: how full that is, 0 to 1.
    """

    status: str
    database: str
    engine: str
    engine_age_s: float | None
    screens: str
    jobs_given_up: int | None
    spooled: int
    disk: float


@dataclass(frozen=True, slots=True)
class _Answer:
    row: tuple[Any, ...] | None
    until: float


@dataclass(slots=True)
class Examiner:
    """Asks the database, over one connection however many ask us."""

    dsn: str
    _connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)
    _answers: dict[LiteralString, _Answer] = field(default_factory=dict)

    async def examine(self, roles: frozenset[str], screens: str, spool: SpoolState) -> Health:
        """The intake needs the database, and it knows when an engine last worked."""
        row = await self._ask(SEEN)
        age, given_up = row or (None, None)
        engine = "unknown" if row is None else _engine(age)
        able = (row is not None or spool.takes) if "intake" in roles else (row is not None and screens == "here")
        whole = engine == "working" and screens != "away" and not given_up and not spool.disk_low
        return Health(
            status="ok" if able and whole else "degraded" if able else "unavailable",
            database="away" if row is None else "here",
            engine=engine,
            engine_age_s=age,
            screens=screens,
            jobs_given_up=given_up,
            spooled=spool.waiting,
            disk=round(spool.disk, 3),
        )

    async def measure(self) -> None:
        """Refresh the gauges that only the database knows. With it away nobody does: an old value would be a lie."""
        row = await self._ask(COUNTS)
        metrics.DATABASE_UP.set(row is not None)
        gauges = (metrics.QUEUE_DUE, metrics.QUEUE_FAILED, metrics.QUEUE_LATENESS_S)
        for gauge, value in zip(gauges, row or [math.nan] * len(gauges), strict=True):
            gauge.set(value)

    async def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _ask(self, question: LiteralString) -> tuple[Any, ...] | None:
        """The row that answers, or None when the database does not. Who asks at the same time is told the same."""
        async with self._alone:
            known = self._answers.get(question)
            if known is None or known.until <= time.monotonic():
                row = await self._asked(question)
                known = self._answers[question] = _Answer(row, time.monotonic() + FRESH_S)
            return known.row

    async def _asked(self, question: LiteralString) -> tuple[Any, ...] | None:
        kept = self._connection is not None
        try:
            return await self._once(question)
        except (psycopg.Error, TimeoutError) as error:
            await self.close()
            if not kept or isinstance(error, TimeoutError):
                return None
        try:  # the connection may be older than the server that answers now
            return await self._once(question)
        except (psycopg.Error, TimeoutError):
            await self.close()
            return None

    async def _once(self, question: LiteralString) -> tuple[Any, ...] | None:
        async with asyncio.timeout(ANSWER_S):
            if self._connection is None:
                connect = psycopg.AsyncConnection.connect
                self._connection = await connect(self.dsn, autocommit=True, connect_timeout=2)
            return await (await self._connection.execute(question)).fetchone()


def _engine(age_s: float | None) -> str:
    return "never ran" if age_s is None else "working" if age_s < ENGINE_LATE_S else "late"
