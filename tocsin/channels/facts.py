"""What happened to contacts and deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSaved:
    """`person` is a UUID; the address is personal and stays out of the journal."""

    kind: ClassVar = "channels.contact_saved"
    schema_version: ClassVar = 1
    person: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRemoved:
    kind: ClassVar = "channels.contact_removed"
    schema_version: ClassVar = 1
    person: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTested:
    """Somebody asked for a test message; what became of it is told by the facts of its delivery."""

    kind: ClassVar = "channels.contact_tested"
    schema_version: ClassVar = 1
    person: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySent:
    """The provider took a message. `about` names what it was about as `room.noun:uuid`; `waited_s` since queued."""

    kind: ClassVar = "channels.delivery_sent"
    schema_version: ClassVar = 1
    person: str
    channel: str
    about: str
    tries: int
    waited_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailed:
    """A message did not arrive (`state` failed) or may not have (`unknown`); `why` is a `rules.Reason`."""

    kind: ClassVar = "channels.delivery_failed"
    schema_version: ClassVar = 1
    person: str
    channel: str
    about: str
    state: str
    why: str
    error: str
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDropped:
    """A message was not sent because nobody wanted it any more; `why` says so."""

    kind: ClassVar = "channels.delivery_dropped"
    schema_version: ClassVar = 1
    person: str
    channel: str
    about: str
    why: str
