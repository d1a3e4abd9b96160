"""What was answered is stored, whatever is killed while six senders post."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

import httpx
import psycopg
import pytest

from tests.nodes import wait_until

SENDERS = 6
WANTED = 400


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
    return port


class Node:
    """A front as a process of its own, always on the same port."""

    def __init__(self, dsn: str) -> None:
        self.port = free_port()
        self._command = [sys.executable, "-m", "tests.gateways.front", dsn, str(self.port)]
        self.process = subprocess.Popen(self._command)

    def restart(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = subprocess.Popen(self._command)

    async def kill_and_restart(self) -> None:
        await asyncio.to_thread(self.restart)


class Senders:
    """Each posts one alias after the other, each until it is answered by 202. `acknowledged` holds what was. After so
    many `aliases` a sender begins anew, and repeats what it said."""

    def __init__(self, port: int, token: str, *, aliases: int = WANTED) -> None:
        self._aliases = aliases
        self._url = f"http://127.0.0.1:{port}/v2/alerts"
        self._headers = {"Authorization": f"GenieKey {token}"}
        self.acknowledged: list[str] = []
        self.errors = 0

    async def post(self, sender: int) -> None:
        async with httpx.AsyncClient(timeout=5) as client:
            number = 0
            while len(self.acknowledged) < WANTED:
                alias = f"{sender}-{number % self._aliases}"
                with suppress(httpx.HTTPError):
                    found = await client.post(self._url, headers=self._headers, json={"message": "x", "alias": alias})
                    if found.status_code == 202:
                        self.acknowledged.append(alias)
                        number += 1
                        continue
                self.errors += 1
                await asyncio.sleep(0.02)


async def storm(node: Node, senders: Senders, disturb: Callable[[], Awaitable[None]], times: int) -> None:
    async def disturbing() -> None:
        for turn in range(times):
            while len(senders.acknowledged) < WANTED * (turn + 1) // (times + 1):
                await asyncio.sleep(0.01)
            await disturb()

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for sender in range(SENDERS):
            group.create_task(senders.post(sender))
        group.create_task(disturbing())


@pytest.fixture
def world(fresh_database, cast):
    from tests.alerts.world import World

    return World()


@pytest.fixture
def node(fresh_database, world):
    started = Node(fresh_database.app_dsn)
    yield started
    started.process.terminate()
    started.process.wait()


def stored(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        return {row[0] for row in connection.execute("SELECT fingerprint FROM alerts_event").fetchall()}


@pytest.mark.slow
async def test_what_a_killed_node_has_answered_is_stored(node: Node, world, fresh_database) -> None:
    senders = Senders(node.port, world.token)
    await storm(node, senders, node.kill_and_restart, times=3)
    assert senders.errors > 0
    assert set(senders.acknowledged) <= stored(fresh_database.dsn)


@pytest.mark.slow
async def test_repeats_that_a_killed_node_has_answered_are_counted_each_time(node: Node, world, fresh_database) -> None:
    senders = Senders(node.port, world.token, aliases=2)
    await storm(node, senders, node.kill_and_restart, times=3)
    answered = Counter(senders.acknowledged)
    with psycopg.connect(fresh_database.dsn) as connection:
        counted = "SELECT fingerprint, count(*) FROM alerts_delivered GROUP BY 1"
        told = dict(connection.execute(counted).fetchall())
        ((whole,),) = connection.execute("SELECT count(*) FROM alerts_event").fetchall()
    assert all(told[alias] >= times for alias, times in answered.items())
    assert sum(told.values()) <= len(senders.acknowledged) + senders.errors
    assert whole < sum(told.values()) / 2
    await asyncio.to_thread(world.turn)
    with psycopg.connect(fresh_database.dsn) as connection:
        counted = "SELECT fingerprint, sum(count)::int FROM alerts_alert GROUP BY 1"
        assert dict(connection.execute(counted).fetchall()) == told


@pytest.mark.slow
async def test_what_was_answered_before_the_database_broke_off_is_stored(
    node: Node, world, fresh_database, running
) -> None:
    async def break_off() -> None:
        with psycopg.connect(running.admin_dsn, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND application_name <> 'tocsin'",
                [fresh_database.name],
            )

    senders = Senders(node.port, world.token)
    await storm(node, senders, break_off, times=4)
    # What was kept on the node's disk comes within a second or two.
    await asyncio.to_thread(wait_until, lambda: set(senders.acknowledged) <= stored(fresh_database.dsn))
    assert senders.acknowledged
