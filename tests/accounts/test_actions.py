"""People, teams and keys: saved once, told once, refused clearly."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tocsin.accounts import actions, queries
from tocsin.accounts.actions import PersonDetails
from tocsin.accounts.models import Key
from tocsin.accounts.rules import SYSTEM, KeyScope, Role
from tocsin.core.errors import Conflict, Forbidden, InvalidInput
from tocsin.journal.queries import latest_facts

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tocsin.accounts.models import Person

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return [fact.kind for fact in latest_facts()]


def test_saving_the_same_person_again_writes_nothing() -> None:
    details = PersonDetails(login="dora", name="Dora", role=Role.VIEWER)
    actions.save_person(details, actor=SYSTEM)
    before = kinds()
    actions.save_person(details, actor=SYSTEM)
    assert kinds() == before


def test_saving_the_same_team_again_writes_nothing(alice: Person, bob: Person) -> None:
    actions.save_team(key="db", name="Databases", members=["alice", "bob"], lead="bob", actor=SYSTEM)
    before = kinds()
    actions.save_team(key="db", name="Databases", members=["bob", "alice"], lead="bob", actor=SYSTEM)
    assert kinds() == before
    actions.save_team(key="db", name="Databases", members=["bob"], lead="bob", actor=SYSTEM)
    assert [membership.person.login for membership in queries.team_by_key("db").memberships.all()] == ["bob"]


def test_team_with_an_unknown_member_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="nobody-here"):
        actions.save_team(key="db", name="Databases", members=["nobody-here"], actor=SYSTEM)


def test_responder_may_not_make_people(alice: Person) -> None:
    with pytest.raises(Forbidden):
        actions.save_person(PersonDetails(login="x", name="X"), actor=queries.actor_for_person(alice))


def test_nobody_deactivates_themselves() -> None:
    admin = actions.save_person(PersonDetails(login="root", name="Root", role=Role.ADMIN), actor=SYSTEM)
    with pytest.raises(Conflict):
        actions.deactivate_person("root", actor=queries.actor_for_person(admin))


def test_key_is_known_by_its_token_until_it_is_revoked_and_its_token_is_kept_nowhere(alice: Person) -> None:
    team = queries.team_by_key("network")
    row, token = actions.issue_key(name="scraper", scope=KeyScope.READ, team=team, actor=SYSTEM)
    actor = queries.actor_for_token(token)
    assert actor is not None
    assert (actor.key_scope, actor.team_ids) == (KeyScope.READ, frozenset({team.id}))
    assert len(token) == 32
    assert all(token not in str(value) for value in Key.objects.filter(id=row.id).values_list()[0])
    assert all(token not in str(fact.data) for fact in latest_facts())
    actions.revoke_key(str(row.uuid), actor=SYSTEM)
    assert queries.actor_for_token(token) is None
    assert queries.actor_for_token("tcs" + "a" * 29) is None


def test_use_of_a_key_is_stamped_at_most_once_a_minute(clock: Clock) -> None:
    row, token = actions.issue_key(name="scraper", scope=KeyScope.READ, actor=SYSTEM)
    actor = queries.actor_for_token(token)
    assert actor is not None
    stamps = []
    for _ in range(3):
        actions.note_key_use(actor)
        row.refresh_from_db()
        stamps.append(row.last_used_at)
        clock.forward(seconds=40)
    assert stamps[0] is not None
    assert stamps[0] == stamps[1] < stamps[2]


def test_responder_issues_keys_for_their_own_team_only(alice: Person) -> None:
    actor = queries.actor_for_person(alice)
    actions.save_team(key="other", name="Other", members=[], actor=SYSTEM)
    own = queries.team_by_key("network")
    actions.issue_key(name="mine", scope=KeyScope.INTEGRATION, team=own, actor=actor)
    with pytest.raises(Forbidden):
        actions.issue_key(name="theirs", scope=KeyScope.INTEGRATION, team=queries.team_by_key("other"), actor=actor)


def test_sign_in_link_works_once(alice: Person) -> None:
    token = actions.issue_sign_in_link("alice", actor=SYSTEM).rpartition("/")[2]
    assert actions.use_sign_in_link(token) == alice
    assert latest_facts(kind="accounts.signed_in")[0].data == {"login": "alice", "by": "link"}
    with pytest.raises(Forbidden, match="used or has expired"):
        actions.use_sign_in_link(token)


def test_sign_in_link_expires(alice: Person, clock: Clock) -> None:
    url = actions.issue_sign_in_link("alice", valid_for=timedelta(minutes=30), actor=SYSTEM)
    clock.forward(minutes=31)
    with pytest.raises(Forbidden):
        actions.use_sign_in_link(url.rpartition("/")[2])
