"""What people closed or resolved stays over while it dies down, and calls again when the failure goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.alerts.world import CALLERS, World, fire, resolve
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import actions
from tocsin.alerts.digest import Digest
from tocsin.alerts.models import Group
from tocsin.alerts.rules import GroupState, Severity
from tocsin.core.ids import uuid7
from tocsin.core.refs import Ref
from tocsin.journal.queries import latest_facts

if TYPE_CHECKING:
    from tests.conftest import Clock

pytestmark = pytest.mark.django_db

DOWN = fire("db-down", service="db", name="DatabaseDown", severity=Severity.CRITICAL)
ECHOES = tuple(fire(f"{key}-errors", service=key, name="HighErrorRate", peer="db") for key in CALLERS)


def calls() -> int:
    return len(latest_facts(kind="alerts.group_needs_people"))


def open_groups() -> int:
    return Group.objects.filter(state=GroupState.OPEN).count()


def turns(world: World, clock: Clock, seconds: int) -> None:
    for _ in range(seconds):
        clock.forward(seconds=1)
        world.turn()


def called_alone(world: World, clock: Clock) -> Group:
    """A lone group whose people were called, with an incident of theirs."""
    world.told(DOWN)
    turns(world, clock, 9)
    group = Group.objects.get()
    assert (group.cluster, calls()) == ("", 1)
    actions.attach_incident(group.uuid, Ref("incidents.incident", uuid7()), actor=SYSTEM)
    group.refresh_from_db()
    return group


def test_resolved_failure_that_a_cluster_grows_around_calls_again_when_it_goes_on(world: World, clock: Clock) -> None:
    group = called_alone(world, clock)
    assert group.incident_ref is not None
    actions.calm(group.incident_ref)
    world.told(DOWN, *ECHOES)
    turns(world, clock, 20)
    group.refresh_from_db()
    assert (group.cluster != "", open_groups()) == (True, 1)
    assert calls() == 1, "symptoms of what was resolved a moment ago call nobody"
    clock.forward(minutes=5)
    world.told(DOWN, *ECHOES)
    turns(world, clock, 9)
    assert calls() == 2


@pytest.mark.parametrize("restarted", [False, True])
def test_lone_failure_that_was_closed_stays_over_until_it_goes_on(world: World, clock: Clock, restarted: bool) -> None:
    group = called_alone(world, clock)
    actions.close_group(group.uuid, actor=SYSTEM)
    if restarted:
        world.digest = Digest(owner="test")
    world.told(DOWN)
    turns(world, clock, 20)
    assert (open_groups(), calls()) == (0, 1)
    clock.forward(minutes=5)
    turns(world, clock, 9)
    assert (open_groups(), calls()) == (0, 1), "nothing was heard of it since"
    world.told(DOWN)
    turns(world, clock, 9)
    assert (open_groups(), calls()) == (1, 2)


@pytest.mark.parametrize("restarted", [False, True])
def test_outage_that_was_closed_stays_over_until_it_goes_on(world: World, clock: Clock, restarted: bool) -> None:
    world.outage()
    turns(world, clock, 9)
    closed = Group.objects.get()
    actions.close_group(closed.uuid, actor=SYSTEM)
    if restarted:
        world.digest = Digest(owner="test")
    world.told(DOWN, *ECHOES)
    turns(world, clock, 20)
    assert (open_groups(), calls(), closed.alerts.count()) == (0, 1, 9)
    clock.forward(minutes=5)
    turns(world, clock, 9)
    assert (open_groups(), calls()) == (0, 1), "nothing was heard of it since"
    world.told(DOWN, *ECHOES)
    turns(world, clock, 9)
    assert (open_groups(), calls()) == (1, 2)


def test_outage_that_worsens_after_the_call_says_so_once(world: World, clock: Clock) -> None:
    world.told(*(fire(f"{key}-errors", service=key, name="HighErrorRate", peer="db") for key in CALLERS))
    world.told(fire("db-slow", service="db", name="Slow"))
    turns(world, clock, 9)
    assert (calls(), Group.objects.get().severity) == (1, Severity.MAJOR)
    world.told(DOWN)
    turns(world, clock, 3)
    (fact,) = latest_facts(kind="alerts.group_worsened")
    assert (fact.data["before"], fact.data["after"]) == (Severity.MAJOR, Severity.CRITICAL)


def test_outage_that_people_reopened_is_not_over(world: World, clock: Clock) -> None:
    alerts = world.outage()
    turns(world, clock, 9)
    for alert in alerts:
        actions.close(alert, actor=SYSTEM)
    turns(world, clock, 2)
    for alert in alerts:
        actions.reopen(alert, actor=SYSTEM)
    for _ in range(20):
        clock.forward(minutes=1)
        world.turn()
    assert (open_groups(), calls()) == (1, 1)


def test_alert_reopened_after_its_group_was_over_calls_people(world: World, clock: Clock) -> None:
    called_alone(world, clock)
    world.told(resolve("db-down"))
    clock.forward(minutes=2)
    world.turn()
    assert open_groups() == 0
    actions.reopen(world.alert("db-down").uuid, actor=SYSTEM)
    turns(world, clock, 9)
    assert (open_groups(), calls()) == (1, 2)


def test_cluster_of_a_closed_group_ends_when_its_alerts_are_closed(world: World, clock: Clock) -> None:
    alerts = world.outage()
    turns(world, clock, 9)
    actions.close_group(Group.objects.get().uuid, actor=SYSTEM)
    for alert in alerts:
        actions.close(alert, actor=SYSTEM)
    for _ in range(30):
        clock.forward(minutes=1)
        world.turn()
    world.outage()
    turns(world, clock, 9)
    assert (open_groups(), calls()) == (1, 2)
    old, new = Group.objects.order_by("id")
    assert old.cluster != new.cluster


def test_what_begins_after_a_group_was_closed_calls_at_once_after_a_restart_too(world: World, clock: Clock) -> None:
    world.outage()
    turns(world, clock, 9)
    closed = Group.objects.get()
    actions.close_group(closed.uuid, actor=SYSTEM)
    world.digest = Digest(owner="test")
    down = [fire(f"{key}-down", service=key, name="Down", peer="db", severity=Severity.CRITICAL) for key in CALLERS]
    world.told(*down)
    turns(world, clock, 20)
    group = Group.objects.get(state=GroupState.OPEN)
    assert calls() == 2
    assert set(group.alerts.values_list("name", flat=True)) == {"Down"}
    assert closed.alerts.count() == 9, "what was closed with it stays with it"
