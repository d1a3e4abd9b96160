"""Which integration a token speaks for. Known for at most 60 seconds; longer only while the database is away.

Then every key that was live when the database last said which are counts as known, also after a restart (`keyfile`).

Anybody may send any token, so what is unknown has little: no database work unless it is formed like a key, one question
at a time for all that wait, on a connection of its own, and a room that pushes out none that is known.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from tocsin.accounts.rules import is_formed_like_a_key
from tocsin.alerts.intake.background import for_ever
from tocsin.alerts.intake.keyfile import KeptKey, KeyFile
from tocsin.core.errors import TooMany, Unavailable
from tocsin.core.keyring import Keyring

FRESH_S = 60.0
UNKNOWN_FRESH_S = 2.0
AWAY_S = 1.0
MOST_UNKNOWN = 10_000
"""Tokens that were no keys a moment ago; the oldest is forgotten first."""

MOST_WAITING = 2_000
"""Tokens never seen that may wait to be asked about. The database answers some hundred in a few milliseconds."""

MOST_ASKED = 500
CONFIRM_S = 30.0
"""How often the database is asked for all live keys, for the time when it cannot be asked."""

PURPOSE = "api-key"

# Reading a key is also what keeps `last_used_at`: once a minute and node, not once a request. Whoever holds the row, a
# revocation or another node that stamps it, is not waited for.
_READ = """
WITH live AS (
  SELECT key.id, key.digest, integration.id AS integration_id, integration.key AS integration,
         integration.uuid, integration.options
    FROM accounts_key AS key JOIN alerts_integration AS integration ON key.subject_id = integration.uuid
   WHERE key.digest = ANY(%s) AND key.revoked_at IS NULL AND key.scope = 'integration'
     AND key.subject_kind = 'alerts.integration' AND integration.removed_at IS NULL
), stamped AS (
  UPDATE accounts_key SET last_used_at = tocsin_now()
   WHERE id IN (SELECT id FROM accounts_key WHERE id IN (SELECT id FROM live) FOR NO KEY UPDATE SKIP LOCKED)
)
SELECT digest, integration_id, integration, uuid, options FROM live
"""

_ALL = """
SELECT key.digest, integration.id AS integration_id, integration.key AS integration, integration.uuid,
       integration.options
  FROM accounts_key AS key JOIN alerts_integration AS integration ON key.subject_id = integration.uuid
 WHERE key.revoked_at IS NULL AND key.scope = 'integration' AND key.subject_kind = 'alerts.integration'
   AND integration.removed_at IS NULL
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
    sender: Sender
    until: float


@dataclass(frozen=True, slots=True)
class _Question:
    """All that wait for one token. `answer` is its sender or None; it is cancelled when nobody could tell."""

    digests: list[str]
    answer: asyncio.Future[Sender | None]


