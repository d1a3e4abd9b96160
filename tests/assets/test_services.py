"""Services and the map: given, seen, removed, brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tocsin.accounts.queries import actor_for_person
from tocsin.accounts.rules import ENGINE, SYSTEM
from tocsin.assets import actions, queries
from tocsin.assets.actions import ServiceDetails
from tocsin.core.errors import Forbidden, InvalidInput, NotFound
from tocsin.journal.queries import latest_facts

if TYPE_CHECKING:
    from tocsin.accounts.models import Person

pytestmark = pytest.mark.django_db

GIVEN = [
    ServiceDetails(key="sw-1", name="Switch 1", team="network", tier=1, kind="switch", site="waw"),
    ServiceDetails(key="api", name="API", team="network", tier=2),
]


@pytest.fixture
def given(cast: object) -> None:
    actions.save_services(GIVEN, actor=SYSTEM)
    actions.save_dependencies({"api": ["sw-1"]}, actor=SYSTEM)


def test_saving_the_same_map_again_writes_nothing(given: None) -> None:
    before = len(latest_facts())
    actions.save_services(GIVEN, actor=SYSTEM)
    actions.save_dependencies({"api": ["sw-1"]}, actor=SYSTEM)
    assert len(latest_facts()) == before
    assert [(edge.caller, edge.callee) for edge in queries.edges()] == [("api", "sw-1")]


def test_dependency_that_is_no_longer_given_goes(given: None) -> None:
    actions.save_dependencies({"api": []}, actor=SYSTEM)
    assert queries.edges() == []
    fact = latest_facts(limit=1)[0]
    assert (fact.kind, fact.data["removed"]) == ("assets.dependencies_saved", ["sw-1"])


def test_unknown_callee_is_refused_by_name(given: None) -> None:
    with pytest.raises(InvalidInput, match="no-such"):
        actions.save_dependencies({"api": ["no-such"]}, actor=SYSTEM)


def test_service_that_only_alerts_name_appears_by_itself(given: None) -> None:
    seen = actions.see_services(["api", "mystery"], actor=ENGINE)
    assert seen["mystery"].source == "seen"
    assert seen["api"].source == "given"
    assert [fact.data["key"] for fact in latest_facts(kind="assets.service_seen")] == ["mystery"]
    actions.see_services(["mystery"], actor=ENGINE)
    assert len(latest_facts(kind="assets.service_seen")) == 1


def test_owner_may_change_a_service_and_others_may_not(given: None, alice: Person, bob: Person) -> None:
    changed = [ServiceDetails(key="api", name="The API", team="network", tier=1)]
    actions.save_services(changed, actor=actor_for_person(alice))
    with pytest.raises(Forbidden):
        actions.save_services(changed, actor=actor_for_person(bob))


def test_guest_does_not_learn_that_a_service_exists(given: None, charlie: Person) -> None:
    with pytest.raises(NotFound):
        queries.service_by_key(actor_for_person(charlie), "api")
    assert queries.services(actor_for_person(charlie)) == []


def test_removed_service_leaves_the_map_and_saving_brings_it_back(given: None) -> None:
    actions.remove_service("sw-1", actor=SYSTEM)
    assert queries.edges() == []
    actions.save_services(GIVEN, actor=SYSTEM)
    assert len(queries.edges()) == 1
