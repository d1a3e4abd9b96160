"""People say on the screen, or on the command line, where they are reached, and see what arrived."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from tocsin.accounts.rules import SYSTEM
from tocsin.channels.actions import NewContact, add_contact, send_due
from tocsin.channels.cli import contact as commands
from tocsin.channels.models import Contact

if TYPE_CHECKING:
    from django.test import Client

    from tocsin.accounts.models import Person

HOOK = NewContact(channel="webhook", address="https://example.com/hook")


@pytest.fixture
def annas(client: Client, anna: Person) -> Client:
    """Anna's browser."""
    client.force_login(anna)
    return client


def _text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_somebody_without_contacts_is_told_that_no_page_reaches_them(annas: Client) -> None:
    assert "No page can reach you." in _text(annas, "/contacts")


def test_contact_is_added_tested_and_removed(annas: Client, configure: Callable[..., Any]) -> None:
    added = annas.post("/contacts", {"channel": "file", "address": "anna"}, follow=True)
    (row,) = Contact.objects.all()
    assert added.redirect_chain == [(f"/contacts/{row.uuid}", 302)]
    annas.post(f"/contacts/{row.uuid}/test")
    assert "on its way" in _text(annas, f"/contacts/{row.uuid}")
    send_due("node")
    shown = _text(annas, f"/contacts/{row.uuid}")
    assert "Test message" in shown
    assert "it was accepted" in shown
    assert json.loads(configure().pages_path.read_text())["to"] == "anna"
    annas.post(f"/contacts/{row.uuid}/remove")
    assert annas.get(f"/contacts/{row.uuid}").status_code == 404


def test_wrong_address_is_refused_beside_its_field(annas: Client) -> None:
    answer = annas.post("/contacts", {"channel": "email", "address": "anna"})
    assert answer.status_code == 422
    assert "is not an e-mail address" in answer.content.decode()
    assert not Contact.objects.exists()


def test_secret_is_shown_to_its_owner_and_to_nobody_else(annas: Client, client: Client, bob: Person) -> None:
    row = add_contact("anna", HOOK, actor=SYSTEM)
    assert "whsec_" in _text(annas, f"/contacts/{row.uuid}")
    client.force_login(bob)
    assert client.get(f"/contacts/{row.uuid}").status_code == 404


def test_channel_that_cannot_be_used_says_why(annas: Client) -> None:
    add_contact("anna", NewContact(channel="email", address="anna@sample.invalid"), actor=SYSTEM)
    shown = _text(annas, "/contacts")
    assert "cannot be used" in shown
    assert "TOCSIN_SMTP_URL" in shown


def _ran(*arguments: str) -> str:
    done = CliRunner().invoke(commands, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output.strip()


def test_command_line_does_the_same_for_oneself_and_for_others(anna: Person, configure: Callable[..., Any]) -> None:
    own = _ran("add", "file", "anna", "--as", "anna")
    hook = _ran("add", "webhook", "https://example.com/hook", "--of", "anna")
    assert [row["id"] for row in json.loads(_ran("list", "--as", "anna", "--json"))] == [own, hook]
    _ran("test", own, "--as", "anna")
    send_due("node")
    assert [row["state"] for row in json.loads(_ran("messages", own, "--json"))] == ["sent"]
    assert _ran("secret", hook, "--as", "anna").startswith("whsec_")
    _ran("remove", own, "--as", "anna")
    assert [row["id"] for row in json.loads(_ran("list", "--of", "anna", "--json"))] == [hook]
