"""What every channel must do, walked over the registry: a new one is tested by being there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from tocsin.accounts.queries import keyring
from tocsin.channels.ports import Channel, ChannelError, Setup
from tocsin.channels.registry import CHANNELS
from tocsin.channels.rules import Capability, Message, MessageKind, Outgoing
from tocsin.core.errors import InvalidInput
from tocsin.core.ids import uuid7

if TYPE_CHECKING:
    from tests.channels.servers import Mailbox, Receiver

NOW = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)
TEXT = "Łącze zerwane; it touches 213 services.\n\nSecond part with <b>markup</b> & “quotes”."
MESSAGE = Message(
    title="INC-12 · core-sw-waw-02:\r\nuplink lost",
    text=TEXT,
    link="https://ops.example.com/p/abc",
    label="Potwierdzam",
    language="pl",
)


@pytest.fixture(params=[channel.kind for channel in CHANNELS])
def channel(request: pytest.FixtureRequest) -> Channel:
    return CHANNELS.get(request.param)


@pytest.fixture
def setup(mailbox: Mailbox, receiver: Receiver) -> Setup:
    """An installation in which every channel works."""
    return Setup(config=settings.CONFIG, keyring=keyring())


@pytest.fixture
def arrived(mailbox: Mailbox, receiver: Receiver) -> Callable[[], str]:
    """Everything that any of the channels has carried, as text."""

    def read() -> str:
        mails = [f"{mail['subject']} {part.get_content()}" for mail in mailbox.mails for part in mail.iter_parts()]
        bodies = [json.dumps(json.loads(each.body), ensure_ascii=False) for each in receiver.requests]
        path = Path(settings.CONFIG.pages_path)
        return " ".join([*mails, *bodies, path.read_text() if path.exists() else ""])

    return read


def outgoing(channel: Channel, receiver: Receiver, **changes: Any) -> Outgoing:
    addresses = {"webhook": receiver.url, "email": "anna@sample.example.com"}
    message = Outgoing(
        key="page:1",
        kind=MessageKind.PAGE,
        address=addresses.get(channel.kind, channel.field.example),
        contact=uuid7(),
        message=MESSAGE,
        thread="incidents.incident:1",
        queued_at=NOW,
        now=NOW,
    )
    return replace(message, **changes)


def test_describes_itself(channel: Channel) -> None:
    assert channel.kind.isidentifier()
    assert channel.kind == channel.kind.lower()
    assert channel.label
    assert channel.field.label
    assert channel.field.help.endswith(".")


def test_takes_its_own_example_in_one_true_spelling(channel: Channel) -> None:
    once = channel.parse_address(f"  {channel.field.example} ")
    assert channel.parse_address(once) == once


@pytest.mark.parametrize("text", ["", " ", "a\nb", "a\x00b", "x" * 5000])
def test_refuses_what_is_no_address(channel: Channel, text: str) -> None:
    with pytest.raises(InvalidInput):
        channel.parse_address(text)


def test_names_no_trouble_where_it_works(channel: Channel, setup: Setup) -> None:
    assert channel.trouble(setup) == ""


def test_carries_title_text_and_link(
    channel: Channel, setup: Setup, receiver: Receiver, arrived: Callable[[], str]
) -> None:
    channel.send(outgoing(channel, receiver), setup)
    for part in ("uplink lost", "Łącze zerwane", "213 services", "https://ops.example.com/p/abc", "Potwierdzam"):
        assert part in arrived()


def test_repeat_can_be_told_by_its_key(channel: Channel, setup: Setup, receiver: Receiver, mailbox: Mailbox) -> None:
    if Capability.REPEATABLE not in channel.capabilities:
        return
    for _ in range(2):
        channel.send(outgoing(channel, receiver), setup)
    channel.send(outgoing(channel, receiver, key="page:2"), setup)
    keys = [mail["message-id"] for mail in mailbox.mails]
    keys += [each.headers["webhook-id"] for each in receiver.requests]
    if settings.CONFIG.pages_path.exists():
        keys += [json.loads(line)["key"] for line in settings.CONFIG.pages_path.read_text().splitlines()]
    assert len(keys) == 3
    assert keys[0] == keys[1] != keys[2]


def test_failure_is_a_channel_error_that_may_pass(
    channel: Channel, setup: Setup, receiver: Receiver, tmp_path: Path
) -> None:
    nowhere = replace(setup.config, smtp_url="smtp://127.0.0.1:1", pages_file=str(tmp_path), allowed_targets="::/0,0/0")
    broken = outgoing(channel, receiver)
    if channel.kind == "webhook":
        broken = replace(broken, address="http://no-such-host.invalid/")
        nowhere = setup.config
    with pytest.raises(ChannelError) as failure:
        channel.send(broken, Setup(config=nowhere, keyring=setup.keyring))
    assert not failure.value.permanent
    assert str(failure.value)
