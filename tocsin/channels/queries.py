"""Reading contacts and deliveries."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext

from tocsin.accounts.queries import keyring, person_by_uuid, require
from tocsin.accounts.rules import Actor, ActorKind, Verb, may
from tocsin.channels.models import Contact, Delivery
from tocsin.channels.ports import Setup
from tocsin.channels.registry import CHANNELS
from tocsin.channels.rules import Capability
from tocsin.channels.signing import webhook_secrets
from tocsin.core.errors import InvalidInput, NotFound
from tocsin.core.refs import Ref

if TYPE_CHECKING:
    from tocsin.accounts.models import Person

CONTACT = "channels.contact"
"""The kind of Ref that a test message is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelInfo:
    """A channel as forms and the reference show it; `trouble` is "" where it can be used."""

    kind: str
    label: str
    address_label: str
    address_help: str
    address_example: str
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """What became of one message: its state and the reason, tries, and when it was queued and finished."""

    uuid: UUID
    kind: str
    about: Ref
    title: str
    state: str
    reason: str
    error: str
    tries: int
    queued_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """Where somebody is reached; `trouble` says why nothing arrives there ("" for nothing), `last` is the newest
    message there."""

    uuid: UUID
    channel: str
    address: str
    trouble: str
    is_signed: bool
    last: DeliveryView | None


def channels() -> list[ChannelInfo]:
    """Every channel of this installation, and what keeps it from working."""
    setup = Setup(config=settings.CONFIG, keyring=keyring())
    return [
        ChannelInfo(
            kind=channel.kind,
            label=channel.label,
            address_label=channel.field.label,
            address_help=channel.field.help,
            address_example=channel.field.example,
            trouble=channel.trouble(setup),
        )
        for channel in CHANNELS
    ]


def usable_contacts(person_ids: Iterable[int]) -> dict[int, list[Contact]]:
    """For the engine: each person's contacts on channels that can be used, best first; nobody without any is in it."""
    setup = Setup(config=settings.CONFIG, keyring=keyring())
    usable = {channel.kind for channel in CHANNELS if not channel.trouble(setup)}
    found = {person: [row for row in rows if row.channel in usable] for person, rows in contacts_by(person_ids).items()}
    return {person: rows for person, rows in found.items() if rows}


def contacts_by(person_ids: Iterable[int]) -> dict[int, list[Contact]]:
    """For the engine and the company file: each person's contacts, best first, whether they can be used or not."""
    rows = Contact.objects.filter(person_id__in=list(person_ids), removed_at__isnull=True)
    found: dict[int, list[Contact]] = {}
    for row in rows.order_by("person_id", "position", "id"):
        found.setdefault(row.person_id, []).append(row)
    return found


def owner(actor: Actor) -> Person:
    """The person an actor is: only people are reached anywhere."""
    if actor.kind is not ActorKind.PERSON:
        raise InvalidInput("Say whose contacts are meant: a program has none of its own.")
    return person_by_uuid(actor.id)


def contacts_of(actor: Actor, person: Person) -> list[ContactView]:
    """A person's contacts, for themselves and for administrators: addresses are personal."""
    if actor.id != str(person.uuid):
        require(actor, Verb.ADMINISTER)
    setup = Setup(config=settings.CONFIG, keyring=keyring())
    rows = Contact.objects.filter(person=person, removed_at__isnull=True).order_by("position", "id")
    return [_contact(row, setup) for row in rows]


def visible_contact(actor: Actor, contact_uuid: UUID) -> ContactView:
    """One contact of the actor's own, or anybody's for administrators; to others it is not there."""
    row = Contact.objects.select_related("person").filter(uuid=contact_uuid, removed_at__isnull=True).first()
    if row is None or not (actor.id == str(row.person.uuid) or may(actor, Verb.ADMINISTER)):
        raise NotFound("There is no such contact.")
    return _contact(row, Setup(config=settings.CONFIG, keyring=keyring()))


def contact_secret(actor: Actor, contact_uuid: UUID) -> str:
    """What the receiver of a signed contact verifies signatures with ("whsec_…")."""
    contact = visible_contact(actor, contact_uuid)
    if not contact.is_signed:
        raise NotFound("Messages by this channel are not signed, so there is no secret.")
    return "whsec_" + base64.b64encode(webhook_secrets(keyring(), contact.uuid)[0]).decode()


def deliveries_to(actor: Actor, contact_uuid: UUID, *, limit: int = 50) -> list[DeliveryView]:
    """The messages to a contact, newest first."""
    contact = visible_contact(actor, contact_uuid)
    return [_view(row) for row in Delivery.objects.filter(contact__uuid=contact.uuid).order_by("-id")[:limit]]


def _contact(row: Contact, setup: Setup) -> ContactView:
    channel = CHANNELS.get(row.channel) if row.channel in CHANNELS else None
    last = row.deliveries.order_by("-id").first()
    return ContactView(
        uuid=row.uuid,
        channel=row.channel,
        address=row.address,
        trouble=channel.trouble(setup) if channel else gettext("This channel is not installed any more."),
        is_signed=channel is not None and Capability.SIGNED in channel.capabilities,
        last=_view(last) if last else None,
    )


def _view(row: Delivery) -> DeliveryView:
    return DeliveryView(
        uuid=row.uuid,
        kind=row.kind,
        about=Ref(row.about_kind, row.about_id),
        title=row.message["title"],
        state=row.state,
        reason=row.reason,
        error=row.last_error,
        tries=row.tries,
        queued_at=row.queued_at,
        finished_at=row.finished_at,
    )
