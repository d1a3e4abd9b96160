"""`/api/v1`: me, people, teams, keys."""

from __future__ import annotations

from uuid import UUID

from ninja import Router, Schema, Status

from tocsin.accounts import actions, queries
from tocsin.accounts.queries import ApiRequest
from tocsin.accounts.rules import ORGANISATION, KeyScope
from tocsin.accounts.shapes import IssuedKey, KeyOut, Me, PersonOut, TeamOut, key_out, person_out, team_out

router = Router(tags=["accounts"])


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
    queries.require_visible(request.auth, ORGANISATION, "There is no such record.")
    return [key_out(key) for key in queries.keys(request.auth)]


@router.post("/keys", response={201: IssuedKey})
def issue_key(request: ApiRequest, new: NewKey) -> Status[IssuedKey]:
    """Make a key. Keep its token: it is not told again."""
    queries.require_visible(request.auth, ORGANISATION, "There is no such record.")
    team = queries.team_by_key(new.team) if new.team else None
    key, token = actions.issue_key(name=new.name, scope=new.scope, team=team, actor=request.auth)
    key.refresh_from_db()
    return Status(201, IssuedKey(key=key_out(key), token=token))


@router.post("/keys/{key_id}/revoke", response={204: None})
def revoke_key(request: ApiRequest, key_id: UUID) -> Status[None]:
    """Stop a key; every node has stopped taking it within 60 seconds."""
    queries.require_visible(request.auth, ORGANISATION, "There is no such key.")
    actions.revoke_key(str(key_id), actor=request.auth)
    return Status(204, None)
