"""`Intake`: who may hand in, the queue, and the one flusher that commits all that waits."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections import deque
from dataclasses import dataclass

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from tocsin.alerts.intake.commit import Attempt, commit, is_of_content, reason_of
from tocsin.alerts.intake.disk import Disk
from tocsin.alerts.intake.events import Delivery, Durability, Receipt
from tocsin.alerts.intake.keeping import Keeper, SpoolState
from tocsin.alerts.intake.keyfile import KeyFile
from tocsin.alerts.intake.keys import KeyCache, Sender
from tocsin.alerts.intake.memory import Memory
from tocsin.alerts.intake.refusing import Refusals
from tocsin.alerts.intake.secrets import given_secrets, source_secrets
from tocsin.alerts.intake.spool import Spool, is_as_grave, is_taken
from tocsin.alerts.rules.refusals import RefusalKind
from tocsin.core import metrics
from tocsin.core.config import Config
from tocsin.core.errors import InvalidInput, TocsinError, Unavailable
from tocsin.core.keyring import Keyring
from tocsin.core.postgres import sessions

log = logging.getLogger(__name__)

BATCH_MOST = 4000
"""Events in one transaction, unless a single request has more."""

COMMIT_S = 3.0
"""A commit that takes longer counts as failed: a peer that accepts bytes and never answers would hold it for ever."""


RETRY_S = 1.0
"""For so long a connection is tried again and again, ever more seldom; then whoever next wants one begins anew. With
the pool's own five minutes a database that was away for one is found again a minute late."""


@dataclass(slots=True)
class _Waiting:
    delivery: Delivery
    answer: asyncio.Future[Receipt]


