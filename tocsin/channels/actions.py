"""Changing contacts, queueing messages. Sending them is `sending`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tocsin.accounts.queries import keyring, language_of, person_by_login, person_ref, require
from tocsin.accounts.rules import Actor, Verb
from tocsin.channels import facts
from tocsin.channels.models import Contact, Delivery
from tocsin.channels.ports import Setup
from tocsin.channels.queries import CONTACT, visible_contact
from tocsin.channels.registry import CHANNELS
from tocsin.channels.rules import DeliveryState, Message, MessageKind, priority_of
from tocsin.channels.sending import Sender, send_due
from tocsin.channels.wording import test_message
from tocsin.core import clock, live
from tocsin.core.errors import Conflict, NotFound
from tocsin.core.ids import uuid7
from tocsin.core.refs import Ref
from tocsin.journal.actions import record

if TYPE_CHECKING:
    from tocsin.accounts.models import Person

__all__ = [
    "NewContact",
    "Sender",
    "add_contact",
    "queue_delivery",
    "remove_contact",
    "save_contacts",
    "send_due",
    "send_test",
]


TEST_EVERY = timedelta(minutes=1)
TEST_VALID = timedelta(minutes=10)
"""A test that arrives later answers a question nobody asks any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """An address on a channel, as somebody typed it."""

    channel: str
    address: str


@transaction.atomic
def save_contacts(login: str, wanted: Sequence[NewContact], *, actor: Actor) -> list[Contact]:
    """Make these the person's contacts, in this order; others are removed. Unchanged ones write nothing."""
    require(actor, Verb.ADMINISTER)
    person = person_by_login(login)
    parsed = dict.fromkeys((each.channel, CHANNELS.get(each.channel).parse_address(each.address)) for each in wanted)
    known = {(row.channel, row.address): row for row in Contact.objects.select_for_update().filter(person=person)}
    for place, row in known.items():
        if place not in parsed and row.removed_at is None:
            _remove(row, actor)
    return [
        _save(known.get((channel, address)), person, channel, address, position, actor)
        for position, (channel, address) in enumerate(parsed)
    ]


@transaction.atomic
def add_contact(login: str, wanted: NewContact, *, actor: Actor) -> Contact:
    """Add one contact, after those there are, for oneself or as an administrator."""
    person = person_by_login(login)
    if actor.id != str(person.uuid):
        require(actor, Verb.ADMINISTER)
    address = CHANNELS.get(wanted.channel).parse_address(wanted.address)
    rows = list(Contact.objects.select_for_update().filter(person=person))
    known = next((row for row in rows if (row.channel, row.address) == (wanted.channel, address)), None)
    position = max((row.position for row in rows if row.removed_at is None), default=-1) + 1
    return _save(known, person, wanted.channel, address, position, actor)


@transaction.atomic
def remove_contact(contact_uuid: UUID, *, actor: Actor) -> None:
    """Stop reaching somebody there; messages on their way to it are dropped."""
    _remove(_own(contact_uuid, actor), actor)


@transaction.atomic
def send_test(contact_uuid: UUID, *, actor: Actor) -> Delivery:
    """Send a message that says no more than that it arrived; one a minute. Conflict where the channel cannot be used.

    Its delivery tells what became of it.
    """
    row = _own(contact_uuid, actor)
    trouble = CHANNELS.get(row.channel).trouble(Setup(config=settings.CONFIG, keyring=keyring()))
    if trouble:
        raise Conflict("{reason}", reason=trouble)
    about = Ref(CONTACT, row.uuid)
    lately = Delivery.objects.filter(contact=row, about_kind=CONTACT, queued_at__gt=clock.now() - TEST_EVERY)
    if lately.exists():
        raise Conflict("A test was sent there less than a minute ago: see whether it arrives.")
    fact = facts.ContactTested(person=str(row.person.uuid), channel=row.channel)
    record(fact, actor=actor, subject=person_ref(row.person))
    return queue_delivery(
        key=f"test:{uuid7()}",
        contact=row,
        kind=MessageKind.NOTICE,
        message=test_message(language_of(row.person)),
        about=about,
        lane=str(about),
        valid_for=TEST_VALID,
    )


def _own(contact_uuid: UUID, actor: Actor) -> Contact:
    """A contact of the actor's, or anybody's for administrators; locked."""
    visible_contact(actor, contact_uuid)
    row = Contact.objects.select_for_update(of=("self",)).select_related("person").filter(uuid=contact_uuid).first()
    if row is None or row.removed_at is not None:
        raise NotFound("There is no such contact.")
    return row


def _save(row: Contact | None, person: Person, channel: str, address: str, position: int, actor: Actor) -> Contact:
    if row is not None and row.removed_at is None and row.position == position:
        return row
    row = row or Contact(person=person, channel=channel, address=address)
    row.position, row.removed_at = position, None
    row.save()
    fact = facts.ContactSaved(person=str(person.uuid), channel=channel)
    record(fact, actor=actor, subject=person_ref(person))
    return row


def _remove(row: Contact, actor: Actor) -> None:
    row.removed_at = clock.now()
    row.save(update_fields=["removed_at"])
    fact = facts.ContactRemoved(person=str(row.person.uuid), channel=row.channel)
    record(fact, actor=actor, subject=person_ref(row.person))


@transaction.atomic
def queue_delivery(
    *,
    key: str,
    contact: Contact,
    kind: MessageKind,
    message: Message,
    about: Ref,
    lane: str,
    valid_for: timedelta = timedelta(hours=1),
) -> Delivery:
    """Write down one message to one contact, to be sent once this transaction commits.

    `key` is unique: asked again, the delivery there is comes back, whatever else is given. `about` is asked before
    sending whether the message is still wanted; `lane` names whose turn it takes (an incident, an alert).
    """
    now = clock.now()
    reached = Delivery.objects.filter(lane=lane, kind=MessageKind.PAGE, state=DeliveryState.SENT).exists()
    delivery, _ = Delivery.objects.get_or_create(
        key=key,
        defaults={
            "contact": contact,
            "person_id": contact.person_id,
            "channel": contact.channel,
            "kind": kind,
            "about_kind": about.kind,
            "about_id": about.id,
            "lane": lane,
            "priority": priority_of(kind, first_of_its_lane=not reached),
            "message": asdict(message),
            "valid_until": now + valid_for,
            "queued_at": now,
            "due_at": now,
        },
    )
    live.publish(["deliveries"])
    return delivery
