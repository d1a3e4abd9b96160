"""The spool: on the disk before it is promised, in the database once, by source time, whatever is cut off when."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.alerts.test_intake import Door
from tocsin.alerts.intake import Delivery, Durability, Intake, NewEvent, Sender, keeping
from tocsin.alerts.intake import commit as commit_module
from tocsin.alerts.intake.spool import Spool, is_damaged, is_taken, least_taken, read, spooled
from tocsin.alerts.rules import AlertAction, Severity
from tocsin.core import config, keyring
from tocsin.core.errors import InvalidInput, Unavailable
from tocsin.core.ids import uuid7

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
SENDER = Sender(integration_id=1, integration="sample", uuid=uuid4())


def delivery(fingerprint: str = "a", **more: object) -> Delivery:
    event = NewEvent(**({"action": AlertAction.FIRE, "fingerprint": fingerprint, "title": "Sample"} | more))  # type: ignore[arg-type]  # a test's shorthand
    return Delivery(sender=SENDER, request_id=uuid7(), events=(event,))


def opened(folder: Path, *, cap: int = 1 << 30) -> Spool:
    spool = Spool(folder=folder, cap=cap)
    spool.open()
    return spool


def test_what_was_appended_is_read_back_whole_and_by_another_process(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    groups = [spooled([delivery("a"), delivery("b")], at=AT, batch=None), spooled([delivery("c")], at=AT, batch=7)]
    for group in groups:
        spool.append(group)
    spool.segments()
    other = opened(tmp_path)
    assert [group for path in other.segments() for group in read(path)] == groups
    assert (other.waiting, other.size, other.oldest_at) == (3, spool.size, AT)


@pytest.mark.parametrize("cut", [1, 7, 40])
def test_a_torn_end_is_passed_over_and_is_no_damage(tmp_path: Path, cut: int) -> None:
    spool = opened(tmp_path)
    kept, torn = spooled([delivery("a")], at=AT, batch=None), spooled([delivery("b")], at=AT, batch=None)
    spool.append(kept)
    spool.append(torn)
    (path,) = spool.segments()
    path.write_bytes(path.read_bytes()[:-cut])
    assert list(read(path)) == [kept]
    assert not is_damaged(path)


def test_a_segment_that_another_process_still_writes_is_left_to_it(tmp_path: Path) -> None:
    ending, starting = opened(tmp_path), opened(tmp_path)
    ending.append(spooled([delivery("a")], at=AT, batch=None))
    assert starting.segments() == []
    assert len(ending.segments()) == 1
    assert len(starting.segments()) == 1


def test_wherever_a_bit_flips_that_group_alone_is_lost_and_it_is_told(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    groups = [spooled([delivery(name)], at=AT, batch=None) for name in "abc"]
    ends = []
    for group in groups:
        spool.append(group)
        ends.append(spool.size)
    (path,) = spool.segments()
    whole = path.read_bytes()
    for place in range(len(whole)):
        content = bytearray(whole)
        content[place] ^= 1
        path.write_bytes(content)
        hit = sum(end <= place for end in ends)
        assert list(read(path)) == groups[:hit] + groups[hit + 1 :], place
        assert is_damaged(path), place


def test_a_segment_that_a_file_system_left_full_of_zeros_is_a_torn_end(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    kept = spooled([delivery("a")], at=AT, batch=None)
    spool.append(kept)
    (path,) = spool.segments()
    path.write_bytes(path.read_bytes() + bytes(4096))
    assert list(read(path)) == [kept]
    assert not is_damaged(path)


def test_a_write_that_fails_is_not_promised_and_leaves_no_half_frame(tmp_path: Path, monkeypatch) -> None:
    spool = opened(tmp_path)
    first = spooled([delivery("a")], at=AT, batch=None)
    spool.append(first)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tocsin.alerts.intake.spool.os.fdatasync", full)
    with pytest.raises(Unavailable, match="No space left"):
        spool.append(spooled([delivery("b")], at=AT, batch=None))
    monkeypatch.undo()
    second = spooled([delivery("c")], at=AT, batch=None)
    spool.append(second)
    assert [group for path in spool.segments() for group in read(path)] == [first, second]


def test_the_least_important_go_without_first() -> None:
    assert [least_taken(fill) for fill in (0.0, 0.79, 0.8, 0.9, 0.99)] == [
        Severity.INFO,
        Severity.INFO,
        Severity.MINOR,
        Severity.CRITICAL,
        Severity.CRITICAL,
    ]
    critical, info = delivery(severity=Severity.CRITICAL).events, delivery(severity=Severity.INFO).events
    end = delivery(action=AlertAction.RESOLVE, severity=Severity.INFO).events
    assert [is_taken(each, 0.95) for each in (critical, info, end, critical + info)] == [True, False, True, True]
    assert not any(is_taken(each, 1.0) for each in (critical, info, end))


def test_a_group_that_is_drained_again_after_its_segment_broke_off_counts_once(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    groups = [spooled([delivery(name)], at=AT, batch=None) for name in "ab"]
    for group in groups:
        spool.append(group)
    spool.drained(groups[0])
    for group in groups:  # the whole segment comes again
        spool.drained(group)
    assert spool.waiting == 0
    (path,) = spool.segments()
    spool.remove(path, damaged=False)
    spool.append(spooled([delivery("c")], at=AT, batch=None))
    assert spool.waiting == 1


def test_a_spool_over_its_cap_or_of_no_size_is_full(tmp_path: Path) -> None:
    spool = opened(tmp_path / "small", cap=100)
    assert spool.fill() == 0
    spool.append(spooled([delivery()], at=AT, batch=None))
    assert spool.fill() == 1
    assert opened(tmp_path / "none", cap=0).fill() == 1


class AwayDatabase:
    """Fails what the intake asks of the database, until `comes_back`."""

    def __init__(self, monkeypatch) -> None:
        self._patch = monkeypatch

    def goes(self) -> None:
        async def fails(*_: object, **__: object) -> None:
            raise psycopg.OperationalError("away")

        self._patch.setattr("tocsin.alerts.intake.door.commit", fails)
        self._patch.setattr(keeping.Keeper, "_ask", fails)

    def loses_the_answer(self) -> None:
        """The commit succeeds, and the answer to it is lost."""

        async def loses(connection, deliveries, attempt, memory) -> None:
            await commit_module.commit(connection, deliveries, attempt, memory=memory)
            self.goes()
            raise psycopg.OperationalError("the connection broke")

        self._patch.setattr("tocsin.alerts.intake.door.commit", loses)

    def comes_back(self) -> None:
        self._patch.undo()
        self._patch.setattr(keeping, "PROBE_S", 0.05)


async def drained(door: Door) -> None:
    async with asyncio.timeout(20):
        while (await door.intake.spool_state()).waiting:
            await asyncio.sleep(0.02)  # allow: TEST-SLEEP - the drain is a task of its own


async def test_with_the_database_away_a_delivery_is_safe_on_the_disk_and_arrives_later(door: Door, away) -> None:
    away.goes()
    receipt = await door.intake.accept(door.delivery("a"))
    assert receipt.durability is Durability.SPOOL
    assert (await door.intake.spool_state()).waiting == 1
    away.comes_back()
    await drained(door)
    assert door.rows("SELECT fingerprint FROM alerts_event") == [("a",)]
    assert (await door.intake.accept(door.delivery("b"))).durability is Durability.DATABASE


async def test_what_was_kept_is_dated_when_it_came_in(door: Door, away) -> None:
    away.goes()
    began = datetime.now(UTC)
    await door.intake.accept(door.delivery("a"))
    away.comes_back()
    await drained(door)
    ((order, at, received),) = door.rows('SELECT "order", at, received_at FROM alerts_event')
    assert abs(order - began) < timedelta(seconds=5)
    assert order == received
    assert at is None


async def test_events_that_were_kept_together_keep_their_order(door: Door, away) -> None:
    away.goes()
    actions = [AlertAction.FIRE, AlertAction.RESOLVE, AlertAction.FIRE]
    sent = [
        Delivery(
            sender=door.sender, request_id=uuid7(), events=(NewEvent(action=action, fingerprint="a", title="Sample"),)
        )
        for action in actions
    ]
    await asyncio.gather(*map(door.intake.accept, sent))
    away.comes_back()
    await drained(door)
    found = door.rows('SELECT action FROM alerts_event ORDER BY "order"')
    assert [row[0] for row in found] == [action.value for action in actions]
    assert door.rows('SELECT count(DISTINCT "order") FROM alerts_event') == [(3,)]


async def test_one_delivery_that_the_database_refuses_holds_up_no_other(door: Door, away, tmp_path: Path) -> None:
    away.goes()
    bad = door.delivery("bad", description="a\0b")
    await asyncio.gather(*(door.intake.accept(each) for each in (door.delivery("a"), bad, door.delivery("b"))))
    away.comes_back()
    await drained(door)
    assert door.rows("SELECT fingerprint FROM alerts_event ORDER BY fingerprint") == [("a",), ("b",)]
    assert len(list((tmp_path / "spool").glob("*.bad"))) == 1
    told = "SELECT i.key, r.kind, r.count FROM alerts_refusing r JOIN alerts_integration i ON i.id = r.integration_id"
    assert door.rows(told) == [("sample", "put_aside", 1)], "it was acknowledged, so people are told"


async def test_a_damaged_segment_is_told_to_people(door: Door, away, tmp_path: Path) -> None:
    away.goes()
    for name in "ab":
        await door.intake.accept(door.delivery(name))
    (path,) = (tmp_path / "spool").glob("*.seg")
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(content)
    away.comes_back()
    told = "SELECT i.key, r.kind, r.count FROM alerts_refusing r JOIN alerts_integration i ON i.id = r.integration_id"
    async with asyncio.timeout(20):
        while not (found := door.rows(told)):
            await asyncio.sleep(0.02)  # allow: TEST-SLEEP - the drain is a task of its own
    assert found == [("tocsin-itself", "put_aside", 1)]
    assert door.rows("SELECT fingerprint FROM alerts_event") == [("b",)]


async def test_what_cannot_be_written_down_is_refused_for_good_and_alone_from_the_spool_too(door: Door, away) -> None:
    away.goes()
    posts = (door.delivery("a"), door.delivery("bad", description="\ud800"), door.delivery("b"))
    for _ in range(2):  # the group that finds the database away, and one after it
        results = await asyncio.gather(*(door.intake.accept(each) for each in posts), return_exceptions=True)
        assert isinstance(results[1], InvalidInput)
        assert [getattr(results[place], "durability", None) for place in (0, 2)] == [Durability.SPOOL] * 2


async def test_a_disk_that_fails_in_an_unheard_of_way_ends_nothing(door: Door, away, monkeypatch) -> None:
    away.goes()

    def breaks(_: Spool) -> float:
        raise RuntimeError("never seen before")

    with monkeypatch.context() as patched:
        patched.setattr(Spool, "fill", breaks)
        with pytest.raises(Unavailable):
            await door.intake.accept(door.delivery("a"))
    assert (await door.intake.accept(door.delivery("b"))).durability is Durability.SPOOL


async def test_a_commit_whose_answer_was_lost_is_not_stored_twice(door: Door, away) -> None:
    away.loses_the_answer()
    receipt = await door.intake.accept(door.delivery("a"))
    assert receipt.durability is Durability.SPOOL
    away.comes_back()
    await drained(door)
    assert door.rows("SELECT count(*) FROM alerts_event") == [(1,)]
    assert door.rows("SELECT sum(events) FROM alerts_batch") == [(1,)]


async def test_a_lost_answer_is_recognised_after_the_digest_took_the_batch(door: Door, away) -> None:
    away.loses_the_answer()
    await door.intake.accept(door.delivery("a"))
    door.rows("DELETE FROM alerts_batch RETURNING id")
    away.comes_back()
    await drained(door)
    assert door.rows("SELECT count(*) FROM alerts_event") == [(1,)]
    assert door.rows("SELECT count(*) FROM alerts_batch") == [(0,)]


async def test_a_segment_that_comes_back_after_a_crash_is_drained_once(door: Door, away, tmp_path: Path) -> None:
    away.goes()
    await door.intake.accept(door.delivery("a"))
    (path,) = (tmp_path / "spool").glob("*.seg")
    content = path.read_bytes()
    away.comes_back()
    await drained(door)
    path.write_bytes(content)
    again = Intake(replace(config.load(), database_url=door.dsn, data_dir=tmp_path), keyring.load(config.load()))
    await again.start()
    await drained(Door(again, door.sender, door.token, door.dsn))
    await again.stop()
    assert door.rows("SELECT count(*) FROM alerts_event") == [(1,)]


async def test_a_spool_that_is_full_refuses_and_says_why(door: Door, away, monkeypatch) -> None:
    away.goes()
    monkeypatch.setattr(Spool, "fill", lambda _: 0.95)
    critical = door.delivery("a", severity=Severity.CRITICAL)
    results = await asyncio.gather(
        door.intake.accept(critical), door.intake.accept(door.delivery("b")), return_exceptions=True
    )
    assert getattr(results[0], "durability", None) is Durability.SPOOL
    assert isinstance(results[1], Unavailable)
    assert "graver alerts" in results[1].message


async def test_people_are_told_what_still_waits_before_the_first_of_it_is_here(door: Door, away, monkeypatch) -> None:
    away.goes()
    for name in "abc":
        await door.intake.accept(door.delivery(name))

    async def breaks(*_: object) -> None:
        raise psycopg.OperationalError("away again")

    away.comes_back()
    with monkeypatch.context() as patched:
        patched.setattr("tocsin.alerts.intake.draining.Drain._store", breaks)
        async with asyncio.timeout(20):
            while door.rows("SELECT sum(waiting) FROM alerts_spool") != [(3,)]:
                await asyncio.sleep(0.02)  # allow: TEST-SLEEP - the drain is a task of its own
    await drained(door)
    async with asyncio.timeout(20):
        while door.rows("SELECT waiting FROM alerts_spool") != [(0,)]:
            await asyncio.sleep(0.02)  # allow: TEST-SLEEP - the drain is a task of its own
    assert door.rows("SELECT drained FROM alerts_spool") == [(3,)]


async def test_the_disk_is_watched_while_the_spool_drains(door: Door, away, monkeypatch) -> None:
    away.goes()
    await door.intake.accept(door.delivery("a"))
    away.comes_back()
    done, begun = asyncio.Event(), asyncio.Event()

    async def drains(*_: object) -> None:
        begun.set()
        await done.wait()

    monkeypatch.setattr("tocsin.alerts.intake.draining.Drain.run", drains)
    async with asyncio.timeout(20):
        await begun.wait()
        monkeypatch.setattr("tocsin.alerts.intake.disk.fill_of", lambda _: 0.99)
        while (await door.intake.spool_state()).disk != 0.99:
            await asyncio.sleep(0.02)  # allow: TEST-SLEEP - the look is a task of its own
    assert (await door.intake.spool_state()).waiting == 1, "it drains still"
    done.set()
