"""The door: stored before it is answered, in groups, once; and what it says when it cannot."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import psycopg
import pytest

from tocsin.alerts.intake import Delivery, Durability, Intake, NewEvent, Sender
from tocsin.alerts.intake import keys as keys_module
from tocsin.alerts.intake.commit import commit
from tocsin.alerts.rules import AlertAction, Severity
from tocsin.core import config, keyring
from tocsin.core.errors import InvalidInput, TooMany, Unavailable
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
async def door(fresh_database, stored_world, tmp_path) -> AsyncIterator[Door]:
    settings = replace(config.load(), database_url=fresh_database.app_dsn, intake_queue=50, data_dir=tmp_path)
    intake = Intake(settings, keyring.load(settings))
    await intake.start()
    sender, token = stored_world
    yield Door(intake, sender, token, fresh_database.dsn)
    await intake.stop()


async def test_an_answered_delivery_is_stored(door: Door) -> None:
    receipt = await door.intake.accept(door.delivery())
    assert (receipt.events, receipt.repeated) == (1, False)
    assert door.rows("SELECT fingerprint, service FROM alerts_event") == [("a", "sample")]


async def test_who_reads_the_log_keeps_a_day_from_being_dropped_and_no_delivery_waits_behind(door: Door) -> None:
    await door.intake.accept(door.delivery("a"))
    assert door.rows("DELETE FROM alerts_batch RETURNING events") == [(1,)]
    with psycopg.connect(door.dsn) as reader:
        reader.execute("SELECT count(*) FROM alerts_delivered").fetchall()
        drop = asyncio.create_task(asyncio.to_thread(door.rows, "SELECT alerts_drop_partitions(-1)"))
        async with asyncio.timeout(10):
            while door.rows("SELECT count(*) FROM pg_locks WHERE NOT granted") == [(0,)]:
                await asyncio.sleep(0.01)  # allow: TEST-SLEEP - the drop is a session of its own
        assert (await door.intake.accept(door.delivery("b"))).durability is Durability.DATABASE
        with pytest.raises(psycopg.errors.LockNotAvailable):
            await drop


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


UNWRITABLE = "\ud800"


@pytest.mark.parametrize("action", [AlertAction.FIRE, AlertAction.RESOLVE])
async def test_a_delivery_that_cannot_be_written_down_is_refused_for_good_and_alone(
    door: Door, action: AlertAction
) -> None:
    bad = NewEvent(action=action, fingerprint="bad", description=UNWRITABLE)
    posts = (door.delivery("a"), Delivery(sender=door.sender, request_id=uuid7(), events=(bad,)), door.delivery("b"))
    results = await asyncio.gather(*(door.intake.accept(each) for each in posts), return_exceptions=True)
    assert isinstance(results[1], InvalidInput)
    assert door.rows("SELECT fingerprint FROM alerts_event ORDER BY fingerprint") == [("a",), ("b",)]


async def test_a_bug_that_one_delivery_meets_fails_no_neighbour(door: Door, monkeypatch) -> None:
    async def meets(connection, deliveries, attempt, memory) -> set[int]:
        if any(event.fingerprint == "bad" for each in deliveries for event in each.events):
            raise RuntimeError("never seen before")
        return await commit(connection, deliveries, attempt, memory=memory)

    monkeypatch.setattr("tocsin.alerts.intake.door.commit", meets)
    results = await asyncio.gather(
        *(door.intake.accept(door.delivery(name)) for name in ("a", "bad", "b")), return_exceptions=True
    )
    assert isinstance(results[1], Unavailable), "it may be taken by a release that has no such bug"
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


async def test_the_last_of_a_queue_is_kept_for_what_matters_most(door: Door, monkeypatch) -> None:
    taken, slow = asyncio.Event(), asyncio.Event()

    async def waits(connection, deliveries, attempt, memory) -> set[int]:
        taken.set()
        await slow.wait()
        return await commit(connection, deliveries, attempt, memory=memory)

    monkeypatch.setattr("tocsin.alerts.intake.door.commit", waits)
    first = asyncio.create_task(door.intake.accept(door.delivery("first")))
    await taken.wait()
    end = NewEvent(action=AlertAction.RESOLVE, fingerprint="end")
    posts = [door.delivery(f"{number}", severity=Severity.INFO) for number in range(50)]
    posts += [door.delivery(f"minor {number}", severity=Severity.MINOR) for number in range(10)]
    posts += [door.delivery("critical", severity=Severity.CRITICAL)]
    posts += [Delivery(sender=door.sender, request_id=uuid7(), events=(end,))]
    told = [asyncio.create_task(door.intake.accept(each)) for each in posts]
    await asyncio.sleep(0)
    slow.set()
    results = await asyncio.gather(first, *told, return_exceptions=True)
    stored = [row[0] for row in door.rows("SELECT fingerprint FROM alerts_event ORDER BY received_at")]
    assert stored == ["first", *(f"{n}" for n in range(40)), *(f"minor {n}" for n in range(5)), "critical", "end"]
    assert sum(isinstance(each, Unavailable) for each in results) == 15


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
        await door.intake.sender(never_seen(1))
    assert await door.intake.sender("no key at all") is None, "nobody need be asked"


def never_seen(number: int) -> str:
    """What could be a key, and is none."""
    digits = "".join(chr(ord("a") + int(digit)) for digit in str(number))
    return f"tcs{digits:x>29}"


@dataclass(slots=True)
class Questions:
    """What the database is asked about keys: how many in each question, and how many questions at once."""

    asked: list[list[str]]
    under_way: int = 0
    most_at_once: int = 0


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> Questions:
    seen = Questions([])
    read = keys_module.KeyCache._read

    async def watched(cache: keys_module.KeyCache, digests: list[str]) -> dict[str, Sender]:
        seen.asked.append(digests)
        seen.under_way += 1
        seen.most_at_once = max(seen.most_at_once, seen.under_way)
        try:
            return await read(cache, digests)
        finally:
            seen.under_way -= 1

    monkeypatch.setattr(keys_module.KeyCache, "_read", watched)
    return seen


async def test_token_that_is_not_formed_like_a_key_costs_no_question(door: Door, questions: Questions) -> None:
    for token in ("", "wrong", door.token + "a", door.token[:-1], door.token.upper(), f"tcs{29 * chr(0x142)}"):
        assert await door.intake.sender(token) is None
    assert questions.asked == []


async def test_flood_of_unknown_keys_leaves_a_known_sender_alone(door: Door, questions: Questions) -> None:
    assert await door.intake.sender(door.token) == door.sender
    [[known]] = questions.asked

    async def post(number: int) -> None:
        assert await door.intake.sender(door.token) == door.sender
        await door.intake.accept(door.delivery(f"{number:02}"))

    flood = [asyncio.create_task(door.intake.sender(never_seen(number))) for number in range(10_000)]
    await asyncio.sleep(0)
    await asyncio.gather(*(post(number) for number in range(40)))
    answers = await asyncio.gather(*flood, return_exceptions=True)
    assert door.rows("SELECT count(*) FROM alerts_event") == [(40,)]
    told = Counter(type(answer) for answer in answers)
    assert told == {type(None): keys_module.MOST_WAITING, TooMany: 10_000 - keys_module.MOST_WAITING}
    assert questions.most_at_once == 1
    assert len(questions.asked) <= 2 + keys_module.MOST_WAITING / keys_module.MOST_ASKED
    assert not any(known in asked for asked in questions.asked[1:])


async def test_ten_thousand_unknown_keys_push_out_none_that_is_known(
    door: Door, questions: Questions, monkeypatch
) -> None:
    monkeypatch.setattr(keys_module, "MOST_UNKNOWN", 100)
    assert await door.intake.sender(door.token) == door.sender
    for wave in range(0, 10_000, 1_000):
        found = await asyncio.gather(*(door.intake.sender(never_seen(wave + n)) for n in range(1_000)))
        assert set(found) == {None}
    asked = len(questions.asked)
    assert await door.intake.sender(door.token) == door.sender
    assert await door.intake.sender(never_seen(9_999)) is None
    assert len(questions.asked) == asked, "both are remembered"
    assert len(door.intake._keys._unknown) == 100


async def test_sender_known_before_is_asked_about_ahead_of_those_never_seen(
    door: Door, questions: Questions, monkeypatch
) -> None:
    assert await door.intake.sender(door.token) == door.sender
    now = keys_module.time.monotonic
    monkeypatch.setattr(keys_module.time, "monotonic", lambda: now() + keys_module.FRESH_S)
    flood = [asyncio.create_task(door.intake.sender(never_seen(number))) for number in range(keys_module.MOST_WAITING)]
    await asyncio.sleep(0)
    assert await door.intake.sender(door.token) == door.sender
    assert questions.asked[0] in questions.asked[1:3], "at most the question under way comes first"
    await asyncio.gather(*flood)
    assert len(questions.asked) == 2 + keys_module.MOST_WAITING / keys_module.MOST_ASKED


async def test_question_that_is_not_answered_holds_up_no_delivery(door: Door, monkeypatch) -> None:
    assert await door.intake.sender(door.token) == door.sender
    with psycopg.connect(door.dsn) as other:
        other.execute("LOCK TABLE accounts_key IN ACCESS EXCLUSIVE MODE")
        waiting = asyncio.create_task(door.intake.sender(never_seen(1)))
        await asyncio.gather(*(door.intake.accept(door.delivery(f"{n}")) for n in range(10)))
        assert not waiting.done()
    assert await waiting is None


async def test_key_that_somebody_else_holds_is_read_all_the_same(door: Door) -> None:
    with psycopg.connect(door.dsn) as other:
        other.execute("UPDATE accounts_key SET last_used_at = tocsin_now()")
        assert await door.intake.sender(door.token) == door.sender
