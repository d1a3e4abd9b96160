"""Too many open alerts of one integration: new ones are held back and counted in one alert, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from tests.alerts.world import World, fire, resolve
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import actions, queries
from tocsin.alerts.actions.handing import hand_in
from tocsin.alerts.intake import NewEvent
from tocsin.alerts.models import Alert, Refusing
from tocsin.alerts.queries import LedgerLine
from tocsin.alerts.rules import AlertAction, AlertState, Severity, refusals
from tocsin.core import clock as moments
from tocsin.journal.queries import latest_facts

if TYPE_CHECKING:
    from tests.conftest import Clock

pytestmark = pytest.mark.django_db

MOST = 3


@pytest.fixture
def flooded(world: World, settings) -> World:
    """Three alerts are open, as many as may be, and two more were told."""
    settings.CONFIG = replace(settings.CONFIG, flood_alerts=MOST)
    world.told(*(fire(f"{number}") for number in range(MOST + 2)))
    return world


def noted(world: World) -> Alert:
    """The engine's part; the newest alert about the flood."""
    actions.note_refusals()
    world.turn()
    return Alert.objects.select_related("service").filter(name="AlertFlood").latest("id")


def own(world: World) -> set[str]:
    rows = Alert.objects.filter(integration=world.integration).exclude(state=AlertState.CLOSED)
    return set(rows.values_list("fingerprint", flat=True))


def test_no_more_open_than_may_and_the_rest_is_one_critical_alert(flooded: World) -> None:
    assert own(flooded) == {"0", "1", "2"}
    alert = noted(flooded)
    assert (alert.severity, alert.service.key, alert.service.tier) == (Severity.CRITICAL, "tocsin", 1)
    assert (alert.labels["integration"], alert.labels["refused"]) == ("sample", "2")


def test_it_pages(flooded: World, clock: Clock) -> None:
    noted(flooded)
    for seconds in (5, 9):
        clock.forward(seconds=seconds)
        flooded.turn()
    assert "tocsin" in [fact.data["cause"] for fact in latest_facts(kind="alerts.group_needs_people")]


def test_what_is_critical_has_as_much_room_again_and_no_more(flooded: World) -> None:
    flooded.told(*(fire(f"fire {number}", severity=Severity.CRITICAL) for number in range(MOST + 1)), fire("8"))
    assert own(flooded) == {"0", "1", "2", "fire 0", "fire 1", "fire 2"}
    flooded.told(resolve("0"), resolve("fire 0"), fire("9"), fire("fire 9", severity=Severity.CRITICAL))
    assert own(flooded) == {"1", "2", "fire 1", "fire 2", "fire 9"}, "critical ones leave no room to lesser ones"


def test_known_alerts_go_on(flooded: World) -> None:
    flooded.told(fire("0", title="Worse"), NewEvent(action=AlertAction.ACKNOWLEDGE, fingerprint="1", by="ann"))
    assert (flooded.alert("0").title, flooded.alert("0").count) == ("Worse", 2)
    assert flooded.alert("1").state == AlertState.ACKNOWLEDGED


def test_an_end_makes_room_at_once_even_within_a_turn(flooded: World) -> None:
    flooded.told(fire("8"), resolve("0"), fire("9"))
    assert own(flooded) == {"1", "2", "9"}


def test_what_still_fires_enters_and_the_flood_is_over(flooded: World, clock: Clock) -> None:
    assert noted(flooded).state == AlertState.OPEN
    flooded.told(*(resolve(f"{number}") for number in range(MOST)))
    flooded.told(fire("3"))
    assert own(flooded) == {"3"}
    clock.forward(seconds=refusals.QUIET_AFTER.total_seconds())
    assert noted(flooded).state == AlertState.CLOSED
    (ended,) = latest_facts(kind="alerts.refusing_ended")
    assert (ended.data["refusal"], ended.data["count"]) == ("flood", 2)
    assert not Refusing.objects.exists()


def test_refusals_that_were_over_before_the_engine_looked_are_told_and_stay_long_enough_to_page(
    world: World, clock: Clock
) -> None:
    moment = moments.now()
    of = {"integration": world.integration, "kind": refusals.RefusalKind.SPOOL_FULL, "count": 50}
    Refusing.objects.create(**of, since=moment, last_at=moment)
    states = []
    for wait in (2 * refusals.QUIET_AFTER, refusals.QUIET_AFTER / 2, refusals.QUIET_AFTER / 2):
        clock.forward(seconds=wait.total_seconds())
        actions.note_refusals()
        world.turn()
        states.append(Alert.objects.get(name="IntakeRefuses").state)
    assert states == [AlertState.OPEN, AlertState.OPEN, AlertState.CLOSED]
    assert latest_facts(kind="alerts.refusing_ended")[0].data["count"] == 50


def test_what_was_put_aside_is_a_critical_alert_for_a_day(world: World, clock: Clock) -> None:
    moment = moments.now()
    of = {"integration": world.integration, "kind": refusals.RefusalKind.PUT_ASIDE, "count": 1}
    Refusing.objects.create(**of, since=moment, last_at=moment)
    states = []
    for wait in (timedelta(0), 2 * refusals.QUIET_AFTER, refusals.LOSS_STAYS):
        clock.forward(seconds=wait.total_seconds())
        actions.note_refusals()
        world.turn()
        alert = Alert.objects.get(name="SpoolPutAside")
        states.append((alert.state, alert.severity))
    assert [state for state, _ in states] == [AlertState.OPEN, AlertState.OPEN, AlertState.CLOSED]
    assert {severity for _, severity in states} == {Severity.CRITICAL}


def test_it_stays_while_too_many_are_open_however_quiet_new_ones_are(flooded: World, clock: Clock) -> None:
    noted(flooded)
    clock.forward(seconds=10 * refusals.QUIET_AFTER.total_seconds())
    assert noted(flooded).state == AlertState.OPEN


def test_the_alert_counts_on_while_senders_repeat(flooded: World, clock: Clock) -> None:
    noted(flooded)
    clock.forward(seconds=refusals.TELL_EVERY.total_seconds())
    flooded.told(fire("3"), fire("4"), fire("5"))
    assert noted(flooded).labels["refused"] == "5"


def test_nothing_is_lost_and_every_delivery_adds_up(flooded: World, clock: Clock) -> None:
    began = moments.now()
    clock.forward(seconds=1)
    flooded.told(fire("6"), fire("0"), fire("7"))
    flooded.told(resolve("0"), fire("6"))
    found = queries.whole_ledger(SYSTEM, since=began)
    assert found.lines[LedgerLine.FLOOD] == 2
    assert found.total == sum(found.lines.values()) == 5
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM alerts_event WHERE fingerprint = '6' AND action = 'fire'")
        assert cursor.fetchone() == (2,), "both were acknowledged, so both are kept"
    assert flooded.alert("6").count == 1


def test_no_limit_means_none(world: World, settings) -> None:
    settings.CONFIG = replace(settings.CONFIG, flood_alerts=0)
    world.told(*(fire(f"{number}") for number in range(20)))
    assert len(own(world)) == 20


def test_tocsin_s_own_alerts_are_never_held(flooded: World, settings) -> None:
    noted(flooded)
    settings.CONFIG = replace(settings.CONFIG, flood_alerts=1)
    hand_in([fire("x", name="One"), fire("y", name="Two")])
    flooded.turn()
    assert Alert.objects.filter(name__in=["One", "Two"]).count() == 2
