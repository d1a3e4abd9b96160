"""What fires on is told for ever: stored as little as can be, and counted as if it had been stored whole."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from tests.alerts.test_spool import AwayDatabase, drained
from tests.alerts.world import World, fire, later, resolve
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import actions, queries
from tocsin.alerts.intake import memory as memory_module
from tocsin.alerts.intake.events import NewEvent, Target
from tocsin.alerts.intake.memory import MOST, WHOLE_AFTER, Memory, Said, content_of
from tocsin.alerts.models import Alert, Group
from tocsin.alerts.queries import LedgerLine
from tocsin.alerts.rules import AlertAction, AlertState, CloseReason, Severity
from tocsin.core import clock as moments

if TYPE_CHECKING:
    from tests.alerts.test_intake import Door

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
DAYS = "SELECT count(*) FROM pg_inherits WHERE inhparent IN ('alerts_event'::regclass, 'alerts_repeat'::regclass)"
DELIVERED = "SELECT (SELECT count(*) FROM alerts_event), (SELECT count(*) FROM alerts_delivered)"


def rows(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


class Connected:
    """A connection to the server that started then."""

    def __init__(self, started_at: datetime, *, is_upgraded: bool = True) -> None:
        self._answer = (started_at, is_upgraded)

    async def execute(self, _: str) -> Connected:
        return self

    async def fetchone(self) -> tuple[datetime, bool]:
        return self._answer


# What the intake stores


async def test_what_is_said_again_word_for_word_is_stored_once_and_counted_each_time(door: Door) -> None:
    for _ in range(3):
        await door.intake.accept(door.delivery("a", ends_at=datetime.now(UTC) + timedelta(minutes=4)))
    assert door.rows(DELIVERED) == [(1, 3)]
    assert door.rows("SELECT sum(events) FROM alerts_batch") == [(3,)]


@pytest.mark.parametrize(
    "other",
    [
        {"description": "worse"},
        {"severity": Severity.CRITICAL},
        {"labels": {"more": "1"}},
        {"source": "elsewhere"},
        {"service": "web"},
    ],
)
async def test_whatever_is_said_anew_is_stored_whole(door: Door, other: dict[str, object]) -> None:
    await door.intake.accept(door.delivery("a"))
    await door.intake.accept(door.delivery("a", **other))
    assert door.rows(DELIVERED) == [(2, 2)]


async def test_replicas_that_differ_are_each_stored_once(door: Door) -> None:
    for number in range(6):
        replica = {"order": AT + timedelta(milliseconds=number % 2), "labels": {"replica": str(number % 2)}}
        await door.intake.accept(door.delivery("a", **replica))
    assert door.rows(DELIVERED) == [(2, 6)]


async def test_a_repeat_under_a_key_that_was_used_has_no_second_effect(door: Door) -> None:
    await door.intake.accept(door.delivery("a"))
    first = await door.intake.accept(door.delivery("a", key="k"))
    again = await door.intake.accept(door.delivery("a", key="k"))
    assert (first.repeated, again.repeated) == (False, True)
    assert door.rows(DELIVERED) == [(1, 2)]


async def test_until_an_upgrade_has_ended_repeats_are_stored_whole_for_the_release_before(
    door: Door, monkeypatch
) -> None:
    version = door.rows("DELETE FROM core_upgrade RETURNING version")[0][0]
    for _ in range(3):
        await door.intake.accept(door.delivery("a"))
    assert door.rows(DELIVERED) == [(3, 3)]
    door.rows(f"INSERT INTO core_upgrade (version) VALUES ('{version}') RETURNING version")
    await door.intake.accept(door.delivery("a"))
    assert door.rows(DELIVERED) == [(4, 4)], "it is asked again after a minute"
    monkeypatch.setattr(memory_module, "ASK_S", 0.0)
    await door.intake.accept(door.delivery("a"))
    assert door.rows(DELIVERED) == [(4, 5)]


async def test_another_connection_to_the_same_server_costs_no_whole_rows(door: Door) -> None:
    await door.intake.accept(door.delivery("a"))
    before = {each.info.backend_pid for each in door.intake._pool._pool}
    await door.intake._pool.drain()  # as an hour does
    for _ in range(3):
        await door.intake.accept(door.delivery("a"))
    assert not before & {each.info.backend_pid for each in door.intake._pool._pool}
    assert door.rows(DELIVERED) == [(1, 4)]


async def test_repeats_that_wait_together_are_each_counted(door: Door) -> None:
    await door.intake.accept(door.delivery("a"))
    await asyncio.gather(*(door.intake.accept(door.delivery("a")) for _ in range(20)))
    assert door.rows(DELIVERED) == [(1, 21)]


async def test_a_repeat_whose_answer_was_lost_is_counted_once(door: Door, away: AwayDatabase) -> None:
    await door.intake.accept(door.delivery("a"))
    away.loses_the_answer()
    await door.intake.accept(door.delivery("a"))
    door.rows("DELETE FROM alerts_batch RETURNING id")
    away.comes_back()
    await drained(door)
    assert door.rows(DELIVERED) == [(1, 2)]


async def test_repeats_that_were_kept_on_the_disk_are_counted_from_there(
    door: Door,
    away: AwayDatabase,
) -> None:
    await door.intake.accept(door.delivery("a"))
    away.goes()
    for _ in range(3):
        await door.intake.accept(door.delivery("a"))
    away.comes_back()
    await drained(door)
    # After the database was away nothing is taken for known: the first of them is stored whole once more.
    assert door.rows(DELIVERED) == [(2, 4)]


# What a node remembers


async def test_another_server_may_not_have_what_the_one_before_had() -> None:
    memory, first, other = Memory(), Connected(AT), Connected(AT + timedelta(seconds=1))
    assert await memory.at(first) is memory
    memory.learn({(1, "a"): Said(b"x", AT)})
    assert await memory.at(Connected(AT)) is memory
    assert memory.said((1, "a"), b"x", AT) == AT
    await memory.at(other)
    assert memory.said((1, "a"), b"x", AT) is None
    memory.learn({(1, "a"): Said(b"x", AT)})
    await memory.at(first)
    assert memory.said((1, "a"), b"x", AT) is None, "the first may still be there, without what the other has"


def test_what_is_named_is_never_older_than_the_log_is_kept() -> None:
    memory = Memory()
    memory.learn({(1, "a"): Said(b"x", AT)})
    assert memory.said((1, "a"), b"x", AT + WHOLE_AFTER) == AT
    assert memory.said((1, "a"), b"x", AT + WHOLE_AFTER + timedelta(seconds=1)) is None
    assert timedelta(days=1) > WHOLE_AFTER


def test_what_was_not_heard_for_longest_is_forgotten_first() -> None:
    memory = Memory()
    memory.learn({(1, str(number)): Said(b"x", AT) for number in range(MOST)})
    assert memory.said((1, "0"), b"x", AT)
    memory.learn({(1, "new"): Said(b"x", AT)})
    assert [memory.said((1, name), b"x", AT) for name in ("0", "1", "new")] == [AT, None, AT]


def test_an_end_makes_the_next_firing_more_than_a_repeat() -> None:
    memory = Memory()
    memory.learn({(1, "a"): Said(b"x", AT)})
    memory.learn({(1, "a"): None})
    assert memory.said((1, "a"), b"x", AT) is None


def test_when_it_began_was_sent_and_until_when_it_holds_is_not_what_it_says() -> None:
    assert content_of(fire(order=AT, ends_at=AT, sent_at=AT, at=AT)) == content_of(fire())


# What the digest makes of it


@pytest.mark.django_db
def test_a_repeat_counts_and_renews_the_promise_and_changes_nothing_else(world: World, clock) -> None:
    memory, began = Memory(), moments.now()
    for _ in range(4):
        world.told(fire(ends_at=later(seconds=60)), memory=memory)
        clock.forward(seconds=50)
    alert = world.alert("a")
    assert rows(DELIVERED) == [(1, 4)]
    assert (alert.count, alert.state, alert.title) == (4, AlertState.OPEN, "Rule on db")
    assert timedelta(seconds=150) <= alert.last_at - alert.first_at < timedelta(seconds=180)
    assert actions.expire_due(heard_since=began) == 0
    clock.forward(seconds=60)
    assert actions.expire_due(heard_since=began) == 1
    assert world.alert("a").close_reason == CloseReason.EXPIRED


@pytest.mark.django_db
def test_what_another_node_was_told_meanwhile_is_taken_back_by_a_repeat(world: World) -> None:
    one, other = Memory(), Memory()
    world.told(fire(title="bad"), memory=one)
    world.told(fire(title="worse"), memory=other)
    world.told(fire(title="bad"), memory=one)
    assert rows(DELIVERED) == [(2, 3)]
    assert (world.alert("a").title, world.alert("a").count) == ("bad", 3)


@pytest.mark.django_db
def test_a_repeat_of_what_another_node_was_told_is_over_is_a_new_alert_that_says_the_same(world: World) -> None:
    one, other = Memory(), Memory()
    world.told(fire(title="bad", description="very"), memory=one)
    world.told(resolve(), memory=other)
    world.told(fire(title="bad", description="very"), memory=one)
    assert rows(DELIVERED) == [(2, 3)]
    assert (world.alert("a").state, world.alert("a").description, Alert.objects.count()) == ("open", "very", 2)


@pytest.mark.django_db
def test_an_end_that_overtakes_a_repeat_of_its_firing_stays(world: World) -> None:
    one, other, began_at = Memory(), Memory(), later(seconds=-60)
    world.told(fire(order=began_at), memory=one)
    world.told(resolve(order=began_at), memory=other)
    world.told(fire(order=began_at), memory=one)
    assert (world.alert("a").state, world.alert("a").count) == (AlertState.CLOSED, 2)


@pytest.mark.django_db
def test_of_two_firings_of_an_alert_in_one_delivery_the_later_says_until_when_it_holds(world: World) -> None:
    memory = Memory()
    world.told(fire(ends_at=later(seconds=60)), memory=memory)
    world.told(fire(ends_at=later(seconds=60)), fire(ends_at=later(seconds=600)), memory=memory)
    alert = world.alert("a")
    assert alert.count == 3
    assert alert.expires_at is not None
    assert alert.expires_at - moments.now() > timedelta(seconds=500)


@pytest.mark.django_db
@pytest.mark.parametrize("target", [Target.ALIAS, Target.TINY])
def test_what_fires_anew_in_the_delivery_that_acknowledged_it_is_not_acknowledged(
    world: World, clock, target: Target
) -> None:
    memory, began = Memory(), moments.now()
    world.told(fire(ends_at=later(seconds=5)), memory=memory)
    name = {Target.ALIAS: "a", Target.TINY: str(world.alert("a").id)}[target]
    clock.forward(minutes=20)
    assert actions.expire_due(heard_since=began) == 1
    seen = NewEvent(action=AlertAction.ACKNOWLEDGE, fingerprint=name, target=target, by="x")
    world.told(fire("b"), seen, fire(ends_at=later(seconds=500)), memory=memory)
    assert world.alert("a").state == AlertState.OPEN


@pytest.mark.django_db
def test_what_people_changed_stays_through_repeats(world: World) -> None:
    memory = Memory()
    world.told(fire(), memory=memory)
    actions.amend(world.alert("a").uuid, actions.Amendment(title="Ours"), actor=SYSTEM)
    world.told(fire(), memory=memory)
    assert (world.alert("a").title, world.alert("a").count) == ("Ours", 2)


@pytest.mark.django_db
def test_a_repeat_whose_original_is_lost_is_never_lost_itself(world: World) -> None:
    memory = Memory()
    world.deliver(fire("a"), fire("b", title="known"), memory=memory)
    world.turn()
    Alert.objects.filter(fingerprint="a").delete()
    Alert.objects.filter(fingerprint="b").update(said_at=None)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM alerts_event")
    world.told(fire("a"), fire("b", title="known"), memory=memory)
    assert (world.alert("b").title, world.alert("b").count) == ("known", 2)
    assert world.alert("a").count == 1


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_told_to_whichever_node_comes_to_what_it_would_have_stored_whole(
    world: World, clock, seed: int
) -> None:
    random = Random(seed)
    nodes = [Memory(), Memory()]
    began = [moments.now() - timedelta(seconds=seconds) for seconds in (50, 20)]
    kind, order, more = fire, None, dict[str, object]()
    for _ in range(40):
        if random.random() < 0.4:
            order = random.choice([None, *began])
        if random.random() < 0.4:
            kind = random.choice([fire, fire, fire, resolve])
            more = {"title": random.choice(["bad", "worse"])} if kind is fire else {}
        if kind is fire:
            more["ends_at"] = random.choice([None, later(seconds=-5), later(seconds=60), later(seconds=300)])
        clock.forward(seconds=random.choice([0, 1, 20]))
        world.deliver(kind("whole", order=order, **more))
        world.deliver(kind("told", order=order, **more), memory=random.choice(nodes))
        if random.random() < 0.5:
            world.turn()
    world.turn()
    lives = [
        [
            (row.state, row.title, row.count, row.flaps, row.close_reason, row.expires_at is None)
            for row in Alert.objects.filter(fingerprint=fingerprint).order_by("id")
        ]
        for fingerprint in ("whole", "told")
    ]
    assert lives[0] == lives[1]
    assert rows("SELECT count(*) > 0 FROM alerts_repeat") == [(True,)]
    counted = "SELECT fingerprint, count(*) FROM alerts_delivered GROUP BY 1"
    assert dict(rows(counted)) == {"whole": 40, "told": 40}


@pytest.mark.django_db
def test_the_ledger_and_the_histogram_count_repeats_as_deliveries(world: World, clock) -> None:
    memory, began = Memory(), moments.now()
    storm = [fire(severity=Severity.CRITICAL), *(fire(f"app-{n}", service=f"app-{n}", peer="db") for n in range(8))]
    for _ in range(5):
        world.told(*storm, memory=memory)
        clock.forward(seconds=20)
    group = Group.objects.get()
    ledger = queries.ledger(SYSTEM, group.uuid)
    assert ledger.total == sum(ledger.lines.values()) == 45
    assert ledger.lines[LedgerLine.REPEATS] == 36
    both = queries.storm(SYSTEM, group.uuid)
    assert both.ledger.lines == ledger.lines
    drawn = sum(sum(bar.counts.values()) for bar in queries.histogram(SYSTEM, group.uuid))
    assert drawn == sum(sum(bar.counts.values()) for bar in both.histogram) == 45
    assert queries.whole_ledger(SYSTEM, since=began).total == 45


@pytest.mark.django_db
def test_days_past_their_keep_are_dropped_whole_and_repeats_with_them(world: World, clock, settings) -> None:
    settings.CONFIG = replace(settings.CONFIG, event_days=3)
    memory = Memory()
    actions.maintain_partitions()
    world.told(fire(), fire(), memory=memory)
    world.told(fire(), memory=memory)
    for day in range(1, 4):
        clock.forward(days=1)
        actions.maintain_partitions()
        assert rows(DELIVERED) == [(2, 3)], day
    # The days kept, today, two ahead and one for what has no day of its own, of either kind.
    assert rows(DAYS) == [(14,)]
    clock.forward(days=1)
    actions.maintain_partitions()
    assert rows(DELIVERED) == [(0, 0)]
    assert rows(DAYS) == [(14,)]


@pytest.mark.django_db
def test_a_repeat_of_what_is_held_in_a_flood_is_held_and_counted_there(world: World, settings) -> None:
    settings.CONFIG = replace(settings.CONFIG, flood_alerts=2)
    memory, began = Memory(), moments.now()
    for _ in range(3):
        world.told(*(fire(f"{number}") for number in range(5)), memory=memory)
    found = queries.whole_ledger(SYSTEM, since=began)
    assert rows("SELECT sum(cardinality(fingerprints)), sum(cardinality(held)) FROM alerts_repeat") == [(10, 6)]
    assert found.lines[LedgerLine.FLOOD] == 9
    world.told(resolve("0"), fire("3"), memory=memory)
    assert (world.alert("1").count, world.alert("3").count, world.alert("3").title) == (3, 1, "Rule on db")
