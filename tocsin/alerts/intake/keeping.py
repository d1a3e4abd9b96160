"""What the intake does with the database away: keep on this node's disk, ask whether it is back, bring what waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from psycopg_pool import AsyncConnectionPool

from tocsin.alerts.intake.background import for_ever
from tocsin.alerts.intake.commit import Attempt
from tocsin.alerts.intake.disk import Disk
from tocsin.alerts.intake.draining import Drain
from tocsin.alerts.intake.events import Delivery
from tocsin.alerts.intake.memory import Memory
from tocsin.alerts.intake.spool import Spool, is_taken, spooled
from tocsin.alerts.rules.refusals import RefusalKind
from tocsin.core import metrics
from tocsin.core.errors import TocsinError, Unavailable

PROBE_S = 1.0
"""While the database is away it is asked this often whether it is back; no sender waits for the question."""

ANSWER_S = 3.0

# A server that is there but takes no writes, a standby before its promotion, is still away.
_IS_STANDBY = "SELECT pg_is_in_recovery()"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolState:
    """`waiting`: events that wait for the database; `takes`: there is room for more. `disk`: how full it is, 0 to 1."""

    waiting: int
    takes: bool
    disk: float = 0.0
    disk_low: bool = False


@dataclass(slots=True, kw_only=True)
class Keeper:
    """The spool of an intake, and whether the database is away."""

    spool: Spool
    pool: AsyncConnectionPool
    node: str
    disk: Disk
    memory: Memory = field(default_factory=Memory)
    away: bool = False
    clock_offset: timedelta = field(default_factory=timedelta)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        """Find what an earlier process kept, and begin to drain."""
        await asyncio.to_thread(self.spool.open)
        await self._look()
        drain = partial(self._drain, Drain(spool=self.spool, pool=self.pool, node=self.node, memory=self.memory))
        turns: dict[str, Callable[[], Awaitable[None]]] = {"spool": drain, "disk": self._look}
        self._tasks = [asyncio.create_task(for_ever(name, turn, every=lambda: PROBE_S)) for name, turn in turns.items()]

    async def stop(self) -> None:
        """What waits stays on the disk for the next process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self.spool.close)

    async def state(self) -> SpoolState:
        fill = await asyncio.to_thread(self.spool.fill)
        return SpoolState(waiting=self.spool.waiting, takes=fill < 1, disk=self.disk.fill, disk_low=self.disk.is_low)

    def learn(self, attempt: Attempt) -> None:
        """How far this node's clock is from the database's, from a commit."""
        if attempt.stored_at is not None:
            self.clock_offset = attempt.stored_at - _wall_clock()

    async def keep(self, deliveries: Sequence[Delivery], attempt: Attempt) -> list[TocsinError | None]:
        """Keep what there is room for; for each delivery what to tell its sender, None: it is safe."""
        fill = await asyncio.to_thread(self.spool.fill)
        kept = [each for each in deliveries if is_taken(each.events, fill)]
        failure = await self._written(kept, attempt) if kept else None
        self._show()
        full = Unavailable(
            "The database is away and the spool is nearly full: only graver alerts are kept.",
            code=RefusalKind.SPOOL_FULL,
        )
        return [failure if is_taken(each.events, fill) else full for each in deliveries]

    async def _written(self, deliveries: Sequence[Delivery], attempt: Attempt) -> TocsinError | None:
        at = _wall_clock() + self.clock_offset
        try:
            await asyncio.to_thread(self.spool.append, spooled(deliveries, at=at, batch=attempt.batch))
        except TocsinError as error:
            return error
        return None

    async def _drain(self, drain: Drain) -> None:
        """Ask whether the database is back, or bring in what waits."""
        try:
            if self.away:
                await self._ask()
            elif self.spool.size:
                await drain.run()
        finally:
            self._show()

    async def _look(self) -> None:
        """Beside the drain, which may take minutes and fills the database's disk meanwhile."""
        await asyncio.to_thread(self.disk.look)
        self._show()

    async def _ask(self) -> None:
        async with asyncio.timeout(ANSWER_S), self.pool.connection() as connection:
            row = await (await connection.execute(_IS_STANDBY)).fetchone()
        self.away = row is None or bool(row[0])

    def _show(self) -> None:
        metrics.INTAKE_SPOOLED.set(self.spool.waiting)
        metrics.INTAKE_SPOOL_BYTES.set(self.spool.size)
        metrics.DISK_FILL.set(self.disk.fill)


def _wall_clock() -> datetime:
    """This node's own clock; `clock_offset` puts it right by the database's."""
    return datetime.fromtimestamp(time.time(), UTC)  # allow: bare-clock - the database, whose clock counts, is away
