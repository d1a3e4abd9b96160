"""How often known senders were refused, and why: counted here, told to the database, where the engine raises alerts.

What is told goes past the queue, the spool and their limits, so that no alert of a refusal can be refused by what it
tells of. While the database is away counts wait in this process.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from tocsin.alerts.intake.background import for_ever
from tocsin.alerts.intake.keys import Sender
from tocsin.alerts.rules.refusals import RefusalKind
from tocsin.alerts.rules.states import ITSELF
from tocsin.core.ids import uuid7

TELL_S = 1.0
ANSWER_S = 3.0

_TELL = """
INSERT INTO alerts_refusing AS known (integration_id, kind, count, told, since, last_at)
SELECT integration.id, new.kind, new.count, 0, tocsin_now() - make_interval(secs => new.age), tocsin_now()
  FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::float8[]) AS new (integration_id, kind, count, age)
  JOIN alerts_integration AS integration ON integration.id = new.integration_id
 ORDER BY integration.id, new.kind
ON CONFLICT (integration_id, kind) DO UPDATE
   SET count = known.count + excluded.count, since = least(known.since, excluded.since), last_at = excluded.last_at
"""

# The integration of what Tocsin has to say of itself, as `actions.handing` makes it.
_ITSELF = """
INSERT INTO alerts_integration (uuid, key, name, kind) VALUES (%(uuid)s, %(key)s, 'Tocsin', %(key)s)
ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id
"""

_Key = tuple[int, RefusalKind]


async def note_put_aside(connection: AsyncConnection[Any], integration_id: int | None) -> None:
    """Count, in the caller's transaction, what was acknowledged and put aside; None: nobody can tell whose it was."""
    if integration_id is None:
        cursor = await connection.execute(_ITSELF, {"uuid": uuid7(), "key": ITSELF})
        integration_id = (await cursor.fetchone() or [0])[0]
    await connection.execute(_TELL, [[integration_id], [RefusalKind.PUT_ASIDE.value], [1], [0.0]])


@dataclass(slots=True)
class _Count:
    """`began` by this process's steady clock."""

    began: float
    count: int = 0


@dataclass(slots=True, kw_only=True)
class Refusals:
    """The refusals of one intake. A node that dies takes with it what it could not tell."""

    pool: AsyncConnectionPool
    _counts: dict[_Key, _Count] = field(default_factory=dict)
    _telling: asyncio.Task[None] | None = None

    def count(self, sender: Sender, kind: RefusalKind) -> None:
        """One delivery of that sender was refused."""
        self._counts.setdefault((sender.integration_id, kind), _Count(time.monotonic())).count += 1

    def start(self) -> None:
        """Begin to tell."""
        self._telling = asyncio.create_task(for_ever("refusals", self._tell, every=lambda: TELL_S))

    async def stop(self) -> None:
        """Tell what is left, if somebody listens."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.wait([self._telling])
        with suppress(psycopg.Error, PoolTimeout, TimeoutError):
            await self._tell()

    async def _tell(self) -> None:
        if not self._counts:
            return
        told = {key: _Count(each.began, each.count) for key, each in self._counts.items()}
        now = time.monotonic()
        rows = [(key[0], key[1].value, each.count, now - each.began) for key, each in told.items()]
        async with asyncio.timeout(ANSWER_S), self.pool.connection(timeout=2) as connection:
            await connection.execute(_TELL, [list(column) for column in zip(*rows, strict=True)])
        self._subtract(told)

    def _subtract(self, told: Mapping[_Key, _Count]) -> None:
        for key, each in told.items():
            left = self._counts[key].count - each.count
            if left:
                self._counts[key] = _Count(time.monotonic(), left)
            else:
                del self._counts[key]
