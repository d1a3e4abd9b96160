"""A page by e-mail, with nothing replaced: an alert comes in, a mail server takes the mail, its link answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.test import Client

from tests.channels.conftest import configure, mailbox  # noqa: F401  # the mail server of the channels' tests
from tests.incidents import world
from tests.incidents.test_whole_flow import _event, _hand_in, _until, token  # noqa: F401  # the same way in
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts.digest import Digest
from tocsin.alerts.rules import AlertAction
from tocsin.channels.actions import NewContact, save_contacts, send_due
from tocsin.channels.models import Delivery as Message
from tocsin.incidents import queries
from tocsin.incidents.rules import IncidentState
from tocsin.main import wiring

if TYPE_CHECKING:
    from email.message import EmailMessage

    from tests.channels.servers import Mailbox
    from tests.conftest import Clock, Database


@pytest.fixture
def mail(fresh_database: Database, token: str, mailbox: Mailbox, clock: Clock) -> EmailMessage:  # noqa: F811  # fixtures
    """What Alice, whom nothing but e-mail reaches, gets when the switch fails."""
    wiring.plug()
    save_contacts("alice", [NewContact(channel="email", address="alice@sample.invalid")], actor=SYSTEM)
    digest = Digest(owner="test")
    _hand_in(fresh_database, token, [_event(world.SWITCH, AlertAction.FIRE)])
    digest.run_once()
    clock.forward(seconds=9)
    _until(digest, Message.objects.filter(kind="page").exists)
    send_due("test")
    (got,) = mailbox.mails
    return got


def _link(mail: EmailMessage) -> str:
    """The path of the link in the mail, the same in both of its parts."""
    plain, html = (part.get_content() for part in mail.iter_parts())
    found = re.search(r"https?://\S+/p/\S+", plain)
    assert found is not None
    assert f'href="{found[0]}"' in html
    return urlsplit(found[0]).path


def _state() -> IncidentState:
    world.engine()
    return queries.incident_by_key(SYSTEM, "INC-1").state


def test_mail_says_what_failed_and_whom_it_is_for(mail: EmailMessage) -> None:
    assert mail["to"] == "alice@sample.invalid"
    assert mail["subject"].startswith(f"INC-1 · {world.SWITCH}")


def test_looking_at_the_link_of_a_mail_answers_nothing(mail: EmailMessage, mailbox: Mailbox, clock: Clock) -> None:  # noqa: F811  # the fixture
    path, browser = _link(mail), Client()
    for look in (browser.get, browser.head, browser.get):  # programs that check mails look too
        assert look(path).status_code == 200
    assert _state() is IncidentState.TRIGGERED
    clock.forward(minutes=6)
    world.engine()
    assert Message.objects.filter(kind="page", contact__address="ann").exists(), "the next on the ladder is called"


def test_button_behind_the_link_of_a_mail_answers_as_its_reader(mail: EmailMessage, clock: Clock) -> None:
    answered = Client().post(_link(mail))
    assert answered.status_code == 200
    assert _state() is IncidentState.ACKNOWLEDGED
    row = queries.incident_by_key(SYSTEM, "INC-1")
    assert row.assignee is not None
    assert row.assignee.login == "alice"
    clock.forward(minutes=30)
    world.engine()
    assert Message.objects.filter(kind="page").count() == 1