@dataclass(slots=True)
class KeyCache:
    """Tokens are held as their HMACs only."""

    pool: AsyncConnectionPool
    keyring: Keyring
    file: KeyFile
    _known: dict[str, _Known] = field(default_factory=dict)
    _unknown: dict[str, float] = field(default_factory=dict)
    _stale: dict[str, _Question] = field(default_factory=dict)
    _new: dict[str, _Question] = field(default_factory=dict)
    _asking: asyncio.Task[None] | None = None
    _is_away: bool = False
    _away_until: float = 0.0
    _kept: dict[str, KeptKey] = field(default_factory=dict)
    _confirming: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Know what an earlier process knew, and keep that true while the database answers."""
        self._kept = await asyncio.to_thread(self.file.read)
        self._confirming = asyncio.create_task(for_ever("known keys", self._confirm, every=self._pause_s))

    async def stop(self) -> None:
        """What is known stays in the file for the next process."""
        if self._confirming is not None:
            self._confirming.cancel()
            await asyncio.wait([self._confirming])

    async def sender(self, token: str) -> Sender | None:
        """The integration of a live key, else None.

        Unavailable: the database is away and this key was never seen. TooMany: so many that were never seen wait.
        """
        if not is_formed_like_a_key(token):
            return None
        digests = self.keyring.macs(PURPOSE, token.encode())
        known, now = self._known.get(digests[0]), time.monotonic()
        if known is not None and known.until > now:
            return known.sender
        if self._unknown.get(digests[0], now) > now:
            return None
        remembered = known.sender if known is not None else self._kept_of(digests)
        try:
            question = self._asked(digests, self._new if known is None else self._stale)
            if self._is_away and remembered is not None:
                return remembered
            return await _answer(question)
        except TimeoutError:
            if remembered is not None:
                return remembered
        raise Unavailable("The database is away and this key is not known here yet. Try again.")

    def _kept_of(self, digests: list[str]) -> Sender | None:
        kept = next((self._kept[digest] for digest in digests if digest in self._kept), None)
        return _sender(kept) if kept is not None else None

    def _asked(self, digests: list[str], room: dict[str, _Question]) -> _Question:
        """The question about a token, asked now unless it is already; TimeoutError while there is nobody to answer."""
        if self._away_until > time.monotonic():
            raise TimeoutError
        question = room.get(digests[0])
        if question is None:
            if room is self._new and len(room) >= MOST_WAITING:
                raise TooMany("Many keys that are not known here are being looked up. Try again in a moment.")
            question = room[digests[0]] = _Question(digests, asyncio.get_running_loop().create_future())
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._answer_all())
        return question

    async def _answer_all(self) -> None:
        """One question after the other, those who were known first, until nobody waits; then nobody may wait."""
        try:
            while room := self._stale or self._new:
                asked = dict(islice(room.items(), MOST_ASKED))
                found = await self._read([digest for question in asked.values() for digest in question.digests])
                self._is_away = False
                for name, question in asked.items():
                    sender = next((found[digest] for digest in question.digests if digest in found), None)
                    self._remember(name, sender)
                    if sender is None:
                        self._forget(question.digests)
                    del room[name]
                    question.answer.set_result(sender)
        except (psycopg.Error, PoolTimeout, TimeoutError):
            self._is_away, self._away_until = True, time.monotonic() + AWAY_S
        finally:
            for question in (*self._stale.values(), *self._new.values()):
                question.answer.cancel()
            self._stale.clear()
            self._new.clear()

    def _remember(self, name: str, sender: Sender | None) -> None:
        now = time.monotonic()
        if sender is not None:
            self._known[name] = _Known(sender, now + FRESH_S)
            return
        self._known.pop(name, None)
        self._unknown.pop(name, None)
        if len(self._unknown) >= MOST_UNKNOWN:
            del self._unknown[next(iter(self._unknown))]
        self._unknown[name] = now + UNKNOWN_FRESH_S

    def _forget(self, digests: list[str]) -> None:
        """The database says that there is no such key, or no more."""
        for digest in digests:
            self._kept.pop(digest, None)

    def _pause_s(self) -> float:
        return min(AWAY_S, CONFIRM_S) if self._is_away else CONFIRM_S

    async def _confirm(self) -> None:
        async with asyncio.timeout(5), self.pool.connection(timeout=2) as connection:
            rows = await (await connection.cursor(row_factory=class_row(KeptKey)).execute(_ALL)).fetchall()
        self._kept, self._is_away = {key.digest: key for key in rows}, False
        await asyncio.to_thread(self.file.confirm, dict(self._kept))

    async def _read(self, digests: list[str]) -> dict[str, Sender]:
        rows: list[tuple[Any, ...]]
        async with asyncio.timeout(3), self.pool.connection(timeout=2) as connection:
            rows = await (await connection.execute(_READ, [digests])).fetchall()
        return {
            digest: Sender(integration_id=id_, integration=key, uuid=uuid, options=options)
            for digest, id_, key, uuid, options in rows
        }


async def _answer(question: _Question) -> Sender | None:
    """Wait for it; TimeoutError when the database has none to give."""
    await asyncio.wait([question.answer])
    if question.answer.cancelled():
        raise TimeoutError
    return question.answer.result()


def _sender(kept: KeptKey) -> Sender:
    return Sender(
        integration_id=kept.integration_id, integration=kept.integration, uuid=kept.uuid, options=kept.options
    )
