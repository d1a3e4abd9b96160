"""`/api/v1`: me, people, teams, keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from ninja import Router, Schema, Status

from tocsin.accounts import actions, queries
from tocsin.accounts.queries import ApiRequest
from tocsin.accounts.rules import ORGANISATION, KeyScope

if TYPE_CHECKING:
    from tocsin.accounts.models import Key, Person, Team

router = Router(tags=["accounts"])


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


class NewKey(Schema):
    """`team` (a key) owns the key; without one it is the organisation's, which only administrators may make."""

    name: str
    scope: KeyScope
    team: str = ""


@router.get("/me", response=Me)
def who_am_i(request: ApiRequest) -> Me:
    """Who the request is, and what it may."""
    actor = request.auth
    return Me(kind=actor.kind, id=actor.id, label=actor.label, role=actor.role, scope=actor.key_scope)


@router.get("/people", response=list[PersonOut])
def list_people(request: ApiRequest) -> list[PersonOut]:
    """Everybody active, by name."""
    return [person_out(person) for person in queries.people(request.auth)]


@router.get("/teams", response=list[TeamOut])
def list_teams(request: ApiRequest) -> list[TeamOut]:
    """Every team with its members, by name."""
    return [team_out(team) for team in queries.teams(request.auth)]


@router.get("/keys", response=list[KeyOut])
def list_keys(request: ApiRequest) -> list[KeyOut]:
    """Keys, newest first, revoked ones too."""
    queries.require_visible(request.auth, ORGANISATION, "record")
    return [key_out(key) for key in queries.keys(request.auth)]


@router.post("/keys", response={201: IssuedKey})
def issue_key(request: ApiRequest, new: NewKey) -> Status[IssuedKey]:
    """Make a key. Keep its token: it is not told again."""
    queries.require_visible(request.auth, ORGANISATION, "record")
    team = queries.team_by_key(new.team) if new.team else None
    key, token = actions.issue_key(name=new.name, scope=new.scope, team=team, actor=request.auth)
    key.refresh_from_db()
    return Status(201, IssuedKey(key=key_out(key), token=token))


@router.post("/keys/{key_id}/revoke", response={204: None})
def revoke_key(request: ApiRequest, key_id: UUID) -> Status[None]:
    """Stop a key; every node has stopped taking it within 60 seconds."""
    queries.require_visible(request.auth, ORGANISATION, "key")
    actions.revoke_key(str(key_id), actor=request.auth)
    return Status(204, None)


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
