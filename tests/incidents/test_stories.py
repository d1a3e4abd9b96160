"""What incidents promise, each sentence a test; the paging, the queue and the clock are the real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.incidents import world
from tocsin.accounts.actions import remove_team
from tocsin.accounts.models import Person
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import actions as alerts
from tocsin.alerts.models import Alert, Group
from tocsin.assets.models import Service
from tocsin.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from tocsin.incidents import actions, queries
from tocsin.incidents.actions import Declaration
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.rules import CauseState, IncidentState, Stamp
from tocsin.paging import actions as paging
from tocsin.paging.models import Page
from tocsin.paging.rules import PageState

if TYPE_CHECKING:
    from tests.conftest import Clock


def _opened(group: Group) -> IncidentDetail:
    detail = world.needs_people(group)
    assert detail is not None
    return detail


def _state(detail: IncidentDetail) -> str:
    detail.item.refresh_from_db()
    return detail.item.state


def _pages(detail: IncidentDetail) -> dict[str, str]:
    return dict(Page.objects.filter(subject_id=detail.item.uuid).order_by("id").values_list("team__key", "state"))


def test_storm_becomes_one_incident_and_wakes_the_owner_of_its_cause(storm: Group) -> None:
    detail = _opened(storm)
    assert (detail.item.key, _state(detail)) == ("INC-1", IncidentState.TRIGGERED)
    assert detail.item.title == "core-sw-waw-02: core-sw-waw-02 uplink down"
    assert world.woken(detail) == ["alice"]
    storm.refresh_from_db()
    assert storm.incident_ref == queries.incident_ref(detail.item.uuid)


def test_group_that_asks_again_opens_and_wakes_nothing_new(storm: Group) -> None:
    detail = _opened(storm)
    world.needs_people(storm)
    assert IncidentDetail.objects.count() == 1
    assert world.woken(detail) == ["alice"]


@pytest.mark.parametrize("urgency", ["look", "quiet"])
def test_less_urgent_group_wakes_nobody(storm: Group, urgency: str) -> None:
    assert world.needs_people(storm, urgency) is None
    assert Page.objects.count() == 0


def test_second_fire_gets_its_own_incident_and_its_own_page(storm: Group) -> None:
    first, second = _opened(storm), _opened(world.group(cause=world.BILLING, alerts={world.BILLING: 1}))
    assert [first.item.key, second.item.key] == ["INC-1", "INC-2"]
    assert world.woken(second) == ["dan"]


def test_cause_nobody_owns_wakes_somebody_all_the_same(storm: Group) -> None:
    storm.cause_service.team = None
    storm.cause_service.save()
    assert world.woken(_opened(storm)) != []


def test_team_of_the_sender_stands_in_for_an_owner_that_is_gone(storm: Group) -> None:
    remove_team("network", actor=SYSTEM)
    detail = world.needs_people(storm, team="data")
    assert detail is not None
    assert world.woken(detail) == ["dan"]


def test_cause_with_a_very_long_name_wakes_its_owner(storm: Group) -> None:
    storm.cause_service.name = "payments/" + "checkout-" * 40
    storm.cause_service.save()
    detail = _opened(storm)
    assert world.woken(detail) == ["alice"]
    assert detail.item.title.startswith("payments/checkout-")
    assert detail.item.title.endswith("…")


def test_acknowledging_a_symptom_leaves_the_page_unanswered(storm: Group) -> None:
    detail = _opened(storm)
    symptom = Alert.objects.get(group=storm, service__key=world.GATEWAY)
    alerts.acknowledge(symptom.uuid, actor=world.by("alice"))
    world.engine()
    assert _pages(detail) == {"network": PageState.OPEN}
    assert _state(detail) == IncidentState.TRIGGERED


def test_acknowledging_the_alert_of_the_cause_answers_the_page_and_the_incident(storm: Group) -> None:
    detail = _opened(storm)
    alerts.acknowledge(Alert.objects.get(group=storm, service__key=world.SWITCH).uuid, actor=world.by("alice"))
    world.engine()
    assert _pages(detail) == {"network": PageState.ACKNOWLEDGED}
    assert _state(detail) == IncidentState.ACKNOWLEDGED


def test_acknowledging_the_incident_answers_its_page(storm: Group, clock: Clock) -> None:
    detail = _opened(storm)
    actions.acknowledge(detail.item.uuid, actor=world.by("alice"), via="screen")
    clock.forward(minutes=30)
    world.engine()
    assert world.woken(detail) == ["alice"]
    row = queries.incident_by_key(SYSTEM, "INC-1")
    assert row.state is IncidentState.ACKNOWLEDGED
    assert row.assignee is not None
    assert row.assignee.login == "alice"


def test_answering_the_page_acknowledges_the_incident_as_that_person(storm: Group) -> None:
    detail = _opened(storm)
    page = Page.objects.get(subject_id=detail.item.uuid)
    paging.acknowledge_page(page.uuid, actor=world.by("alice"), via="link")
    world.engine()
    row = queries.incident_by_key(SYSTEM, "INC-1")
    assert (row.state, row.assignee and row.assignee.login) == (IncidentState.ACKNOWLEDGED, "alice")
    assert row.clock.acknowledged_at is not None


def test_second_person_is_woken_when_the_first_does_not_answer(storm: Group, clock: Clock) -> None:
    detail = _opened(storm)
    clock.forward(minutes=5)
    world.engine()
    assert world.woken(detail) == ["alice", "ann"]


def test_resolving_stops_the_pages_at_once(storm: Group, clock: Clock) -> None:
    detail = _opened(storm)
    actions.resolve(detail.item.uuid, actor=world.by("alice"), reason="uplink replaced")
    assert _pages(detail) == {"network": PageState.STOPPED}
    clock.forward(minutes=30)
    world.engine()
    assert world.woken(detail) == ["alice"]


def test_failure_that_ends_before_anybody_answers_is_resolved_by_itself(storm: Group) -> None:
    detail = _opened(storm)
    world.close_group(storm)
    assert _state(detail) == IncidentState.RESOLVED
    assert _pages(detail) == {"network": PageState.STOPPED}


def test_failure_that_ends_while_somebody_works_is_watched(storm: Group) -> None:
    detail = _opened(storm)
    actions.begin_work(detail.item.uuid, actor=world.by("alice"), via="screen")
    world.close_group(storm)
    assert _state(detail) == IncidentState.MONITORING


def test_failure_that_comes_back_wakes_the_owner_again(storm: Group) -> None:
    detail = _opened(storm)
    actions.resolve(detail.item.uuid, actor=world.by("alice"))
    world.needs_people(storm)
    assert _state(detail) == IncidentState.TRIGGERED
    assert world.woken(detail) == ["alice", "alice"]


def test_failure_nobody_owns_wakes_somebody_when_it_comes_back(storm: Group) -> None:
    storm.cause_service.team = None
    storm.cause_service.save()
    detail = _opened(storm)
    woken = world.woken(detail)
    actions.resolve(detail.item.uuid, actor=world.by("alice"))
    world.needs_people(storm)
    assert world.woken(detail) == [*woken, *woken]


def test_person_who_reopens_has_it_and_wakes_nobody(storm: Group) -> None:
    detail = _opened(storm)
    actions.resolve(detail.item.uuid, actor=world.by("alice"))
    actions.reopen(detail.item.uuid, actor=world.by("alice"), reason="still dropping")
    world.engine()
    assert _state(detail) == IncidentState.ACKNOWLEDGED
    assert world.woken(detail) == ["alice"]
    assert queries.incident_by_key(SYSTEM, "INC-1").resolved_at is None


def test_clock_of_an_incident_adds_up(storm: Group, clock: Clock) -> None:
    detail = _opened(storm)
    clock.forward(seconds=64)
    actions.acknowledge(detail.item.uuid, actor=world.by("alice"), via="link")
    clock.forward(seconds=90)
    actions.take_command(detail.item.uuid, Person.objects.get(login="alice"), actor=world.by("alice"), via="screen")
    row = queries.incident_by_key(SYSTEM, "INC-1")
    legs = {leg.stamp: leg.took_s for leg in row.clock.legs()}
    assert legs[Stamp.ACKNOWLEDGED] == pytest.approx(64, abs=2)
    assert legs[Stamp.WORK_BEGUN] == pytest.approx(90, abs=2)
    assert row.clock.total_s == pytest.approx(160, abs=4)
    assert row.commander is not None
    paces = {pace.stamp: pace for pace in queries.paces(SYSTEM)}
    assert paces[Stamp.WORK_BEGUN].p50_s == pytest.approx(row.clock.total_s, abs=0.01)


def test_person_declares_an_incident_and_wakes_the_owner_when_asked(estate: None) -> None:
    declaration = Declaration(title="Bank reports lost SMS", severity=2, service=world.GATEWAY, page=True)
    detail = actions.declare(declaration, actor=world.by("dan"))
    world.engine()
    assert world.woken(detail) == ["alice"]
    assert (detail.item.key, detail.origin, detail.cause_state) == ("INC-1", "person", CauseState.PROPOSED)


def test_declared_incident_wakes_nobody_unless_asked(estate: None) -> None:
    detail = actions.declare(Declaration(title="Odd latency", severity=3, team="data"), actor=world.by("alice"))
    world.engine()
    assert (_pages(detail), detail.item.team and detail.item.team.key) == ({}, "data")


def test_confirmed_cause_is_confirmed_on_the_group_too(storm: Group) -> None:
    detail = _opened(storm)
    actions.confirm_cause(detail.item.uuid, actor=world.by("alice"))
    storm.refresh_from_db()
    assert (storm.cause_state, queries.incident_by_key(SYSTEM, "INC-1").cause_state) == ("confirmed", "confirmed")


def test_rejected_cause_gives_way_to_the_next_suspect_and_the_page_follows(storm: Group) -> None:
    detail = _opened(storm)
    actions.reject_cause(detail.item.uuid, actor=world.by("ann"))
    world.engine()
    row = queries.incident_by_key(SYSTEM, "INC-1")
    assert (row.cause, row.cause_state) == (world.BILLING, CauseState.PROPOSED)
    assert world.woken(detail) == ["alice", "dan"]


def test_last_suspect_that_is_rejected_stays_named_as_rejected(storm: Group) -> None:
    storm.evidence = storm.evidence[:1]
    storm.save()
    detail = _opened(storm)
    actions.reject_cause(detail.item.uuid, actor=world.by("ann"))
    world.engine()
    assert queries.incident_by_key(SYSTEM, "INC-1").cause_state is CauseState.REJECTED


def test_severity_changes_only_with_a_reason(storm: Group) -> None:
    detail = _opened(storm)
    with pytest.raises(InvalidInput, match="reason"):
        actions.set_severity(detail.item.uuid, 2, reason=" ", actor=world.by("alice"))
    actions.set_severity(detail.item.uuid, 2, reason="one site only", actor=world.by("alice"))
    entry = queries.incident_timeline(SYSTEM, "INC-1")[0]
    assert (entry.kind, entry.reason) == ("incidents.incident_severity_changed", "one site only")


def test_resolved_incident_takes_no_commander(storm: Group) -> None:
    detail = _opened(storm)
    actions.resolve(detail.item.uuid, actor=world.by("alice"))
    with pytest.raises(Conflict, match="reopen it first"):
        actions.take_command(detail.item.uuid, Person.objects.get(login="ann"), actor=world.by("ann"), via="screen")


def test_screen_shows_cause_reach_responders_and_timeline(storm: Group) -> None:
    detail = _opened(storm)
    actions.comment(detail.item.uuid, "Uplink **B** is dark", actor=world.by("alice"))
    screen = queries.incident_screen(world.by("alice"), "INC-1")
    assert screen.cause is not None
    assert (screen.cause.cause.service, screen.cause.runner_up and screen.cause.runner_up.service) == (
        world.SWITCH,
        world.BILLING,
    )
    assert [(node.service, node.depth) for node in screen.reach.nodes] == [(world.SWITCH, 0), (world.GATEWAY, 1)]
    (responders,) = screen.responders
    assert [row.person.login for row in responders.told] == ["alice"]
    assert responders.upcoming is not None
    assert [person.login for person in responders.upcoming.people] == ["ann"]
    assert screen.mine == responders.page.uuid
    assert screen.timeline[0].html == "<p>Uplink <strong>B</strong> is dark</p>\n"
    kinds = [entry.kind for entry in reversed(screen.timeline)]
    assert kinds == [
        "incidents.incident_opened",
        "paging.page_opened",
        "paging.page_step_taken",
        "items.item_commented",
    ]


def test_summary_tells_what_the_incident_touches_by_now(storm: Group) -> None:
    _opened(storm)
    Alert.objects.filter(service__key=world.GATEWAY).update(service=Service.objects.get(key=world.BILLING))
    head = queries.incident_screen(SYSTEM, "INC-1").head
    text = queries.summary(head, language="en", zone="Europe/Warsaw")
    assert text.startswith("core-sw-waw-02: core-sw-waw-02 uplink down; it touches 1 service (billing-db), since ")


def test_ledger_on_the_screen_adds_up(storm: Group) -> None:
    _opened(storm)
    ledger = queries.incident_screen(SYSTEM, "INC-1").ledger
    assert ledger is not None
    assert sum(ledger.lines.values()) == ledger.total


def test_alice_may_bob_may_look_charlie_gets_404(storm: Group) -> None:
    detail = _opened(storm)
    assert queries.incident_screen(world.by("bob"), "inc-1").may_respond is False
    with pytest.raises(Forbidden):
        actions.resolve(detail.item.uuid, actor=world.by("bob"))
    with pytest.raises(NotFound):
        queries.incident_screen(world.by("charlie"), "INC-1")
    with pytest.raises(NotFound):
        actions.acknowledge(detail.item.uuid, actor=world.by("charlie"), via="screen")
    assert queries.incidents(world.by("charlie"), queries.IncidentFilter()) == ([], None)


def test_incidents_are_listed_newest_first_by_keyset(estate: None) -> None:
    for number in range(5):
        actions.declare(Declaration(title=f"Trouble {number}", severity=1 + number), actor=SYSTEM)
    first, cursor = queries.incidents(SYSTEM, queries.IncidentFilter(), limit=2)
    rest, end = queries.incidents(SYSTEM, queries.IncidentFilter(), before=cursor)
    assert [row.key for row in first + rest] == ["INC-5", "INC-4", "INC-3", "INC-2", "INC-1"]
    assert end is None
    grave, _ = queries.incidents(SYSTEM, queries.IncidentFilter(at_least=2, open_only=True))
    assert [row.severity for row in grave] == [2, 1]
