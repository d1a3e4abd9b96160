"""Bringing the spool into the database, oldest first, each group once however often it is tried."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from tocsin.alerts.intake.commit import Attempt, commit, is_of_content, reason_of, was_stored
from tocsin.alerts.intake.events import Delivery
from tocsin.alerts.intake.memory import Learnt, Memory
from tocsin.alerts.intake.refusing import note_put_aside
from tocsin.alerts.intake.spool import Spool, Spooled, is_damaged, read
from tocsin.core import metrics
from tocsin.core.ids import uuid7

log = logging.getLogger(__name__)

DRAIN_S = 8.0
"""A group takes at most this long, else the database counts as away again."""

# A drained group's id is kept beside the Idempotency-Keys, for a day: a crash between its commit and the removal of its
# segment brings it here a second time.
_ONCE = """
INSERT INTO alerts_deliverykey (integration_id, key, at) VALUES (0, %s, tocsin_now())
ON CONFLICT (integration_id, key) DO NOTHING RETURNING id
"""

_TELL = """
INSERT INTO alerts_spool AS told (node, uuid, waiting, oldest_at, drained, seen_at)
VALUES (%(node)s, %(uuid)s, %(waiting)s, %(oldest_at)s, %(drained)s, tocsin_now())
ON CONFLICT (node) DO UPDATE
   SET waiting = excluded.waiting, oldest_at = least(told.oldest_at, excluded.oldest_at),
       drained = told.drained + excluded.drained, seen_at = excluded.seen_at
"""


@dataclass(slots=True, kw_only=True)
class Drain:
    """Drains one spool through a pool."""

    spool: Spool
    pool: AsyncConnectionPool
    node: str
    memory: Memory
    _since: datetime | None = None

    async def run(self) -> None:
        """Everything there is. Raises psycopg's errors when the database is away (again); what was drained stays so."""
        paths = await asyncio.to_thread(self.spool.segments)
        if not paths:
            return
        await self._announce()
        for path in paths:
            await self._segment(path)
        await self._announce()
        log.info("spool_drained", extra={"segments": len(paths)})

    async def _announce(self) -> None:
        """Tell people what waits, before the first group and after the last: some may turn out to be here already."""
        if self.spool.oldest_at is not None:
            self._since = self.spool.oldest_at
        if self._since is not None:
            async with asyncio.timeout(DRAIN_S), self.pool.connection() as connection:
                await self._tell(connection, waiting=self.spool.waiting, oldest_at=self._since, drained=0)

    async def _tell(self, connection: AsyncConnection[Any], *, waiting: int, oldest_at: datetime, drained: int) -> None:
        values = {"node": self.node, "uuid": uuid7(), "waiting": waiting, "oldest_at": oldest_at, "drained": drained}
        await connection.execute(_TELL, values)

    async def _segment(self, path: Path) -> None:
        groups, damaged = await asyncio.to_thread(_read, path)
        for group in groups:
            async with asyncio.timeout(DRAIN_S), self.pool.connection() as connection:
                learnt = await self._store(connection, group)
            self.memory.learn(learnt)
            self.spool.drained(group)
            metrics.INTAKE_SPOOLED.set(self.spool.waiting)
        if damaged:
            log.error("spool_damaged", extra={"segment": path.name})
            metrics.INTAKE_SPOOL_DAMAGED.inc()
            async with asyncio.timeout(DRAIN_S), self.pool.connection() as connection:
                await note_put_aside(connection, None)
        await asyncio.to_thread(self.spool.remove, path, damaged=damaged)

    async def _store(self, connection: AsyncConnection[Any], group: Spooled) -> Learnt:
        """One transaction: that the group is drained, its events, and what people are told of it."""
        deliveries = group.restored()
        events = sum(len(each.events) for each in deliveries)
        async with connection.transaction():
            new = await (await connection.execute(_ONCE, [f"spool:{group.id}"])).fetchone()
            if new is None or await was_stored(connection, group.batch, [each.request_id for each in deliveries]):
                return {}
            learnt = await self._keep(connection, deliveries, group)
            waiting = self.spool.waiting - events
            await self._tell(connection, waiting=waiting, oldest_at=group.at, drained=events)
        return learnt

    async def _keep(self, connection: AsyncConnection[Any], deliveries: list[Delivery], group: Spooled) -> Learnt:
        attempt = Attempt()
        try:
            async with connection.transaction():
                memory = await self.memory.at(connection)
                await commit(connection, deliveries, attempt, memory=memory, received_at=group.at)
            return attempt.learnt
        except Exception as error:
            if not is_of_content(error):
                raise
            # It was acknowledged, so it may not be lost for one event that the database refuses: each goes alone.
            for delivery in deliveries:
                await self._alone(connection, delivery, group)
            return {}

    async def _alone(self, connection: AsyncConnection[Any], delivery: Delivery, group: Spooled) -> None:
        try:
            async with connection.transaction():
                await commit(connection, [delivery], received_at=group.at)
        except Exception as error:
            if not is_of_content(error):
                raise
            log.exception("spooled_delivery_refused", extra={"request": str(delivery.request_id)})
            metrics.INTAKE_SPOOL_DAMAGED.inc()
            await asyncio.to_thread(self.spool.put_aside, group, reason_of(error))
            await note_put_aside(connection, delivery.sender.integration_id)


def _read(path: Path) -> tuple[list[Spooled], bool]:
    return list(read(path)), is_damaged(path)
