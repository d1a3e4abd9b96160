"""Which integration a token speaks for. Known for at most 60 seconds; longer only while the database is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from tocsin.core.errors import Unavailable
from tocsin.core.keyring import Keyring

FRESH_S = 60.0
UNKNOWN_FRESH_S = 2.0
AWAY_S = 1.0
MOST = 50_000
PURPOSE = "api-key"

# Reading a key is also what keeps `last_used_at`: once a minute and node, not once a request.
_READ = """
UPDATE accounts_key AS key SET last_used_at = tocsin_now()
  FROM alerts_integration AS integration
 WHERE key.digest = ANY(%s) AND key.revoked_at IS NULL AND key.scope = 'integration'
   AND key.subject_kind = 'alerts.integration' AND key.subject_id = integration.uuid
   AND integration.removed_at IS NULL
RETURNING integration.id, integration.key, integration.uuid, integration.options
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The integration a request comes from."""

    integration_id: int
    integration: str
    uuid: UUID
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Known:
    sender: Sender | None
    until: float


@dataclass(slots=True)
class KeyCache:
    """Tokens are held as their HMACs only."""

    pool: AsyncConnectionPool
    keyring: Keyring
    _known: dict[str, _Known] = field(default_factory=dict)
    _asking: dict[str, asyncio.Task[Sender | None]] = field(default_factory=dict)
    _away_until: float = 0.0

    async def sender(self, token: str) -> Sender | None:
        """The integration of a live key, else None. Unavailable: the database is away and this key was never seen."""
        digests = self.keyring.macs(PURPOSE, token.encode("utf-8", "surrogatepass"))
        known = self._known.get(digests[0])
        if known is not None and known.until > time.monotonic():
            return known.sender
        try:
            return await self._ask(digests)
        except (psycopg.Error, PoolTimeout, TimeoutError):
            self._away_until = time.monotonic() + AWAY_S
        if known is not None and known.sender is not None:
            return known.sender
        raise Unavailable("The database is away and this key is not known here yet. Try again.")

    async def _ask(self, digests: list[str]) -> Sender | None:
        """One question for all who wait for the same key."""
        if self._away_until > time.monotonic():
            raise TimeoutError
        task = self._asking.get(digests[0])
        if task is None:
            task = asyncio.ensure_future(self._read(digests))
            self._asking[digests[0]] = task
            task.add_done_callback(lambda _: self._asking.pop(digests[0], None))
        return await asyncio.shield(task)

    async def _read(self, digests: list[str]) -> Sender | None:
        async with asyncio.timeout(3), self.pool.connection(timeout=2) as connection:
            row = await (await connection.execute(_READ, [digests])).fetchone()
        sender = Sender(integration_id=row[0], integration=row[1], uuid=row[2], options=row[3]) if row else None
        if len(self._known) >= MOST:
            self._known.clear()
        until = time.monotonic() + (FRESH_S if sender else UNKNOWN_FRESH_S)
        self._known[digests[0]] = _Known(sender, until)
        return sender
