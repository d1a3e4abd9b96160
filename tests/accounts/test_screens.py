"""People, keys, the rail and what it remembers, through the whole stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tocsin.accounts.actions import issue_key
from tocsin.accounts.queries import actor_for_token, team_by_key
from tocsin.accounts.rules import SYSTEM, KeyScope

if TYPE_CHECKING:
    from django.test import Client

    from tocsin.accounts.models import Person

pytestmark = pytest.mark.django_db


def _text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def test_people_and_teams_are_listed_as_far_as_the_reader_may_see(
    client: Client, cast: dict[str, Person], bob: Person, charlie: Person
) -> None:
    client.force_login(bob)
    text = _text(client, "/people")
    assert "alice@sample.invalid" in text
    assert "Responder" in text
    client.force_login(charlie)
    assert "alice@sample.invalid" not in _text(client, "/people")


def test_key_is_revoked_by_its_team_and_stops(client: Client, alice: Person) -> None:
    key, token = issue_key(name="noc", scope=KeyScope.READ, team=team_by_key("network"), actor=SYSTEM)
    client.force_login(alice)
    assert key.prefix in _text(client, "/keys")
    assert client.post(f"/keys/{key.uuid}/revoke").status_code == 302
    assert actor_for_token(token) is None
    text = _text(client, "/keys")
    assert "Revoked" in text
    assert "Revoke now" not in text


def test_key_of_nobodys_team_is_not_revoked_by_a_responder_or_viewer(
    client: Client, alice: Person, bob: Person
) -> None:
    key, _ = issue_key(name="noc", scope=KeyScope.READ, actor=SYSTEM)
    for person in (alice, bob):
        client.force_login(person)
        assert "Revoke now" not in _text(client, "/keys")
        assert client.post(f"/keys/{key.uuid}/revoke").status_code == 403


def test_guest_sees_no_keys(client: Client, charlie: Person) -> None:
    issue_key(name="noc", scope=KeyScope.READ, actor=SYSTEM)
    client.force_login(charlie)
    assert "No keys yet" in _text(client, "/keys")


def test_choice_of_language_and_theme_follows_the_person(client: Client, bob: Person) -> None:
    client.force_login(bob)
    client.post("/ui/language", {"language": "pl", "next": "/people"})
    client.post("/ui/theme", {"theme": "dark", "next": "/people"})
    bob.refresh_from_db()
    assert (bob.language, bob.theme) == ("pl", "dark")
    text = _text(client, "/people")
    assert 'lang="pl"' in text
    assert 'data-theme="dark"' in text


def test_rail_leads_to_every_screen_it_names(client: Client, alice: Person) -> None:
    from django.test import RequestFactory

    from tocsin.main.navigation import navigation

    client.force_login(alice)
    request = RequestFactory().get("/")
    request.user = alice
    links = [link for group in navigation(request).groups for link in group.links]
    assert len(links) >= 7
    assert len({link.go for link in links}) == len(links)
    for link in links:
        assert client.get(link.url).status_code == 200, link.url


def test_search_finds_services_and_people(client: Client, alice: Person) -> None:
    from tocsin.assets.actions import ServiceDetails, save_services

    save_services([ServiceDetails(key="bobsled-01", name="Bobsled")], actor=SYSTEM)
    client.force_login(alice)
    text = _text(client, "/search?q=bob")
    assert "/services/bobsled-01" in text
    assert "<code>bob</code>" in text
    assert "Nothing found" in _text(client, "/search?q=zzz")
    assert _text(client, "/search")
