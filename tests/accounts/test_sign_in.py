"""The sign-in screens, through the whole stack of middleware."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tocsin.accounts import actions, views
from tocsin.accounts.rules import SYSTEM
from tocsin.accounts.throttle import Throttle
from tocsin.journal.queries import latest_facts

if TYPE_CHECKING:
    from tocsin.accounts.models import Person

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "THROTTLE", Throttle(limit=3, window_s=60))
    monkeypatch.setattr(views, "ADDRESSES", Throttle(limit=6, window_s=60))


@pytest.fixture
def known(alice: Person) -> Person:
    actions.set_password("alice", PASSWORD, actor=SYSTEM)
    alice.refresh_from_db()
    return alice


def test_password_signs_in_and_is_recorded(client: Client, known: Person) -> None:
    response = client.post("/sign-in?next=/alerts", {"login": "alice", "password": PASSWORD, "next": "/alerts"})
    assert (response.status_code, response["Location"]) == (302, "/alerts")
    assert latest_facts(limit=1)[0].kind == "accounts.signed_in"


def test_wrong_password_and_unknown_login_are_told_alike(client: Client, known: Person) -> None:
    wrong = client.post("/sign-in", {"login": "alice", "password": "not this one"})
    unknown = client.post("/sign-in", {"login": "nobody", "password": "not this one"})
    assert wrong.status_code == unknown.status_code == 422
    assert b"No active account has this login and password" in wrong.content
    assert b"No active account has this login and password" in unknown.content


def test_guessing_is_slowed_down_but_others_are_not_locked_out(client: Client, known: Person) -> None:
    for _ in range(3):
        client.post("/sign-in", {"login": "alice", "password": "guess"})
    assert client.post("/sign-in", {"login": "alice", "password": PASSWORD}).status_code == 429
    elsewhere = client.post(
        "/sign-in", {"login": "alice", "password": PASSWORD}, headers={"x-forwarded-for": "192.0.2.7"}
    )
    assert elsewhere.status_code == 302


def test_one_password_tried_on_many_accounts_is_slowed_down(client: Client, known: Person) -> None:
    for number in range(6):
        client.post("/sign-in", {"login": f"person-{number}", "password": "Winter2026"})
    assert client.post("/sign-in", {"login": "person-7", "password": "Winter2026"}).status_code == 429


def test_people_behind_one_address_who_know_their_passwords_do_not_lock_each_other_out(known: Person) -> None:
    for _ in range(7):
        assert Client().post("/sign-in", {"login": "alice", "password": PASSWORD}).status_code == 302


def test_knowing_one_password_does_not_buy_guesses_at_others(known: Person) -> None:
    for number in range(6):
        Client().post("/sign-in", {"login": "alice", "password": PASSWORD})
        Client().post("/sign-in", {"login": f"person-{number}", "password": "Winter2026"})
    assert Client().post("/sign-in", {"login": "alice", "password": PASSWORD}).status_code == 429


def test_next_never_leads_to_another_site(client: Client, known: Person) -> None:
    response = client.post("/sign-in", {"login": "alice", "password": PASSWORD, "next": "https://elsewhere.invalid/"})
    assert response["Location"] == "/"


def test_opening_a_sign_in_link_uses_nothing_up(client: Client, known: Person) -> None:
    path = "/sign-in/" + actions.issue_sign_in_link("alice", actor=SYSTEM).rpartition("/")[2]
    assert client.get(path).status_code == 200
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 302
    assert client.post(path).status_code == 403


def test_live_changes_are_for_the_signed_in(client: Client, known: Person) -> None:
    assert client.get("/live/permit").status_code == 401
    client.force_login(known)
    assert client.get("/live/permit").status_code == 204


def test_screens_speak_the_readers_language(client: Client, known: Person) -> None:
    answer = client.get("/sign-in", headers={"accept-language": "pl"})
    assert answer["Content-Language"] == "pl"
    assert b'lang="pl"' in answer.content


def test_every_answer_carries_the_security_headers(client: Client, known: Person) -> None:
    for path in ("/sign-in", "/live/permit", "/nowhere"):
        answer = client.get(path)
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
