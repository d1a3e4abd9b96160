"""Who may do what. Pure: an Actor, a Verb and a Scope go in, a Verdict with its reason comes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    PERSON = "person"
    KEY = "key"
    ENGINE = "engine"
    SYSTEM = "system"
    CHAT = "chat"
    CUSTOMER = "customer"


class Role(StrEnum):
    """A person's role in the organisation. A guest sees only what belongs to their own teams."""

    ADMIN = "admin"
    RESPONDER = "responder"
    VIEWER = "viewer"
    GUEST = "guest"


class KeyScope(StrEnum):
    """What a key is for. Manage includes read; an integration key hands in events and looks after them."""

    INTEGRATION = "integration"
    READ = "read"
    MANAGE = "manage"


KEY_PREFIX = "tcs"
KEY_RANDOM = 29
_KEY = re.compile(f"{KEY_PREFIX}[a-z2-7]{{{KEY_RANDOM}}}")


def is_formed_like_a_key(token: str) -> bool:
    """Whether this could be a key at all: the prefix and 29 random characters of base 32."""
    return _KEY.fullmatch(token) is not None


class Verb(StrEnum):
    VIEW = "view"
    RESPOND = "respond"
    """Acknowledge, snooze, close, comment, declare, resolve, confirm a cause."""
    CONFIGURE = "configure"
    """Change a team's rotations, policies, integrations, silences, services."""
    ADMINISTER = "administer"
    """People, teams, roles, organisation-wide keys and settings."""
    INGEST = "ingest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever acts. `id` is the person's or key's UUID as text, or the engine's name; `label` is for the journal.

    `sender` is the integration that an integration key stands for.
    """

    kind: ActorKind
    id: str
    label: str
    role: Role = Role.GUEST
    team_ids: frozenset[int] = field(default_factory=frozenset)
    key_scope: KeyScope | None = None
    sender: UUID | None = None


ENGINE = Actor(kind=ActorKind.ENGINE, id="engine", label="Tocsin", role=Role.ADMIN)
"""The engine, which acts by rules and by nobody's order."""

SYSTEM = Actor(kind=ActorKind.SYSTEM, id="system", label="Command line on the server", role=Role.ADMIN)
"""Somebody with a shell on the server, who could read the keys anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is acted on: the teams that own it. None of them means the organisation as a whole.

    `sender` is the integration it came from.
    """

    team_ids: frozenset[int] = field(default_factory=frozenset)
    sender: UUID | None = None


ORGANISATION = Scope()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it is allowed, and why: a sentence for the log and the refusal, and what its `{name}`s stand for."""

    allowed: bool
    reason: str
    params: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.allowed


_ROLE_VERBS = {
    Role.ADMIN: frozenset({Verb.VIEW, Verb.RESPOND, Verb.CONFIGURE, Verb.ADMINISTER}),
    Role.RESPONDER: frozenset({Verb.VIEW, Verb.RESPOND}),
    Role.VIEWER: frozenset({Verb.VIEW}),
    Role.GUEST: frozenset(),
}
_TEAM_VERBS = {
    Role.RESPONDER: frozenset({Verb.CONFIGURE}),
    Role.GUEST: frozenset({Verb.VIEW}),
}
_KEY_VERBS = {
    KeyScope.INTEGRATION: frozenset({Verb.INGEST}),
    KeyScope.READ: frozenset({Verb.VIEW}),
    KeyScope.MANAGE: frozenset({Verb.VIEW, Verb.RESPOND, Verb.CONFIGURE}),
}


_SENDER_VERBS = frozenset({Verb.VIEW, Verb.RESPOND})


def may(actor: Actor, verb: Verb, scope: Scope = ORGANISATION) -> Verdict:
    """Whether `actor` may do `verb` to what `scope` owns.

    A key with teams acts for those teams alone; one without acts for the organisation. A responder may respond
    anywhere (at 03:00 nobody should lack a right) but configures only their own teams. An integration's key may see and
    respond to what came from that integration.
    """
    if actor.key_scope is not None:
        return _key_may(actor, actor.key_scope, verb, scope)
    if verb in _ROLE_VERBS[actor.role]:
        return Verdict(True, f"role {actor.role}")
    if scope.team_ids & actor.team_ids and verb in _TEAM_VERBS.get(actor.role, frozenset()):
        return Verdict(True, f"role {actor.role} in the owning team")
    return Verdict(False, "The role “{role}” does not include “{verb}” here.", {"role": actor.role, "verb": verb})


def _key_may(actor: Actor, key_scope: KeyScope, verb: Verb, scope: Scope) -> Verdict:
    if key_scope is KeyScope.INTEGRATION and verb in _SENDER_VERBS and actor.sender and actor.sender == scope.sender:
        return Verdict(True, "key of the integration it came from")
    if verb not in _KEY_VERBS[key_scope]:
        return Verdict(False, "A key with scope “{scope}” may not “{verb}”.", {"scope": key_scope, "verb": verb})
    if actor.team_ids and not actor.team_ids & scope.team_ids:
        return Verdict(False, "This key belongs to another team.")
    return Verdict(True, f"key with scope {key_scope}")


def sees_everything(actor: Actor) -> bool:
    """Whether lists need no filter for this actor; else they are filtered to `actor.team_ids`."""
    return bool(may(actor, Verb.VIEW)) and not (actor.key_scope is not None and actor.team_ids)
