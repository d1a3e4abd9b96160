"""What paging promises, told with time travel."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.paging.world import CAUSE, World, policy, rotation
from tocsin.accounts import actions as accounts
from tocsin.accounts.rules import SYSTEM
from tocsin.channels import actions as channels
from tocsin.core.errors import Conflict
from tocsin.core.ids import uuid7
from tocsin.core.refs import Ref
from tocsin.journal.queries import facts_about
from tocsin.oncall.actions import save_rotation
from tocsin.paging import actions, queries
from tocsin.paging.models import Page
from tocsin.paging.rules import PageState, Purpose, Sentence, SentenceKind, StopReason, Why


def kinds(page: Page) -> list[str]:
    """The facts of a page, oldest first, without the room's name."""
    return [fact.kind.removeprefix("paging.") for fact in reversed(facts_about([Ref("paging.page", page.uuid)]))]


def test_whoever_is_on_call_is_paged_first(world: World, on_call: str) -> None:
    page = world.open()
    assert world.tick() == [on_call]
    assert kinds(page) == ["page_opened", "page_step_taken"]
    (row,) = queries.ledger(SYSTEM, page.uuid)
    assert (row.person.login, row.why, row.delivery_state) == (on_call, Why.ON_CALL, "sent")
    assert row.params["rotation"] == "network-primary"


def test_second_person_is_paged_after_delay(world: World, on_call: str, clock: Any) -> None:
    world.open()
    assert world.tick() == [on_call]
    clock.forward(seconds=295)
    assert world.tick() == []
    clock.forward(seconds=10)
    assert world.tick() == ["carol"]


def test_acknowledge_stops_the_ladder(world: World, on_call: str, clock: Any) -> None:
    page = world.open()
    world.tick()
    actions.acknowledge_page(page.uuid, actor=world.actor(on_call), via="screen")
    clock.forward(hours=3)
    assert world.tick() == []
    (row,) = queries.ledger(SYSTEM, page.uuid)
    assert row.answered_at is not None
    assert kinds(page)[-1] == "page_acknowledged"


def test_first_answer_stands(world: World, on_call: str) -> None:
    page = world.open()
    world.tick()
    actions.acknowledge_page(page.uuid, actor=world.actor(on_call), via="link")
    actions.acknowledge_page(page.uuid, actor=world.actor("dora"), via="screen")
    view = queries.page_for(SYSTEM, page.uuid)
    assert (view.acknowledged_by_id, view.acknowledged_via) == (str(world.people[on_call].uuid), "link")
    assert kinds(page).count("page_acknowledged") == 1


def test_answer_between_choosing_and_sending_keeps_the_phone_quiet(world: World, on_call: str) -> None:
    page = world.open()
    actions.run_due()
    actions.acknowledge_page(page.uuid, actor=world.actor("carol"), via="screen")
    channels.send_due("test-node")
    assert world.lines() == []
    (row,) = queries.ledger(SYSTEM, page.uuid)
    assert (row.delivery_state, row.delivery_error) == ("dropped", "acknowledged")


def test_policy_edit_does_not_change_a_running_page(world: World, on_call: str, clock: Any) -> None:
    page = world.open()
    world.tick()
    assert not queries.page_for(SYSTEM, page.uuid).policy_changed
    actions.save_policy(policy(last="dora", delay_s=3600), actor=SYSTEM)
    assert queries.page_for(SYSTEM, page.uuid).policy_changed
    clock.forward(seconds=301)
    assert world.tick() == ["carol"]


def test_hand_over_between_steps_pages_the_new_person(world: World, on_call: str, clock: Any) -> None:
    other = {"anna": "bob", "bob": "anna"}[on_call]
    world.open()
    world.tick()
    clock.forward(seconds=301)
    world.tick()
    save_rotation(rotation(["bob", "anna"]), actor=SYSTEM)
    clock.forward(seconds=301)
    assert world.tick() == [other]


def test_empty_rotation_pages_the_team_lead(world: World) -> None:
    save_rotation(rotation([]), actor=SYSTEM)
    page = world.open()
    assert world.tick() == ["carol"]
    (row,) = queries.ledger(SYSTEM, page.uuid)
    assert row.why is Why.TEAM_LEAD
    taken = facts_about([Ref("paging.page", page.uuid)])[0]
    assert taken.data["fell_back"] is True
    assert [each["why"] for each in taken.data["passed_over"]] == ["nobody_on_call"]


def test_rotation_that_has_not_begun_pages_the_team_lead(world: World) -> None:
    save_rotation(rotation(["anna"], starts_on=date(2090, 1, 2)), actor=SYSTEM)
    world.open()
    assert world.tick() == ["carol"]


