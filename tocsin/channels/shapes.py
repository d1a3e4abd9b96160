"""Contacts and their messages as the API and the command line tell them: plain values, no rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.channels.queries import ContactView, DeliveryView


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactOut:
    """Where somebody is reached. `trouble` says why nothing arrives there; `last_state` is of the newest message."""

    id: UUID
    channel: str
    address: str
    trouble: str
    signed: bool
    last_state: str
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSecret:
    """What the receiver verifies signatures with, as Standard Webhooks has it."""

    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOut:
    """What became of one message: `state`, why, and after how many tries."""

    id: UUID
    kind: str
    about: str
    title: str
    state: str
    reason: str
    error: str
    tries: int
    queued_at: datetime
    finished_at: datetime | None


def contact_out(contact: ContactView) -> ContactOut:
    """A contact as its owner sees it."""
    last = contact.last
    return ContactOut(
        id=contact.uuid,
        channel=contact.channel,
        address=contact.address,
        trouble=contact.trouble,
        signed=contact.is_signed,
        last_state=last.state if last else "",
        last_at=(last.finished_at or last.queued_at) if last else None,
    )


def message_out(message: DeliveryView) -> MessageOut:
    """A message without its words but the title."""
    return MessageOut(
        id=message.uuid,
        kind=message.kind,
        about=str(message.about),
        title=message.title,
        state=message.state,
        reason=message.reason,
        error=message.error,
        tries=message.tries,
        queued_at=message.queued_at,
        finished_at=message.finished_at,
    )
