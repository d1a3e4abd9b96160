"""The company file as typed values: what each section holds, with references by key.

A section that is None was not in the file and is left alone; an empty one means that nothing of its kind shall remain.
So is what people also keep themselves: the contacts of a person, the overrides of a rotation, the options of an
integration.
Order is kept where it means something (participants, steps, contacts) and sorted away where it does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Any, Protocol

SCHEMA_VERSION = 1


class Declared(Protocol):
    """Anything a section lists: it has a key that is unique in its section."""

    @property
    def ident(self) -> str:
        """The key other sections refer to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """The one organisation of the installation, with the language and zone its people start with."""

    name: str
    language: str = "en"
    zone: str = "UTC"

    @property
    def ident(self) -> str:
        """A constant: there is one."""
        return "organisation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One address of a person on one channel."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signs in, and may be woken; language and zone None mean those of the organisation."""

    login: str
    name: str
    email: str | None = None
    role: str = "responder"
    language: str | None = None
    zone: str | None = None
    contacts: tuple[Contact, ...] | None = None

    @property
    def ident(self) -> str:
        """The login."""
        return self.login


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People who own services together; the lead is one of the members."""

    key: str
    name: str
    members: tuple[str, ...] = ()
    lead: str | None = None

    @property
    def ident(self) -> str:
        """The key."""
        return self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something that is run and can break; ``depends_on`` names the services it calls or stands on."""

    key: str
    name: str
    team: str | None = None
    tier: int = 3
    kind: str = "service"
    site: str | None = None
    depends_on: tuple[str, ...] = ()

    @property
    def ident(self) -> str:
        """The key."""
        return self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """The weekday (English, lower case) and wall-clock time at which a rotation hands over."""

    weekday: str
    time: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Somebody else is on call for a span of time."""

    person: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """A weekly on-call rotation of a team."""

    key: str
    name: str
    team: str
    zone: str
    handoff: Handoff
    starts_on: date
    participants: tuple[str, ...]
    overrides: tuple[Override, ...] | None = None

    @property
    def ident(self) -> str:
        """The key."""
        return self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom a step wakes: whoever is on call in a rotation, or one person. Exactly one of the two is set."""

    rotation: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a policy, ``after_s`` seconds after its round began (page opened, or steps begun again)."""

    after_s: int
    notify: tuple[Target, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Whom to wake in which order; ``repeat`` is how often the steps are run again when nobody answers."""

    key: str
    name: str
    team: str
    steps: tuple[Step, ...]
    repeat: int = 0

    @property
    def ident(self) -> str:
        """The key."""
        return self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """A sender of alerts and the wire format it speaks; options that are not mentioned stay as they are."""

    key: str
    name: str
    kind: str
    team: str | None = None
    options: Mapping[str, Any] | None = None

    @property
    def ident(self) -> str:
        """The key."""
        return self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key: its secret is shown once when it is made and is never part of a document."""

    name: str
    scope: str
    team: str | None = None
    integration: str | None = None

    @property
    def ident(self) -> str:
        """The name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Something that must be heard every ``interval_s``; ``service`` is in trouble when it is not, and is of the
    heartbeat's own name unless the file says otherwise: then it is made with it."""

    name: str
    interval_s: int
    service: str
    team: str | None = None
    enabled: bool = True
    message: str | None = None
    tags: tuple[str, ...] = ()
    severity: int = 1

    @property
    def ident(self) -> str:
        """The name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """One condition on an alert's label: ``op`` is one of = != ^= (begins with) *= (contains) =~ !~ (RE2)."""

    label: str
    op: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Alerts that match all matchers wake nobody between the two instants."""

    key: str
    reason: str
    starts_at: datetime
    ends_at: datetime
    matchers: tuple[Matcher, ...]
    owner: str | None = None

    @property
    def ident(self) -> str:
        """The key."""
        return self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """Planned work: alerts of what is named, and that match all matchers, wake nobody between the two instants; without
    ``ends_at``, until somebody ends it."""

    key: str
    reason: str
    starts_at: datetime
    ends_at: datetime | None = None
    services: tuple[str, ...] = ()
    dependents: bool = False
    integrations: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    matchers: tuple[Matcher, ...] = ()
    owner: str | None = None

    @property
    def ident(self) -> str:
        """The key."""
        return self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole company file. Sections stand in the order in which they can be created."""

    organisation: Organisation | None = None
    people: tuple[Person, ...] | None = None
    teams: tuple[Team, ...] | None = None
    services: tuple[Service, ...] | None = None
    rotations: tuple[Rotation, ...] | None = None
    policies: tuple[Policy, ...] | None = None
    integrations: tuple[Integration, ...] | None = None
    keys: tuple[Key, ...] | None = None
    heartbeats: tuple[Heartbeat, ...] | None = None
    silences: tuple[Silence, ...] | None = None
    maintenance: tuple[Maintenance, ...] | None = None

    def section(self, name: str) -> dict[str, Declared] | None:
        """Give one section by its name as key -> value, in the document's order; None when it is absent."""
        held = getattr(self, name)
        if held is None:
            return None
        listed: tuple[Declared, ...] = held if isinstance(held, tuple) else (held,)
        return {one.ident: one for one in listed}


SECTIONS = tuple(field.name for field in fields(Document))
"""The sections in the order in which they can be created; they are removed in the reverse order."""


def overlaid(current: Document, wanted: Document) -> Document:
    """Give the document that holds once ``wanted`` is applied: its sections, and ``current`` where it has none."""
    return Document(
        **{name: held if (held := getattr(wanted, name)) is not None else getattr(current, name) for name in SECTIONS}
    )
