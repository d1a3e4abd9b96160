"""E-mail through a real SMTP server: what the mail says of itself, and which answers are final."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from tests.channels.test_conformance import MESSAGE, NOW
from tocsin.accounts.queries import keyring
from tocsin.channels.adapters import email
from tocsin.channels.adapters.email import EmailChannel, compose
from tocsin.channels.ports import ChannelError, Setup
from tocsin.channels.rules import MessageKind, Outgoing
from tocsin.core.ids import uuid7

if TYPE_CHECKING:
    from tests.channels.servers import Mailbox


def outgoing(kind: MessageKind = MessageKind.PAGE, key: str = "page:1") -> Outgoing:
    return Outgoing(
        key=key,
        kind=kind,
        address="anna@example.com",
        contact=uuid7(),
        message=MESSAGE,
        thread="incident:1",
        queued_at=NOW,
        now=NOW,
    )


def send(message: Outgoing) -> None:
    EmailChannel().send(message, Setup(config=settings.CONFIG, keyring=keyring()))


def test_mail_arrives_as_text_and_html(mailbox: Mailbox) -> None:
    send(outgoing())
    (mail,) = mailbox.mails
    assert mail["subject"] == "INC-12 · core-sw-waw-02: uplink lost"
    assert (mail["to"], mail["from"]) == ("anna@example.com", "tocsin@ops.example.com")
    plain, html = mail.iter_parts()
    assert "Potwierdzam: https://ops.example.com/p/abc" in plain.get_content()
    assert "&lt;b&gt;markup&lt;/b&gt;" in html.get_content()
    assert '<a href="https://ops.example.com/p/abc">Potwierdzam</a>' in html.get_content()


def test_pages_are_marked_urgent_and_machines_made_them(mailbox: Mailbox) -> None:
    send(outgoing())
    send(outgoing(MessageKind.NOTICE, key="other"))
    page, notice = mailbox.mails
    assert (page["importance"], notice["importance"]) == ("high", None)
    assert page["auto-submitted"] == "auto-generated"


def test_messages_about_one_subject_form_a_thread(mailbox: Mailbox) -> None:
    send(outgoing())
    send(outgoing(MessageKind.UPDATE, key="other"))
    first, second = mailbox.mails
    assert first["message-id"] != second["message-id"]
    assert first["references"] == second["references"]


@pytest.mark.parametrize(
    ("answer", "permanent", "uncertain"),
    [
        ("550 no such mailbox", True, False),
        ("451 try again later", False, False),
        ("hang up", False, True),
    ],
)
def test_answer_decides_whether_to_try_again(
    mailbox: Mailbox,
    answer: str,
    permanent: bool,
    uncertain: bool,  # parameters of a table
) -> None:
    mailbox.answers.append(answer)
    with pytest.raises(ChannelError) as failure:
        send(outgoing())
    assert (failure.value.permanent, failure.value.uncertain) == (permanent, uncertain)


def test_server_that_is_slow_at_each_part_is_left_before_anybody_else_sends(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email, "TIMEOUT_S", 1)
    mailbox.slow_s = 0.7
    with pytest.raises(ChannelError):
        send(outgoing())
    assert mailbox.mails == []


def test_nothing_typed_into_a_title_becomes_a_header() -> None:
    mail = compose(outgoing(), "tocsin@ops.example.com")
    assert "\n" not in str(mail["subject"])


def test_no_mail_server_is_a_trouble_that_says_what_to_set() -> None:
    assert "TOCSIN_SMTP_URL" in EmailChannel().trouble(Setup(config=settings.CONFIG, keyring=keyring()))
