"""Webhooks to a real HTTP server: the signature as Standard Webhooks has it, and which answers are final."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.conf import settings

from tests.channels.test_conformance import MESSAGE, NOW
from tocsin.accounts.queries import keyring
from tocsin.accounts.rules import SYSTEM
from tocsin.channels.actions import NewContact, save_contacts
from tocsin.channels.adapters.webhook import WebhookChannel
from tocsin.channels.ports import ChannelError, Setup
from tocsin.channels.queries import contact_secret
from tocsin.channels.rules import MessageKind, Outgoing
from tocsin.channels.signing import webhook_headers, webhook_secrets
from tocsin.core.errors import NotFound
from tocsin.core.ids import uuid7
from tocsin.core.keyring import Keyring, RootKey

if TYPE_CHECKING:
    from tests.channels.servers import Receiver
    from tocsin.accounts.models import Person

CONTACT = UUID(int=7)


def send(url: str, contact: UUID = CONTACT) -> None:
    message = Outgoing(
        key="page:1",
        kind=MessageKind.PAGE,
        address=url,
        contact=contact,
        message=MESSAGE,
        thread="incident:1",
        queued_at=NOW,
        now=NOW,
    )
    WebhookChannel().send(message, Setup(config=settings.CONFIG, keyring=keyring()))


def test_receiver_verifies_with_the_secret_it_was_shown(receiver: Receiver, anna: Person) -> None:
    (contact,) = save_contacts("anna", [NewContact(channel="webhook", address=receiver.url)], actor=SYSTEM)
    send(receiver.url, contact.uuid)
    (request,) = receiver.requests
    secret = base64.b64decode(contact_secret(SYSTEM, contact.uuid).removeprefix("whsec_"))
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    wanted = "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert request.headers["webhook-signature"] == wanted
    assert int(request.headers["webhook-timestamp"]) == int(NOW.timestamp())
    assert json.loads(request.body)["type"] == "tocsin.page"


def test_signature_is_the_one_of_the_published_example() -> None:
    """The test vector of the specification's reference libraries."""
    from datetime import UTC, datetime

    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, tz=UTC)
    headers = webhook_headers(key="msg_p5jXN8AQM9LWM0D4loKWxJek", body=b'{"test": 2432232314}', at=at, secrets=[secret])
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_rotating_the_ring_signs_by_both_keys_meanwhile() -> None:
    old = RootKey("old", b"o" * 32)
    before = webhook_secrets(Keyring((old,)), CONTACT)
    during = webhook_secrets(Keyring((RootKey("new", b"n" * 32), old)), CONTACT)
    assert during[1:] == before
    assert len(webhook_headers(key="k", body=b"", at=NOW, secrets=during)["webhook-signature"].split()) == 2


def test_each_contact_has_a_secret_of_its_own_that_others_may_not_see(receiver: Receiver, anna: Person) -> None:
    from tocsin.accounts.actions import PersonDetails, save_person
    from tocsin.accounts.queries import actor_for_person

    (contact,) = save_contacts("anna", [NewContact(channel="webhook", address=receiver.url)], actor=SYSTEM)
    bob = save_person(PersonDetails(login="bob", name="Bob Sample"), actor=SYSTEM)
    assert webhook_secrets(keyring(), contact.uuid) != webhook_secrets(keyring(), uuid7())
    with pytest.raises(NotFound):
        contact_secret(actor_for_person(bob), contact.uuid)


@pytest.mark.parametrize(
    ("status", "permanent"), [(400, True), (404, True), (410, True), (429, False), (500, False), (503, False)]
)
def test_status_decides_whether_to_try_again(
    receiver: Receiver,
    status: int,
    permanent: bool,  # parameters of a table
) -> None:
    receiver.answers.append(status)
    with pytest.raises(ChannelError, match=str(status)) as failure:
        send(receiver.url)
    assert failure.value.permanent is permanent
    assert not failure.value.uncertain


def test_address_inside_the_network_is_refused_for_good(receiver: Receiver, configure: Callable[..., Any]) -> None:
    configure(allowed_targets="")
    with pytest.raises(ChannelError, match="TOCSIN_ALLOWED_TARGETS") as failure:
        send(receiver.url)
    assert failure.value.permanent
    assert receiver.requests == []