class Intake:
    """The door of one process. `start` it in the event loop that calls `accept`."""

    def __init__(self, config: Config, keyring: Keyring) -> None:
        self._linger_s = config.intake_linger_ms / 1000
        self._room = config.intake_queue
        self._keyring = keyring
        self._pool = _connections(config, "store")
        self._key_pool = _connections(config, "keys")
        self._keys = KeyCache(self._key_pool, keyring, KeyFile(path=config.data_dir / "known-keys"))
        spool = Spool(folder=config.data_dir / "spool", cap=config.spool_mb * 1024 * 1024)
        self._memory = Memory()
        node = f"{socket.gethostname()}:{config.port}"
        self._disk = Disk.of(config)
        self._keeper = Keeper(spool=spool, pool=self._pool, node=node, disk=self._disk, memory=self._memory)
        self._refusals = Refusals(pool=self._key_pool)
        self._queue: deque[_Waiting] = deque()
        self._waiting = 0
        self._wake = asyncio.Event()
        self._stopping = False
        self._flusher: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to commit. The database need not be there yet."""
        await self._pool.open(wait=False)
        await self._key_pool.open(wait=False)
        await self._keys.start()
        await self._keeper.start()
        self._refusals.start()
        self._flusher = asyncio.create_task(self._flush_for_ever())

    async def stop(self) -> None:
        """Commit what waits, answer it, close."""
        self._stopping = True
        self._wake.set()
        if self._flusher is not None:
            await self._flusher
        await self._keeper.stop()
        await self._refusals.stop()
        await self._keys.stop()
        await self._key_pool.close()
        await self._pool.close()

    async def sender(self, token: str) -> Sender | None:
        """The integration a token speaks for, or None; Unavailable when nobody can tell."""
        return await self._keys.sender(token)

    def secrets(self, sender: Sender) -> list[str]:
        """What a sender may sign with: what people gave, then what the key ring makes for it, newest first."""
        given = given_secrets(self._keyring, sender.uuid, sender.options)
        return given + source_secrets(self._keyring, sender.uuid)

    async def accept(self, delivery: Delivery) -> Receipt:
        """Store a delivery; returns after its commit, or once it is on this node's disk while the database is away.

        Unavailable (503): the queue, the spool or the disk is full, or its rest kept for graver alerts; nothing was
        promised, and trying again is right. It is counted, so that people are told.
        InvalidInput (422): what it says cannot be stored.
        """
        if self._stopping:
            raise Unavailable("This node is stopping. Try again in a moment.")
        try:
            return await self._stored(delivery)
        except Unavailable as refusal:
            self._refusals.count(delivery.sender, RefusalKind(refusal.code))
            raise

    async def _stored(self, delivery: Delivery) -> Receipt:
        events = len(delivery.events)
        if not is_as_grave(delivery.events, self._disk.least_taken()):
            raise Unavailable(
                "The database's disk is nearly full: only graver alerts, and ends, are taken.",
                code=RefusalKind.DISK_FULL,
            )
        if self._waiting + events > self._room or not is_taken(delivery.events, self._waiting / self._room):
            raise Unavailable(
                "The queue is full, or what is left of it is kept for graver alerts. Try again in a moment.",
                code=RefusalKind.QUEUE_FULL,
            )
        waiting = _Waiting(delivery, asyncio.get_running_loop().create_future())
        self._waiting += events
        self._queue.append(waiting)
        self._wake.set()
        return await waiting.answer

    async def spool_state(self) -> SpoolState:
        """What waits on this node's disk, and whether it would take more."""
        return await self._keeper.state()

    async def _flush_for_ever(self) -> None:
        while not self._stopping or self._queue:
            if not self._queue:
                self._wake.clear()
                await self._wake.wait()
            if self._waiting < BATCH_MOST and not self._stopping:
                await asyncio.sleep(self._linger_s)
            group = self._take()
            if group:
                await self._flush(group)

    def _take(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        events = 0
        while self._queue and (not group or events + len(self._queue[0].delivery.events) <= BATCH_MOST):
            waiting = self._queue.popleft()
            events += len(waiting.delivery.events)
            group.append(waiting)
        self._waiting -= events
        metrics.INTAKE_WAITING.set(self._waiting)
        return group

    async def _flush(self, group: list[_Waiting], attempt: Attempt | None = None) -> None:
        """Commit a group; when something in it cannot be stored, halve it until the bad one stands alone."""
        attempt = attempt or Attempt()
        try:
            if self._keeper.away:
                await self._keep(group, attempt)
            else:
                await self._commit(group, attempt)
        except Exception as error:  # noqa: BLE001 - the flusher's process boundary: nobody may wait for ever
            await self._settle_failure(group, attempt, error)

    async def _settle_failure(self, group: list[_Waiting], attempt: Attempt, error: Exception) -> None:
        if is_of_content(error) or not isinstance(error, (psycopg.Error, PoolTimeout, TimeoutError)):
            await self._split(group, attempt, error)
            return
        log.warning("intake_commit_failed", extra={"error": f"{type(error).__name__}: {error}".strip()})
        self._keeper.away = True
        self._memory.forget()
        try:
            await self._keep(group, attempt)
        except Exception as broken:  # noqa: BLE001 - the flusher must outlive whatever a disk can do
            await self._split(group, attempt, broken)

    async def _commit(self, group: list[_Waiting], attempt: Attempt) -> None:
        began = time.monotonic()
        async with asyncio.timeout(COMMIT_S), self._pool.connection() as connection:
            deliveries = [waiting.delivery for waiting in group]
            repeated = await commit(connection, deliveries, attempt, memory=await self._memory.at(connection))
        self._memory.learn(attempt.learnt)
        self._keeper.learn(attempt)
        metrics.INTAKE_COMMIT_S.observe(time.monotonic() - began)
        _confirm(group, repeated)

    async def _keep(self, group: list[_Waiting], attempt: Attempt) -> None:
        failures = await self._keeper.keep([waiting.delivery for waiting in group], attempt)
        safe = [waiting for waiting, failure in zip(group, failures, strict=True) if failure is None]
        _confirm(safe, set(), Durability.SPOOL)
        for waiting, failure in zip(group, failures, strict=True):
            if failure is not None:
                _refuse([waiting], failure)

    async def _split(self, group: list[_Waiting], attempt: Attempt, error: Exception) -> None:
        """Halve a group; one that stands alone is refused, for good when that is due to what it says."""
        if len(group) > 1:
            middle = len(group) // 2
            for half in (group[:middle], group[middle:]):
                await self._flush(half, Attempt(batch=attempt.batch))
        elif is_of_content(error):
            _refuse(group, InvalidInput("The alert cannot be stored: {reason}.", reason=reason_of(error)))
        else:
            log.error("intake_broken", exc_info=error)
            _refuse(group, _not_stored())


def _connections(config: Config, name: str) -> AsyncConnectionPool:
    """The flusher has its own, and questions about keys have theirs, so that neither waits for the other's."""
    asked = {"autocommit": True, "connect_timeout": 2, "options": sessions.options(statement_timeout="5000")}
    return AsyncConnectionPool(
        config.database_url,
        name=name,
        min_size=1,
        max_size=4,
        timeout=2.0,
        reconnect_timeout=RETRY_S,
        open=False,
        kwargs=sessions.CLIENT | asked,
    )


def _confirm(group: list[_Waiting], repeated: set[int], durability: Durability = Durability.DATABASE) -> None:
    for position, waiting in enumerate(group):
        if not waiting.answer.done():
            delivery = waiting.delivery
            receipt = Receipt(
                request_id=delivery.request_id,
                events=len(delivery.events),
                repeated=position in repeated,
                durability=durability,
            )
            waiting.answer.set_result(receipt)


def _not_stored() -> Unavailable:
    return Unavailable("The alerts could not be stored. Try again in a moment.", code=RefusalKind.NOT_STORED)


def _refuse(group: list[_Waiting], error: TocsinError) -> None:
    for waiting in group:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