def test_unreachable_lead_leaves_it_to_the_administrators(world: World) -> None:
    save_rotation(rotation([]), actor=SYSTEM)
    channels.save_contacts("carol", [], actor=SYSTEM)
    page = world.open()
    assert world.tick() == ["dora"]
    rows = {row.person.login: row for row in queries.ledger(SYSTEM, page.uuid)}
    assert rows["carol"].why is Why.NO_CONTACT
    assert rows["carol"].delivery_state == ""


def test_person_who_left_is_passed_over(world: World, on_call: str) -> None:
    accounts.deactivate_person(on_call, actor=SYSTEM)
    page = world.open()
    assert world.tick() == ["carol"]
    assert facts_about([Ref("paging.page", page.uuid)])[0].data["passed_over"][0]["why"] == "inactive"


def test_team_without_a_policy_pages_its_lead(world: World) -> None:
    actions.remove_policy("network-default", actor=SYSTEM)
    page = world.open()
    assert world.tick() == ["carol"]
    assert queries.page_for(SYSTEM, page.uuid).policy_key == ""


def exhaust(world: World, clock: Any) -> list[str]:
    """Let all rounds go by; returns who was woken. The last calls begin with the next tick."""
    woken = []
    for _ in range(4):
        woken += world.tick()
        clock.forward(seconds=301)
    return woken


def test_page_nobody_answers_goes_on_to_the_lead_and_the_administrators(world: World, on_call: str, clock: Any) -> None:
    page = world.open()
    assert exhaust(world, clock) == [on_call, "carol", on_call, "carol"]
    assert world.tick() == [on_call, "carol"]
    assert world.state(page) == "exhausted"
    assert kinds(page)[-2:] == ["page_exhausted", "page_step_taken"]
    coming = queries.upcoming(SYSTEM, page.uuid)
    assert coming is not None
    assert [person.login for person in coming.people] == ["dora"]
    clock.forward(seconds=301)
    assert world.tick() == ["dora"]
    for _ in range(3):
        clock.forward(minutes=28)
        assert world.tick() == []
        clock.forward(minutes=3)
        assert world.tick() == [on_call, "carol"]
        clock.forward(minutes=6)
        assert world.tick() == ["dora"]
    assert kinds(page).count("page_exhausted") == 1


def test_last_call_reaches_whoever_is_on_call_by_then(world: World, on_call: str, clock: Any) -> None:
    other = {"anna": "bob", "bob": "anna"}[on_call]
    world.open()
    exhaust(world, clock)
    save_rotation(rotation(["bob", "anna"]), actor=SYSTEM)
    assert world.tick() == [other, "carol"]


def test_last_call_passes_over_a_lead_nobody_can_reach(world: World, clock: Any) -> None:
    save_rotation(rotation([]), actor=SYSTEM)
    actions.remove_policy("network-default", actor=SYSTEM)
    world.open()
    for _ in range(3):
        world.tick()
        clock.forward(seconds=301)
    channels.save_contacts("carol", [], actor=SYSTEM)
    assert world.tick() == ["dora"]


@pytest.mark.parametrize("answer", ["acknowledge", "stop"])
def test_answer_ends_the_last_calls(world: World, clock: Any, answer: str) -> None:
    page = world.open()
    exhaust(world, clock)
    world.tick()
    if answer == "acknowledge":
        actions.acknowledge_page(page.uuid, actor=world.actor("carol"), via="link")
    else:
        actions.stop_for(Ref(page.subject_kind, page.subject_id), reason=StopReason.RESOLVED, actor=SYSTEM)
    clock.forward(hours=3)
    assert world.tick() == []


def test_page_that_is_exhausted_stays_in_sight(world: World, clock: Any) -> None:
    page = world.open()
    exhaust(world, clock)
    world.tick()
    subject = Ref(page.subject_kind, page.subject_id)
    other = Ref("incidents.incident", uuid7())
    assert queries.exhausted_about([subject, other]) == {subject}
    assert [view.uuid for view in queries.unanswered(SYSTEM)] == [page.uuid]
    actions.acknowledge_page(page.uuid, actor=world.actor("dora"), via="screen")
    assert queries.unanswered(SYSTEM) == []


def test_late_ticker_skips_nobody(world: World, on_call: str, clock: Any) -> None:
    world.open()
    clock.forward(hours=2)
    assert world.tick() == [on_call]
    clock.forward(seconds=301)
    assert world.tick() == ["carol"]


def test_one_page_for_each_subject_and_team(world: World) -> None:
    page = world.open()
    world.tick()
    again = world.open(Ref(page.subject_kind, page.subject_id))
    assert again.uuid == page.uuid
    assert world.tick() == []


def test_stopped_page_makes_room_for_a_new_one(world: World, on_call: str) -> None:
    page = world.open()
    world.tick()
    subject = Ref(page.subject_kind, page.subject_id)
    actions.stop_for(subject, reason=StopReason.RESOLVED, actor=SYSTEM)
    with pytest.raises(Conflict, match="stopped already"):
        actions.acknowledge_page(page.uuid, actor=SYSTEM, via="api")
    assert world.open(subject).uuid != page.uuid
    assert world.tick() == [on_call]


