"""People, teams and keys as the API and the command line tell them: plain values, no rows, no secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from tocsin.accounts.models import Key, Person, Team


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Whoever asks. `kind` is person or key."""

    kind: str
    id: str
    label: str
    role: str
    scope: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOut:
    """A person; e-mail and contacts are not told here."""

    id: UUID
    login: str
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamOut:
    """A team; `members` and `lead` are logins."""

    key: str
    name: str
    lead: str | None
    members: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOut:
    """A key without its token, which was shown once. `prefix` tells keys apart."""

    id: UUID
    name: str
    prefix: str
    scope: str
    team: str | None
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedKey:
    """A new key with its token: the only time the token is told."""

    key: KeyOut
    token: str


def person_out(person: Person) -> PersonOut:
    return PersonOut(id=person.uuid, login=person.login, name=person.name, role=person.role)


def team_out(team: Team) -> TeamOut:
    members = sorted(membership.person.login for membership in team.memberships.all())
    return TeamOut(key=team.key, name=team.name, lead=team.lead.login if team.lead else None, members=members)


def key_out(key: Key) -> KeyOut:
    return KeyOut(
        id=key.uuid,
        name=key.name,
        prefix=key.prefix,
        scope=key.scope,
        team=key.team.key if key.team else None,
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )
