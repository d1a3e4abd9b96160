"""The door: stored before it is answered, in groups, once; and what it says when it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import psycopg
import pytest

from tocsin.alerts.intake import Delivery, Intake, NewEvent, Sender
from tocsin.alerts.intake import keys as keys_module
from tocsin.alerts.rules import AlertAction
from tocsin.core import config, keyring
from tocsin.core.errors import InvalidInput, Unavailable
from tocsin.core.ids import uuid7


@dataclass(slots=True)
class Door:
    intake: Intake
    sender: Sender
    token: str
    dsn: str

    def delivery(self, fingerprint: str = "a", *, key: str = "", **more: object) -> Delivery:
        event = NewEvent(action=AlertAction.FIRE, fingerprint=fingerprint, title="Sample", **more)  # type: ignore[arg-type]  # a test's shorthand
        return Delivery(sender=self.sender, request_id=uuid7(), events=(event,), key=key)

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(statement.encode()).fetchall()


@pytest.fixture
async def door(fresh_database, stored_world) -> AsyncIterator[Door]:
    settings = replace(config.load(), database_url=fresh_database.app_dsn, intake_queue=50)
    intake = Intake(settings, keyring.load(settings))
    await intake.start()
    sender, token = stored_world
    yield Door(intake, sender, token, fresh_database.dsn)
    await intake.stop()


@pytest.fixture
def stored_world(fresh_database, cast) -> tuple[Sender, str]:
    from tests.alerts.world import World

    world = World()
    return world.sender, world.token


async def test_an_answered_delivery_is_stored(door: Door) -> None:
    receipt = await door.intake.accept(door.delivery())
    assert (receipt.events, receipt.repeated) == (1, False)
    assert door.rows("SELECT fingerprint, service FROM alerts_event") == [("a", "sample")]


async def test_deliveries_that_wait_together_are_committed_together_in_order(door: Door) -> None:
    await asyncio.gather(*(door.intake.accept(door.delivery(f"{n:02}")) for n in range(40)))
    assert door.rows("SELECT sum(events), count(*) < 40 FROM alerts_batch") == [(40, True)]
    found = door.rows("SELECT fingerprint FROM alerts_event ORDER BY received_at")
    assert [row[0] for row in found] == [f"{n:02}" for n in range(40)]


async def test_a_bad_delivery_does_not_fail_its_neighbours(door: Door) -> None:
    bad = door.delivery("bad", description="a\0b")
    results = await asyncio.gather(
        *(door.intake.accept(each) for each in (door.delivery("a"), bad, door.delivery("b"))), return_exceptions=True
    )
    assert isinstance(results[1], InvalidInput)
    assert door.rows("SELECT fingerprint FROM alerts_event ORDER BY fingerprint") == [("a",), ("b",)]


async def test_a_delivery_key_counts_once_within_and_across_batches(door: Door) -> None:
    first = await asyncio.gather(*(door.intake.accept(door.delivery(key="k")) for _ in range(3)))
    again = await door.intake.accept(door.delivery(key="k"))
    assert sorted(receipt.repeated for receipt in first) == [False, True, True]
    assert again.repeated
    assert door.rows("SELECT count(*) FROM alerts_event") == [(1,)]


async def test_more_than_the_queue_holds_is_refused_not_dropped(door: Door) -> None:
    results = await asyncio.gather(
        *(door.intake.accept(door.delivery(f"{n}")) for n in range(80)), return_exceptions=True
    )
    stored = sum(not isinstance(each, Exception) for each in results)
    assert stored < 80
    assert all(isinstance(each, Unavailable) for each in results if isinstance(each, Exception))
    assert door.rows("SELECT count(*) FROM alerts_event") == [(stored,)]


async def test_a_key_names_its_integration_and_a_wrong_one_none(door: Door) -> None:
    assert await door.intake.sender(door.token) == door.sender
    assert await door.intake.sender("wrong") is None


async def test_a_revoked_key_stops_within_a_minute(door: Door, monkeypatch) -> None:
    assert await door.intake.sender(door.token) is not None
    with psycopg.connect(door.dsn) as connection:
        connection.execute("UPDATE accounts_key SET revoked_at = tocsin_now()")
    assert await door.intake.sender(door.token) is not None
    now = keys_module.time.monotonic
    monkeypatch.setattr(keys_module.time, "monotonic", lambda: now() + keys_module.FRESH_S)
    assert await door.intake.sender(door.token) is None


async def test_with_the_database_away_known_keys_stay_known_and_others_are_told_to_wait(
    door: Door, monkeypatch
) -> None:
    assert await door.intake.sender(door.token) is not None

    async def away(*_: object) -> None:
        raise psycopg.OperationalError

    monkeypatch.setattr(keys_module.KeyCache, "_read", away)
    now = keys_module.time.monotonic
    monkeypatch.setattr(keys_module.time, "monotonic", lambda: now() + 2 * keys_module.FRESH_S)
    assert await door.intake.sender(door.token) == door.sender
    with pytest.raises(Unavailable):
        await door.intake.sender("never seen")
