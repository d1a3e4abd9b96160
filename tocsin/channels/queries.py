"""Reading contacts and deliveries."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from tocsin.accounts.queries import keyring, require
from tocsin.accounts.rules import Actor, Verb
from tocsin.channels.models import Contact, Delivery
from tocsin.channels.ports import Setup
from tocsin.channels.registry import CHANNELS
from tocsin.channels.signing import webhook_secrets
from tocsin.core.errors import NotFound
from tocsin.core.refs import Ref

if TYPE_CHECKING:
    from tocsin.accounts.models import Person


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
    """What became of one message: its state and the reason, tries, and when it was queued, first tried, finished."""

    uuid: UUID
    person: str
    channel: str
    kind: str
    about: Ref
    title: str
    text: str
    state: str
    reason: str
    error: str
    tries: int
    queued_at: datetime
    first_tried_at: datetime | None
    finished_at: datetime | None
    provider_id: str


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


def contacts_of(actor: Actor, person: Person) -> list[Contact]:
    """A person's contacts, for themselves and for administrators: addresses are personal."""
    if actor.id != str(person.uuid):
        require(actor, Verb.ADMINISTER)
    return list(Contact.objects.filter(person=person, removed_at__isnull=True).order_by("position", "id"))


def webhook_secret(actor: Actor, contact_uuid: UUID) -> str:
    """What the receiver of a webhook contact verifies signatures with ("whsec_…"), for its owner."""
    contact = Contact.objects.select_related("person").filter(uuid=contact_uuid, removed_at__isnull=True).first()
    if contact is None:
        raise NotFound("There is no such contact.")
    if actor.id != str(contact.person.uuid):
        require(actor, Verb.ADMINISTER)
    newest = webhook_secrets(keyring(), contact.uuid)[0]
    return "whsec_" + base64.b64encode(newest).decode()


def deliveries_about(actor: Actor, subjects: Iterable[Ref], *, limit: int = 500) -> list[DeliveryView]:
    """Messages about any of these records, newest first. The caller has asked whether the actor may see those."""
    require(actor, Verb.VIEW)
    rows = Delivery.objects.none()
    for subject in subjects:
        rows = rows | Delivery.objects.filter(about_kind=subject.kind, about_id=subject.id)
    return [_view(row) for row in rows.select_related("person").order_by("-id")[:limit]]


def latest_deliveries(actor: Actor, *, before_id: int | None = None, limit: int = 100) -> list[DeliveryView]:
    """The message log, newest first, for administrators: it holds everybody's words."""
    require(actor, Verb.ADMINISTER)
    rows = Delivery.objects.select_related("person").order_by("-id")
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return [_view(row) for row in rows[:limit]]


def _view(row: Delivery) -> DeliveryView:
    return DeliveryView(
        uuid=row.uuid,
        person=row.person.name,
        channel=row.channel,
        kind=row.kind,
        about=Ref(row.about_kind, row.about_id),
        title=row.message["title"],
        text=row.message["text"],
        state=row.state,
        reason=row.reason,
        error=row.last_error,
        tries=row.tries,
        queued_at=row.queued_at,
        first_tried_at=row.first_tried_at,
        finished_at=row.finished_at,
        provider_id=row.provider_id,
    )
