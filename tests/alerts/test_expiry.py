"""A sender that falls silent has broken its promise to repeat only if we were there to hear it."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.alerts.world import World, fire, later
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import actions
from tocsin.alerts.models import Alert, Group, NodeSpool, Refusing
from tocsin.alerts.rules import AlertState, CloseReason, GroupState, Severity
from tocsin.core import clock as moments
from tocsin.journal.queries import latest_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def began(world: World) -> datetime:
    return moments.now()


def calls() -> int:
    return len(latest_facts(kind="alerts.group_needs_people"))


def test_a_sender_that_stops_repeating_is_taken_to_be_over(world: World, clock, began: datetime) -> None:
    world.told(fire(ends_at=later(seconds=60)))
    clock.forward(seconds=70)
    assert actions.expire_due(heard_since=began) == 0
    clock.forward(seconds=30)
    assert actions.expire_due(heard_since=began) == 1
    assert world.alert("a").close_reason == CloseReason.EXPIRED


def test_after_an_outage_of_ours_a_sender_has_as_long_as_it_promised(world: World, clock) -> None:
    world.told(fire(ends_at=later(seconds=60)))
    clock.forward(minutes=10)
    back = moments.now()
    assert actions.expire_due(heard_since=back) == 0
    clock.forward(seconds=85)
    assert actions.expire_due(heard_since=back) == 0
    clock.forward(seconds=10)
    assert actions.expire_due(heard_since=back) == 1


def test_what_is_held_keeps_nothing_else_waiting(world: World, clock) -> None:
    world.told(fire("long", ends_at=later(minutes=30)), fire("short", ends_at=later(seconds=60)))
    clock.forward(hours=1)
    back = moments.now()
    clock.forward(minutes=5)
    assert actions.expire_due(heard_since=back, limit=1) == 1
    assert (world.alert("long").state, world.alert("short").state) == (AlertState.OPEN, AlertState.CLOSED)


def test_a_repeat_that_waits_for_the_digest_is_waited_for(world: World, clock, began: datetime) -> None:
    world.told(fire(ends_at=later(seconds=60)))
    clock.forward(seconds=50)
    world.deliver(fire(ends_at=later(seconds=600)))
    clock.forward(seconds=100)
    assert actions.expire_due(heard_since=began) == 0
    world.turn()
    assert actions.expire_due(heard_since=began) == 0
    assert world.alert("a").state == AlertState.OPEN


@pytest.mark.parametrize("kind", ["disk_full", "queue_full"])
def test_whose_repeats_we_refuse_is_not_silent_and_then_has_as_long_as_it_promised(
    world: World, clock, began: datetime, kind: str
) -> None:
    world.told(fire(severity=Severity.MAJOR, ends_at=later(minutes=6)))
    for _ in range(10):
        clock.forward(minutes=1)
        _refuse(world, kind)
        assert actions.expire_due(heard_since=began) == 0
    for minute in range(6):
        clock.forward(minutes=1)
        actions.note_refusals()
        world.turn()
        assert actions.expire_due(heard_since=began) == 0, minute
    assert not Refusing.objects.exists()
    clock.forward(minutes=5)
    assert actions.expire_due(heard_since=began) == 1


def test_who_is_held_back_in_a_flood_or_is_another_may_fall_silent(world: World, clock, began: datetime) -> None:
    other = actions.save_integration(
        actions.IntegrationDetails(key="other", name="Other", kind="opsgenie", team="network"), actor=SYSTEM
    )
    world.told(fire(ends_at=later(minutes=1)))
    clock.forward(minutes=2)
    _refuse(world, "flood")
    Refusing.objects.create(integration=other, kind="disk_full", count=1, since=moments.now(), last_at=moments.now())
    assert actions.expire_due(heard_since=began) == 1


def _refuse(world: World, kind: str) -> None:
    row, _ = Refusing.objects.get_or_create(
        integration=world.integration,
        kind=kind,
        defaults={"count": 0, "since": moments.now(), "last_at": moments.now()},
    )
    Refusing.objects.filter(id=row.id).update(count=row.count + 1, last_at=moments.now())
    actions.note_refusals()
    world.turn()


@pytest.mark.parametrize(("silent_s", "expired"), [(0, 0), (120, 1)], ids=["it drains", "it went silent"])
def test_a_spool_is_waited_for_while_it_drains(
    world: World, clock, began: datetime, silent_s: int, expired: int
) -> None:
    world.told(fire(ends_at=later(seconds=60)))
    NodeSpool.objects.create(
        node="node-1",
        waiting=3,
        drained=1,
        oldest_at=later(seconds=30),
        seen_at=later(seconds=100 - silent_s),
    )
    clock.forward(seconds=100)
    assert actions.expire_due(heard_since=began) == expired
    NodeSpool.objects.update(waiting=0)
    assert actions.expire_due(heard_since=began) == 1 - expired


def test_a_repeat_that_comes_too_late_finds_the_alert_acknowledged_and_calls_nobody(
    world: World, clock, began: datetime
) -> None:
    down = fire(severity=Severity.CRITICAL, name="DatabaseDown", lasts_s=60.0)
    world.told(down)
    _watch(world, clock, seconds=9)
    actions.acknowledge(world.alert("a").uuid, actor=SYSTEM)
    clock.forward(seconds=100)
    assert (calls(), actions.expire_due(heard_since=began)) == (1, 1)
    clock.forward(minutes=5)
    world.told(down)
    _watch(world, clock, seconds=30)
    again = world.alert("a")
    assert (Alert.objects.count(), again.state, again.acknowledged_by) == (2, AlertState.ACKNOWLEDGED, SYSTEM.label)
    assert calls() == 1


def test_what_returns_much_later_is_nobodys(world: World, clock, began: datetime) -> None:
    world.told(fire(lasts_s=60.0))
    actions.acknowledge(world.alert("a").uuid, actor=SYSTEM)
    clock.forward(seconds=100)
    assert actions.expire_due(heard_since=began) == 1
    clock.forward(minutes=16)
    world.told(fire(lasts_s=60.0))
    assert world.alert("a").state == AlertState.OPEN


def test_the_group_of_what_expired_waits_a_while_before_it_closes(world: World, clock, began: datetime) -> None:
    world.told(fire(severity=Severity.CRITICAL, name="DatabaseDown", ends_at=later(seconds=60)))
    _watch(world, clock, seconds=9)
    clock.forward(minutes=5)
    assert actions.expire_due(heard_since=began) == 1
    _watch(world, clock, seconds=5)
    assert Group.objects.get().state == GroupState.OPEN
    _watch(world, clock, seconds=70)
    assert Group.objects.get().state == GroupState.CLOSED


def _watch(world: World, clock, seconds: int) -> None:
    for _ in range(seconds):
        clock.forward(seconds=1)
        world.turn()
