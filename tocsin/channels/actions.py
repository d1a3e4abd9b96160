"""Changing contacts, queueing messages. Sending them is `sending`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from tocsin.accounts.queries import person_by_login, person_ref, require
from tocsin.accounts.rules import Actor, Verb
from tocsin.channels import facts
from tocsin.channels.models import Contact, Delivery
from tocsin.channels.registry import CHANNELS
from tocsin.channels.rules import DeliveryState, Message, MessageKind, priority_of
from tocsin.channels.sending import Sender, send_due
from tocsin.core import clock, live
from tocsin.core.errors import NotFound
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
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """An address on a channel, as somebody typed it."""

    channel: str
    address: str


@transaction.atomic
def save_contacts(login: str, wanted: Sequence[NewContact], *, actor: Actor) -> list[Contact]:
    """Make these the person's contacts, in this order; others are removed. Unchanged ones write nothing.

    An administrator vouches for what they enter, so it counts as verified.
    """
    require(actor, Verb.ADMINISTER)
    person = person_by_login(login)
    parsed = dict.fromkeys((each.channel, CHANNELS.get(each.channel).parse_address(each.address)) for each in wanted)
    known = {(row.channel, row.address): row for row in Contact.objects.select_for_update().filter(person=person)}
    for place, row in known.items():
        if place not in parsed and row.removed_at is None:
            _remove(row, actor)
    return [
        _save(known.get((channel, address)), person, channel, address, position, actor, vouched=True)
        for position, (channel, address) in enumerate(parsed)
    ]


@transaction.atomic
def add_contact(login: str, wanted: NewContact, *, actor: Actor) -> Contact:
    """Add one contact, after those there are, for oneself or as an administrator."""
    person = person_by_login(login)
    own = actor.id == str(person.uuid)
    if not own:
        require(actor, Verb.ADMINISTER)
    address = CHANNELS.get(wanted.channel).parse_address(wanted.address)
    rows = list(Contact.objects.select_for_update().filter(person=person))
    known = next((row for row in rows if (row.channel, row.address) == (wanted.channel, address)), None)
    position = max((row.position for row in rows if row.removed_at is None), default=-1) + 1
    return _save(known, person, wanted.channel, address, position, actor, vouched=not own)


@transaction.atomic
def remove_contact(contact_uuid: UUID, *, actor: Actor) -> None:
    """Stop reaching somebody there; messages on their way to it are dropped."""
    row = Contact.objects.select_for_update(of=("self",)).select_related("person").filter(uuid=contact_uuid).first()
    if row is None or row.removed_at is not None:
        raise NotFound("There is no such contact.")
    if actor.id != str(row.person.uuid):
        require(actor, Verb.ADMINISTER)
    _remove(row, actor)


def _save(
    row: Contact | None, person: Person, channel: str, address: str, position: int, actor: Actor, *, vouched: bool
) -> Contact:
    if row is not None and row.removed_at is None and row.position == position:
        return row
    fresh = row is None or row.removed_at is not None
    row = row or Contact(person=person, channel=channel, address=address)
    row.position, row.removed_at = position, None
    if fresh:
        row.verified_at = clock.now() if vouched else None
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
