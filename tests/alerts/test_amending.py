"""What people change of an alert and say about it: it stays, whatever the sender repeats; whom they ask is paged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from tests.alerts.world import World, fire, resolve
from tocsin.accounts.actions import save_team
from tocsin.accounts.queries import actor_for_person, team_by_key
from tocsin.accounts.rules import SYSTEM, Actor, ActorKind, KeyScope, Verb, may
from tocsin.alerts import actions, queries
from tocsin.alerts.actions import Amendment
from tocsin.alerts.intake import NewEvent
from tocsin.alerts.models import Alert, Note
from tocsin.alerts.rows import alert_ref, alert_scope
from tocsin.alerts.rules import AlertAction, Severity, edited, relabelled, tagged
from tocsin.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from tocsin.core.queue import Worker
from tocsin.journal.queries import facts_about
from tocsin.main.wiring import handlers
from tocsin.paging.models import Page
from tocsin.paging.rules import PageState

pytestmark = pytest.mark.django_db

by = {"actor": SYSTEM}


@pytest.fixture
def alert(world: World) -> Alert:
    world.told(fire(labels={"service": "db", "tags": "disk,night", "region": "eu"}))
    return world.alert("a")


def kinds(alert: Alert) -> list[str]:
    """The facts about an alert, oldest first."""
    return [fact.kind.partition(".")[2] for fact in reversed(facts_about([alert_ref(alert)]))]


def test_what_people_changed_stays_while_the_sender_goes_on(world: World, alert: Alert) -> None:
    actions.amend(alert.uuid, Amendment(title="Mine", severity=Severity.CRITICAL), **by)
    actions.tag(alert.uuid, add=["big"], remove=["night"], **by)
    actions.relabel(alert.uuid, {"rack": "r12", "region": None}, **by)
    world.told(fire(description="new", labels={"service": "db", "tags": "disk,night,late", "region": "us", "x": "y"}))
    alert.refresh_from_db()
    assert (alert.title, alert.severity, alert.description) == ("Mine", Severity.CRITICAL, "new")
    assert alert.labels == {"service": "db", "tags": "disk,late,big", "rack": "r12", "x": "y"}


def test_the_next_alert_of_the_same_sender_begins_with_its_own_words(world: World, alert: Alert) -> None:
    actions.amend(alert.uuid, Amendment(title="Mine"), **by)
    world.told(resolve())
    world.told(fire())
    assert world.alert("a").title == "Rule on db"


def test_an_unchanged_repeat_of_an_edited_alert_writes_no_content(world: World, alert: Alert) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    actions.tag(alert.uuid, add=["zß", "a"], **by)
    world.deliver(fire(labels={"service": "db", "tags": "disk,night", "region": "eu"}))
    with CaptureQueriesContext(connection) as asked:
        world.turn()
    assert not [each["sql"] for each in asked if "SET severity = changed.severity" in each["sql"]]


def test_edits_are_put_over_whatever_the_sender_says() -> None:
    edits = tagged(relabelled({}, {"a": "1", "b": None}), add=["x"], remove=["y"])
    assert edited({"b": "2", "c": "3", "tags": "y,z"}, edits) == {"a": "1", "c": "3", "tags": "z,x"}
    assert edited({"tags": "y"}, tagged(edits, remove=["x"])) == {"a": "1"}


def test_what_is_so_already_is_no_change(alert: Alert) -> None:
    actions.amend(alert.uuid, Amendment(title=alert.title), **by)
    actions.tag(alert.uuid, add=["disk"], remove=["unknown"], **by)
    actions.relabel(alert.uuid, {"region": "eu", "unknown": None}, **by)
    actions.assign(alert.uuid, None, **by)
    assert kinds(alert) == []


def test_each_change_is_a_fact(alert: Alert, alice) -> None:
    actions.amend(alert.uuid, Amendment(description="x"), **by)
    actions.tag(alert.uuid, add=["x"], **by)
    actions.relabel(alert.uuid, {"actions": "restart"}, **by)
    actions.ask_action(alert.uuid, "restart", **by)
    actions.note(alert.uuid, "words", **by)
    actions.assign(alert.uuid, alice, **by)
    actions.delete(alert.uuid, **by)
    changes = ["amended", "tagged", "relabelled", "action_asked", "noted", "assigned", "closed_by_hand", "deleted"]
    assert kinds(alert) == [f"alert_{change}" for change in changes]
    assert "words" not in str([fact.data for fact in facts_about([alert_ref(alert)])])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda uuid: actions.amend(uuid, Amendment(title=" "), **by), "needs one"),
        (lambda uuid: actions.amend(uuid, Amendment(title="x" * 1025), **by), "at most 1024"),
        (lambda uuid: actions.amend(uuid, Amendment(description="\0"), **by), "no NUL"),
        (lambda uuid: actions.tag(uuid, add=["a,b"], **by), "no comma"),
        (lambda uuid: actions.tag(uuid, add=["x" * 51], **by), "at most 50"),
        (lambda uuid: actions.relabel(uuid, {"tags": "x"}, **by), "no name"),
        (lambda uuid: actions.relabel(uuid, {f"k{n}": "x" for n in range(65)}, **by), "at most 64"),
        (lambda uuid: actions.note(uuid, " ", **by), "write something"),
        (lambda uuid: actions.ask_action(uuid, "explode", **by), "no action"),
        (lambda uuid: actions.attach(uuid, "", b"", **by), "printable"),
        (lambda uuid: actions.attach(uuid, "x", b"x" * (actions.ATTACHMENT_MOST + 1), **by), "larger"),
    ],
)
def test_what_an_alert_cannot_hold_is_refused(alert: Alert, wrong, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        wrong(alert.uuid)


def test_who_may_only_look_changes_nothing_and_a_stranger_sees_nothing(alert: Alert, bob, charlie) -> None:
    with pytest.raises(Forbidden):
        actions.note(alert.uuid, "x", actor=actor_for_person(bob))
    with pytest.raises(NotFound):
        actions.note(alert.uuid, "x", actor=actor_for_person(charlie))


def test_an_integrations_key_may_do_so_to_its_own_alerts_only(world: World, alert: Alert) -> None:
    mine = Actor(kind=ActorKind.KEY, id="k", label="k", key_scope=KeyScope.INTEGRATION, sender=world.integration.uuid)
    other = replace(mine, sender=alert.uuid)
    scope = alert_scope(Alert.objects.select_related("service", "integration").get())
    assert may(mine, Verb.RESPOND, scope)
    assert may(mine, Verb.VIEW, scope)
    assert not may(mine, Verb.CONFIGURE, scope)
    assert not may(other, Verb.VIEW, scope)
    assert not may(replace(mine, sender=None), Verb.VIEW, replace(scope, sender=None))
    with pytest.raises(NotFound):
        queries.alert_by_id(other, alert.uuid)


def page(alert: Alert) -> Page:
    return Page.objects.get(subject_kind="alerts.alert", subject_id=alert.uuid)


def test_a_team_that_is_asked_is_paged_once_until_the_alert_is_over(world: World, alert: Alert) -> None:
    save_team(key="storage", name="Storage", members=["bob"], lead="bob", actor=SYSTEM)
    storage = team_by_key("storage")
    actions.ask_team(alert.uuid, storage, **by)
    actions.ask_team(alert.uuid, storage, **by)
    assert (page(alert).state, page(alert).team) == (PageState.OPEN, storage)
    assert kinds(alert) == ["alert_responder_added"]
    world.told(resolve())
    Worker(handlers=handlers(), owner="test").run_due()
    assert page(alert).state == PageState.STOPPED
    with pytest.raises(Conflict):
        actions.ask_team(alert.uuid, storage, **by)


def test_whoever_has_the_alert_has_answered_those_who_were_asked(world: World, alert: Alert, alice) -> None:
    actions.ask_person(alert.uuid, alice, **by)
    assert page(alert).state == PageState.OPEN
    world.told(NewEvent(action=AlertAction.ACKNOWLEDGE, fingerprint="a", by="Ann"))
    assert page(alert).state == PageState.ACKNOWLEDGED


def test_closing_by_hand_lets_those_who_were_asked_go(alert: Alert, alice) -> None:
    actions.ask_person(alert.uuid, alice, **by)
    actions.acknowledge(alert.uuid, **by)
    assert page(alert).state == PageState.ACKNOWLEDGED
    actions.close(alert.uuid, **by)
    assert page(alert).state == PageState.STOPPED


def said(text: str, **more: object) -> NewEvent:
    return NewEvent(action=AlertAction.NOTE, fingerprint="a", description=text, **more)  # type: ignore[arg-type]  # a test's shorthand


def test_a_note_that_comes_with_a_delivery_is_kept_once_and_changes_nothing_else(world: World, alert: Alert) -> None:
    before = Alert.objects.values().get()
    world.told(said("seen", by="robot"), said("seen", by="robot"))
    world.told(said("seen"), said("seen again"))
    assert list(Note.objects.order_by("id").values_list("text", "by")) == [("seen", "robot"), ("seen again", "Sample")]
    assert Alert.objects.values().get() == before
    world.told(NewEvent(action=AlertAction.NOTE, fingerprint="unknown", description="nobody's"))
    assert Alert.objects.count() == 1


def test_the_screen_shows_whose_it_is_who_helps_and_what_was_said(alert: Alert, alice, client: Client) -> None:
    actions.assign(alert.uuid, alice, **by)
    actions.ask_person(alert.uuid, alice, **by)
    actions.note(alert.uuid, "<b>look</b> here", **by)
    actions.attach(alert.uuid, "log.txt", b"x", **by)
    client.force_login(alice)
    text = client.get(f"/alerts/{alert.uuid}").content.decode()
    for says in (
        "&lt;b&gt;look&lt;/b&gt; here",
        "log.txt",
        "Whose it is",
        "Asked to help",
        "<dd>Alice</dd>",
    ):
        assert says in text
