"""Who may answer a page and by what; links, permissions, the messages that never arrive."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from tests.paging.world import World, rotation
from tocsin.accounts import actions as accounts
from tocsin.accounts.queries import keyring
from tocsin.accounts.rules import SYSTEM, Actor, Role
from tocsin.channels import actions as channels
from tocsin.channels.models import Delivery
from tocsin.core.errors import Forbidden, NotFound
from tocsin.core.ids import uuid7
from tocsin.core.keyring import Keyring, RootKey
from tocsin.core.refs import Ref
from tocsin.journal.facts import Stored
from tocsin.journal.queries import facts_about, latest_facts
from tocsin.main import wiring
from tocsin.oncall.actions import save_rotation
from tocsin.paging import actions, queries
from tocsin.paging.cli import page as page_commands
from tocsin.paging.links import Link, make_token, read_token
from tocsin.paging.models import Page
from tocsin.paging.subscribers import on_delivery_failed


def token_of(line: dict[str, str]) -> str:
    return line["link"].rpartition("/p/")[2]


def person(login: str, role: Role) -> Actor:
    from tocsin.accounts.queries import actor_for_person

    details = accounts.PersonDetails(login=login, name=login.title(), role=role)
    return actor_for_person(accounts.save_person(details, actor=SYSTEM))


def test_link_shows_the_page_and_answers_as_its_reader(world: World, on_call: str) -> None:
    page = world.open()
    world.tick()
    token = token_of(world.lines()[0])
    view, reader = queries.page_for_link(token)
    assert (view.uuid, view.state.value, reader.login) == (page.uuid, "open", on_call)
    actions.acknowledge_by_link(token)
    view = queries.page_for(SYSTEM, page.uuid)
    assert (view.acknowledged_by, view.acknowledged_via) == (world.people[on_call].name, "link")


def test_looking_at_a_link_answers_nothing(world: World) -> None:
    page = world.open()
    world.tick()
    queries.page_for_link(token_of(world.lines()[0]))
    assert world.state(page) == "open"


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: "Z" + t[1:], lambda t: "", lambda t: "ł" + t, lambda t: "!" + t]
)
def test_spoilt_link_is_nobodys(world: World, spoil: Any) -> None:
    world.open()
    world.tick()
    token = spoil(token_of(world.lines()[0]))
    with pytest.raises(NotFound):
        queries.page_for_link(token)
    with pytest.raises(NotFound):
        actions.acknowledge_by_link(token)


def test_link_survives_the_rotation_of_the_ring() -> None:
    old, new = RootKey("old", b"o" * 32), RootKey("new", b"n" * 32)
    link = Link(page=uuid7(), person=uuid7())
    token = make_token(Keyring((old,)), link)
    assert len(token) == 64
    assert read_token(Keyring((new, old)), token) == link
    assert read_token(Keyring((new,)), token) is None


def test_link_of_somebody_who_left_opens_nothing(world: World, on_call: str) -> None:
    world.open()
    world.tick()
    accounts.deactivate_person(on_call, actor=SYSTEM)
    with pytest.raises(NotFound):
        actions.acknowledge_by_link(token_of(world.lines()[0]))


def test_responder_of_another_team_may_answer_a_viewer_may_not(world: World) -> None:
    page = world.open()
    with pytest.raises(Forbidden):
        actions.acknowledge_page(page.uuid, actor=person("vera", Role.VIEWER), via="screen")
    actions.acknowledge_page(page.uuid, actor=person("rita", Role.RESPONDER), via="screen")
    assert world.state(page) == "acknowledged"


def test_whoever_was_woken_may_see_and_answer_whatever_their_role(world: World) -> None:
    guest = person("gina", Role.GUEST)
    channels.save_contacts("gina", [channels.NewContact(channel="file", address="gina")], actor=SYSTEM)
    save_rotation(rotation(["gina"]), actor=SYSTEM)
    page = world.open()
    with pytest.raises(NotFound):
        queries.page_for(guest, page.uuid)
    assert world.tick() == ["gina"]
    assert [view.uuid for view in queries.pages(guest)] == [page.uuid]
    actions.acknowledge_page(page.uuid, actor=guest, via="screen")
    assert world.state(page) == "acknowledged"


def test_acknowledging_a_subject_answers_every_page_about_it(world: World) -> None:
    subject = Ref("incidents.incident", uuid7())
    other = accounts.save_team(key="database", name="Database", members=["dora"], lead="dora", actor=SYSTEM)
    world.open(subject)
    actions.open_page(subject=subject, team=other, sentence=queries.pages(SYSTEM)[0].sentence, actor=SYSTEM)
    assert len(actions.acknowledge_for(subject, actor=world.actor("anna"), via="alert")) == 2
    assert actions.acknowledge_for(subject, actor=world.actor("anna"), via="alert") == []


def fail_everything(page: Page) -> None:
    """As if the providers had refused every message of the page so far, with the reaction that follows."""
    rows = Delivery.objects.filter(lane=f"{page.subject_kind}:{page.subject_id}", state="pending")
    for row in rows:
        Delivery.objects.filter(id=row.id).update(state="failed", finished_at=row.queued_at)
        on_delivery_failed(_fact(row))


def _fact(row: Delivery) -> Stored:
    return Stored(
        id=1,
        uuid=uuid7(),
        kind="channels.delivery_failed",
        schema_version=1,
        at=row.queued_at,
        actor_kind="engine",
        actor_id="engine",
        actor_label="",
        subject=Ref("channels.delivery", row.uuid),
        reason="",
        data={"about": f"{row.about_kind}:{row.about_id}"},
    )


def test_next_step_comes_at_once_when_no_message_of_this_one_arrives(world: World) -> None:
    page = world.open()
    actions.run_due()
    fail_everything(page)
    assert world.tick() == ["carol"]
    assert [fact.kind for fact in facts_about([Ref("paging.page", page.uuid)])].count("paging.page_hastened") == 1


def _react() -> None:
    """The reactions to the deliveries that ended, as `main.wiring` wires them."""
    for fact in latest_facts(kind="channels.delivery_"):
        for _, reaction in wiring.REACTIONS.get(fact.kind, ()):
            reaction(fact)


def test_next_step_comes_at_once_when_the_contact_was_removed_before_sending(world: World, on_call: str) -> None:
    world.open()
    actions.run_due()
    channels.save_contacts(on_call, [], actor=SYSTEM)
    channels.send_due("test-node")
    _react()
    assert world.tick() == ["carol"]


def test_message_dropped_because_of_an_answer_hastens_nothing(world: World, on_call: str) -> None:
    page = world.open()
    actions.run_due()
    actions.acknowledge_page(page.uuid, actor=world.actor("carol"), via="screen")
    channels.send_due("test-node")
    _react()
    assert world.tick() == []
    assert "paging.page_hastened" not in [fact.kind for fact in facts_about([Ref("paging.page", page.uuid)])]


def test_one_message_that_may_still_arrive_keeps_the_delay(world: World, on_call: str) -> None:
    contacts = [channels.NewContact(channel="file", address=name) for name in ("one", "two")]
    channels.save_contacts(on_call, contacts, actor=SYSTEM)
    world.open()
    actions.run_due()
    first = Delivery.objects.order_by("id").first()
    assert first is not None
    Delivery.objects.filter(id=first.id).update(state="failed", finished_at=first.queued_at)
    on_delivery_failed(_fact(first))
    assert world.tick() == ["two"]


def test_failing_messages_ask_everybody_at_once_and_then_go_on_slowly(world: World, clock: Any) -> None:
    page = world.open()
    for _ in range(20):
        actions.run_due()
        fail_everything(page)
    view = queries.page_for(SYSTEM, page.uuid)
    assert (view.state.value, view.round, view.step) == ("exhausted", 3, 2)
    asked = {row.person.login for row in queries.ledger(SYSTEM, page.uuid)}
    assert asked >= {"carol", "dora"}
    assert world.tick() == []
    clock.forward(minutes=5)
    assert "carol" in world.tick()


def test_refused_message_of_the_only_step_does_not_wait_for_its_answer(world: World) -> None:
    actions.remove_policy("network-default", actor=SYSTEM)
    page = world.open()
    for _ in range(4):  # the lead in each of the rounds there are, and once more as the first of the last calls
        actions.run_due()
        fail_everything(page)
    assert world.tick() == ["dora"]


def test_failure_of_a_step_long_past_hastens_nothing(world: World, clock: Any) -> None:
    page = world.open()
    actions.run_due()
    first = Delivery.objects.get()
    clock.forward(seconds=301)
    actions.run_due()
    Delivery.objects.filter(id=first.id).update(state="failed", finished_at=first.queued_at)
    on_delivery_failed(_fact(first))
    assert world.tick() == ["carol"]
    assert world.tick() == []
    assert world.state(page) == "open"


def test_person_reached_by_nothing_but_mail_is_passed_over_without_a_mail_server(world: World, on_call: str) -> None:
    channels.save_contacts(on_call, [channels.NewContact(channel="email", address="a@sample.invalid")], actor=SYSTEM)
    world.open()
    assert world.tick() == ["carol"]


def test_person_with_two_contacts_is_reached_on_both(world: World, on_call: str) -> None:
    contacts = [channels.NewContact(channel="file", address=name) for name in ("one", "two")]
    channels.save_contacts(on_call, contacts, actor=SYSTEM)
    world.open()
    assert sorted(world.tick()) == ["one", "two"]


def test_links_differ_by_reader_and_page() -> None:
    tokens = {make_token(keyring(), Link(page=uuid7(), person=uuid7())) for _ in range(5)}
    assert len(tokens) == 5


def test_pages_opened_at_one_instant_are_all_listed(world: World) -> None:
    opened = [world.open() for _ in range(5)]
    Page.objects.update(opened_at=opened[0].opened_at)
    first = queries.pages(SYSTEM, limit=2)
    rest = queries.pages(SYSTEM, before=first[-1].uuid)
    assert [view.uuid for view in first + rest] == [page.uuid for page in reversed(opened)]
    told = CliRunner().invoke(page_commands, ["list", "--json", "--limit", "2"], catch_exceptions=False)
    assert json.loads(told.output)["next"] == str(first[-1].uuid)