def test_those_woken_hear_that_it_is_resolved(world: World, on_call: str) -> None:
    page = world.open()
    world.tick()
    actions.stop_for(Ref(page.subject_kind, page.subject_id), reason=StopReason.RESOLVED, actor=SYSTEM)
    assert world.tick() == []
    last = world.lines()[-1]
    assert (last["to"], last["kind"], last["title"]) == (on_call, "notice", "INC-12 · Resolved: core-sw-waw-02")


def test_page_moves_with_the_cause(world: World, on_call: str, clock: Any) -> None:
    page = world.open()
    world.tick()
    subject = Ref(page.subject_kind, page.subject_id)
    database = accounts.save_team(key="database", name="Database", members=["dora"], lead="dora", actor=SYSTEM)
    moved = Sentence(kind=SentenceKind.CAUSE_MOVED, params={"service": "pg-7", "what": "disk full", "before": "sw"})
    new = actions.move_page(subject, database, moved, actor=SYSTEM)
    assert world.tick() == ["dora"]
    assert [view.state for view in queries.pages_about(SYSTEM, [subject])] == [PageState.STOPPED, PageState.OPEN]
    told = [line for line in world.lines() if line["kind"] == "notice"]
    assert [(line["to"], line["title"]) for line in told] == [(on_call, "Database has taken over")]
    clock.forward(hours=1)
    assert on_call not in world.tick()
    assert queries.page_for(SYSTEM, new.uuid).sentence == moved


def test_retelling_reaches_those_woken_and_nobody_else(world: World, on_call: str) -> None:
    page = world.open()
    world.tick()
    subject = Ref(page.subject_kind, page.subject_id)
    more = Sentence(kind=SentenceKind.CAUSE, params=CAUSE.params | {"touched": 400})
    assert len(actions.retell(subject, more, actor=SYSTEM)) == 1
    assert actions.retell(subject, more, actor=SYSTEM) == []
    world.tick()
    updates = [line for line in world.lines() if line["kind"] == "update"]
    assert [line["to"] for line in updates] == [on_call]
    assert "400 services" in updates[0]["text"]
    assert [row.purpose for row in queries.ledger(SYSTEM, page.uuid)] == [Purpose.PAGE, Purpose.UPDATE]


def test_escalating_by_hand_takes_the_next_step_at_once(world: World, on_call: str) -> None:
    page = world.open()
    world.tick()
    actions.escalate_now(page.uuid, actor=world.actor(on_call))
    assert world.tick() == ["carol"]


def test_escalating_an_exhausted_page_begins_again(world: World, on_call: str, clock: Any) -> None:
    page = world.open()
    exhaust(world, clock)
    world.tick()
    actions.escalate_now(page.uuid, actor=SYSTEM)
    assert world.tick() == [on_call]
    assert world.state(page) == "open"


def test_escalating_an_answered_page_is_refused(world: World) -> None:
    page = world.open()
    actions.acknowledge_page(page.uuid, actor=SYSTEM, via="api")
    with pytest.raises(Conflict, match="acknowledged"):
        actions.escalate_now(page.uuid, actor=SYSTEM)


def test_person_asked_for_is_paged_even_after_the_answer(world: World, on_call: str) -> None:
    page = world.open()
    world.tick()
    actions.acknowledge_page(page.uuid, actor=world.actor(on_call), via="screen")
    subject = Ref(page.subject_kind, page.subject_id)
    ask = Sentence(kind=SentenceKind.ASKED, params={"by": "Anna", "text": "the router needs you"})
    actions.page_person(subject=subject, team=world.team, person=world.people["dora"], sentence=ask, actor=SYSTEM)
    assert world.tick() == ["dora"]


def test_person_asked_for_comes_before_the_teams_own_ladder(world: World, on_call: str, clock: Any) -> None:
    ask = Sentence(kind=SentenceKind.ASKED, params={"by": "Anna"})
    subject = Ref("incidents.incident", uuid7())
    actions.page_person(subject=subject, team=world.team, person=world.people["dora"], sentence=ask, actor=SYSTEM)
    assert world.tick() == ["dora"]
    clock.forward(seconds=301)
    assert world.tick() == [on_call]


def test_upcoming_step_names_whom_it_would_wake(world: World, on_call: str, clock: Any) -> None:
    page = world.open()
    world.tick()
    coming = queries.upcoming(SYSTEM, page.uuid)
    assert coming is not None
    assert [person.login for person in coming.people] == ["carol"]
    for _ in range(3):
        clock.forward(seconds=301)
        world.tick()
    coming = queries.upcoming(SYSTEM, page.uuid)
    assert coming is not None
    assert [person.login for person in coming.people] == [on_call, "carol"], "the first of the last calls"
