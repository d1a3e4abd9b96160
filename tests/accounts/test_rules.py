"""Who may do what, and the reason that comes with it."""

import pytest

from tocsin.accounts.rules import ORGANISATION, Actor, ActorKind, KeyScope, Role, Scope, Verb, may, sees_everything

NETWORK, BILLING = Scope(team_ids=frozenset({1})), Scope(team_ids=frozenset({2}))


def person(role: Role, *teams: int) -> Actor:
    return Actor(kind=ActorKind.PERSON, id="p", label="P", role=role, team_ids=frozenset(teams))


def key(scope: KeyScope, *teams: int) -> Actor:
    return Actor(kind=ActorKind.KEY, id="k", label="K", key_scope=scope, team_ids=frozenset(teams))


@pytest.mark.parametrize(
    ("actor", "verb", "scope", "allowed"),
    [
        (person(Role.ADMIN), Verb.ADMINISTER, ORGANISATION, True),
        (person(Role.RESPONDER, 1), Verb.RESPOND, BILLING, True),
        (person(Role.RESPONDER, 1), Verb.CONFIGURE, NETWORK, True),
        (person(Role.RESPONDER, 1), Verb.CONFIGURE, BILLING, False),
        (person(Role.RESPONDER, 1), Verb.CONFIGURE, ORGANISATION, False),
        (person(Role.RESPONDER, 1), Verb.ADMINISTER, NETWORK, False),
        (person(Role.VIEWER, 1), Verb.VIEW, BILLING, True),
        (person(Role.VIEWER, 1), Verb.RESPOND, NETWORK, False),
        (person(Role.GUEST, 1), Verb.VIEW, NETWORK, True),
        (person(Role.GUEST, 1), Verb.VIEW, BILLING, False),
        (person(Role.GUEST), Verb.VIEW, ORGANISATION, False),
        (key(KeyScope.INTEGRATION, 1), Verb.INGEST, NETWORK, True),
        (key(KeyScope.INTEGRATION, 1), Verb.VIEW, NETWORK, False),
        (key(KeyScope.READ, 1), Verb.VIEW, NETWORK, True),
        (key(KeyScope.READ, 1), Verb.VIEW, BILLING, False),
        (key(KeyScope.READ), Verb.RESPOND, NETWORK, False),
        (key(KeyScope.MANAGE), Verb.RESPOND, NETWORK, True),
        (key(KeyScope.MANAGE), Verb.ADMINISTER, ORGANISATION, False),
    ],
)
def test_verdict(actor: Actor, verb: Verb, scope: Scope, allowed: bool) -> None:
    verdict = may(actor, verb, scope)
    assert bool(verdict) is allowed
    assert verdict.reason


def test_a_key_of_one_team_does_not_see_everything() -> None:
    assert sees_everything(key(KeyScope.READ))
    assert not sees_everything(key(KeyScope.READ, 1))
    assert not sees_everything(person(Role.GUEST, 1))
    assert sees_everything(person(Role.VIEWER))
