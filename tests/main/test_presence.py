"""Since when senders have been heard: engines and intakes say that they are at work, without a break or not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import connection

from tests.alerts.world import World, fire, later
from tocsin.core import clock as moments
from tocsin.core import config
from tocsin.core.models import Node
from tocsin.main import presence, upkeep, wiring
from tocsin.main.front.app import Front
from tocsin.main.presence import ENGINE, INTAKE, Seen, heard_since

if TYPE_CHECKING:
    from tests.conftest import Clock, Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def node(role: str, *, started_s: float = 600, seen_s: float = 1) -> Seen:
    """A process that began and was last seen so many seconds ago."""
    return Seen(role=role, started_at=NOW - timedelta(seconds=started_s), seen_at=NOW - timedelta(seconds=seen_s))


@pytest.mark.parametrize(
    ("nodes", "since_s"),
    [
        ([node(ENGINE), node(INTAKE, started_s=300)], 300),
        ([node(ENGINE, started_s=20), node(INTAKE)], 20),
        ([node(ENGINE), node(ENGINE, started_s=20), node(INTAKE, started_s=20), node(INTAKE)], 600),
        ([node(ENGINE)], None),
        ([node(INTAKE)], None),
        ([node(ENGINE, seen_s=11), node(INTAKE)], None),
        ([node(ENGINE), node(INTAKE), node(INTAKE, seen_s=60)], None),
        ([node(ENGINE), node(INTAKE), node(INTAKE, started_s=4000, seen_s=700)], 600),
        ([node(ENGINE), node(INTAKE), node(ENGINE, seen_s=60)], 600),
    ],
    ids=[
        "the younger counts",
        "an engine that began later",
        "one of each is enough",
        "no intake",
        "no engine",
        "the engine is silent",
        "an intake is missed: its spool may hold repeats",
        "it is missed no more",
        "another engine does a silent one's work",
    ],
)
def test_heard_since(nodes: list[Seen], since_s: float | None) -> None:
    expected = None if since_s is None else NOW - timedelta(seconds=since_s)
    assert heard_since(nodes, now=NOW) == expected


@pytest.mark.django_db
def test_who_was_silent_begins_anew(clock: Clock) -> None:
    upkeep.say_alive("one")
    first = Node.objects.get().started_at
    clock.forward(seconds=8)
    upkeep.say_alive("one")
    assert Node.objects.get().started_at == first
    clock.forward(seconds=12)
    upkeep.say_alive("one")
    assert Node.objects.get().started_at > moments.now() - timedelta(seconds=1)


@pytest.mark.django_db
def test_promises_wait_until_both_have_been_back_for_their_length(clock: Clock, cast: object) -> None:
    world = World()

    def run(seconds: int, *, intake: bool) -> None:
        for _ in range(seconds // 5):
            clock.forward(seconds=5)
            upkeep.say_alive("engine")
            if intake:
                _say("intake", INTAKE)
            wiring._alert_timers()

    run(10, intake=True)
    world.told(fire(ends_at=later(seconds=60)))
    run(600, intake=False)
    assert world.alert("a").state == "open"
    run(80, intake=True)
    assert world.alert("a").state == "open"
    run(20, intake=True)
    assert world.alert("a").state == "closed"


async def test_a_front_that_takes_alerts_says_so_until_it_ends(
    fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_ROLES", "intake")
    front = Front(replace(config.load(), database_url=fresh_database.app_dsn, data_dir=tmp_path))
    told: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    said: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    lives = asyncio.create_task(front({"type": "lifespan"}, told.get, said.put))
    await told.put({"type": "lifespan.startup"})
    await said.get()
    async with await psycopg.AsyncConnection.connect(fresh_database.dsn, autocommit=True) as asking:
        async with asyncio.timeout(10):
            while await _roles(asking) != [INTAKE]:
                await asyncio.sleep(0.05)
        await told.put({"type": "lifespan.shutdown"})
        await lives
        assert await _roles(asking) == []


async def _roles(asking: psycopg.AsyncConnection[tuple[str]]) -> list[str]:
    return [role for (role,) in await (await asking.execute("SELECT role FROM core_node")).fetchall()]


def _say(name: str, role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(presence.SAY, presence.saying(name, role))
