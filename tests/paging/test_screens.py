"""A page's signed link on the phone it woke; policies as sentences; pages that wait for an answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tocsin.accounts import actions as accounts
from tocsin.accounts.rules import SYSTEM
from tocsin.paging import actions, queries
from tocsin.paging.rules import PageState, StopReason

if TYPE_CHECKING:
    from django.test import Client

    from tests.paging.world import World
    from tocsin.accounts.models import Person
    from tocsin.paging.models import Page


@pytest.fixture
def page(world: World) -> Page:
    """A page that has woken whoever is on call."""
    page = world.open()
    world.tick()
    return page


@pytest.fixture
def path(world: World, page: Page) -> str:
    """The path of the link in the message that was sent."""
    link: str = world.lines()[0]["link"]
    return "/p/" + link.rpartition("/p/")[2]


def _state(page: Page) -> PageState:
    return queries.page_for(SYSTEM, page.uuid).state


def _text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def test_looking_at_the_link_answers_nothing(client: Client, page: Page, path: str) -> None:
    text = _text(client, path)
    assert "core-sw-waw-02" in text
    assert "INC-12" in text
    assert client.head(path).status_code == 200
    assert _state(page) is PageState.OPEN


def test_button_of_the_link_answers_without_signing_in(page: Page, path: str) -> None:
    from django.test import Client

    phone = Client(enforce_csrf_checks=True)
    answer = phone.post(path)
    assert answer.status_code == 200
    assert "You acknowledged" in answer.content.decode()
    assert _state(page) is PageState.ACKNOWLEDGED
    view = queries.page_for(SYSTEM, page.uuid)
    assert view.acknowledged_via == "link"


def test_second_press_says_that_it_is_acknowledged(client: Client, page: Page, path: str) -> None:
    client.post(path)
    before = queries.page_for(SYSTEM, page.uuid).acknowledged_at
    assert "You acknowledged" in client.post(path).content.decode()
    assert queries.page_for(SYSTEM, page.uuid).acknowledged_at == before


def test_link_names_the_colleague_who_answered_first(client: Client, world: World, page: Page, path: str) -> None:
    actions.acknowledge_page(page.uuid, actor=world.actor("dora"), via="screen")
    text = _text(client, path)
    assert "Dora Sample acknowledged" in text
    assert "<form" not in text


def test_link_of_a_stopped_page_says_why_nobody_is_needed(client: Client, page: Page, path: str) -> None:
    from tocsin.core.refs import Ref

    actions.stop_for(Ref(page.subject_kind, page.subject_id), reason=StopReason.RESOLVED, actor=SYSTEM)
    text = _text(client, path)
    assert "Nobody needs to answer any more." in text
    assert "It is resolved." in text
    assert client.post(path).status_code == 200
    assert _state(page) is PageState.STOPPED


@pytest.mark.parametrize("change", [lambda path: path[:-1], lambda path: path[:-1] + "!", lambda path: "/p/x"])
def test_broken_link_says_what_to_do(client: Client, page: Page, path: str, change: Any) -> None:
    assert "This link does not work" in _text(client, change(path), status=404)
    assert client.post(change(path)).status_code == 404
    assert _state(page) is PageState.OPEN


def test_link_of_somebody_who_left_does_not_work(
    client: Client, world: World, page: Page, path: str, on_call: str
) -> None:
    accounts.deactivate_person(on_call, actor=SYSTEM)
    _text(client, path, status=404)


def test_link_speaks_the_language_of_the_person_it_was_sent_to(
    client: Client, world: World, path: str, on_call: str
) -> None:
    person = world.people[on_call]
    accounts.set_preferences(person.id, language="pl", zone="Europe/Warsaw", theme="", actor=SYSTEM)
    answer = client.get(path, headers={"accept-language": "en"})
    assert answer["Content-Language"] == "pl"
    assert 'lang="pl"' in answer.content.decode()
    assert "Potwierdzam" in answer.content.decode()


def test_link_is_small_and_has_no_script(client: Client, path: str) -> None:
    answer = client.get(path)
    assert b"<script" not in answer.content
    assert len(answer.content) < 10_000
    assert answer["Cache-Control"].startswith(("max-age=0", "no-store", "private"))


def test_policy_reads_as_a_sentence(client: Client, world: World) -> None:
    client.force_login(world.people["anna"])
    text = _text(client, "/escalation")
    assert "At once: whoever is on call in" in text
    assert "After 5 min without an answer: Carol Sample" in text
    assert "all of it once more" in text


def test_pages_that_wait_are_shown_with_who_is_next(client: Client, world: World, page: Page) -> None:
    client.force_login(world.people["anna"])
    text = _text(client, "/pages/unanswered")
    assert "1 page waits for an answer" in text
    assert "Carol Sample" in text


def test_page_is_answered_on_the_screen(client: Client, world: World, page: Page) -> None:
    client.force_login(world.people["carol"])
    assert client.post(f"/pages/{page.uuid}/acknowledge").status_code == 302
    assert queries.page_for(SYSTEM, page.uuid).acknowledged_via == "screen"
    assert "waits for an answer" not in _text(client, "/pages/unanswered")


def test_viewer_sees_pages_but_gets_no_button(client: Client, world: World, page: Page, bob_looks: Person) -> None:
    client.force_login(bob_looks)
    text = _text(client, "/pages/unanswered")
    assert "1 page waits for an answer" in text
    assert "<form" not in text
    assert client.post(f"/pages/{page.uuid}/acknowledge").status_code == 403


def test_guest_finds_no_page(client: Client, world: World, page: Page) -> None:
    from tocsin.accounts.rules import Role

    guest = accounts.save_person(accounts.PersonDetails(login="charlie", name="Charlie", role=Role.GUEST), actor=SYSTEM)
    client.force_login(guest)
    assert "waits for an answer" not in _text(client, "/pages/unanswered")
    assert "No policy yet" in _text(client, "/escalation")


@pytest.fixture
def bob_looks(world: World) -> Person:
    """A viewer whom nobody pages."""
    from tocsin.accounts.rules import Role

    return accounts.save_person(accounts.PersonDetails(login="viewer", name="Vera", role=Role.VIEWER), actor=SYSTEM)


def test_every_fact_of_paging_can_be_put_into_words(world: World, page: Page, clock: Any) -> None:
    from tocsin.core.refs import Ref
    from tocsin.journal.queries import facts_about
    from tocsin.paging.wording import FACTS

    actions.acknowledge_page(page.uuid, actor=world.actor("dora"), via="screen")
    said = [FACTS[fact.kind](fact) for fact in reversed(facts_about([Ref("paging.page", page.uuid)]))]
    assert said[:2] == ["Page opened to team network.", "Step 1, round 1: 1 person paged."]
    assert said[2].startswith("Page acknowledged on the screen, after ")
    assert json.dumps(said)
