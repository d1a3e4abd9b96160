"""Nobody takes what is another team's by naming their own as its owner: services, rotations, policies, integrations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import TYPE_CHECKING

import pytest

from tocsin.accounts.actions import save_team
from tocsin.accounts.queries import actor_for_person
from tocsin.accounts.rules import SYSTEM, Actor
from tocsin.alerts.actions import IntegrationDetails, save_integration
from tocsin.assets.actions import ServiceDetails, save_services
from tocsin.core.errors import Forbidden
from tocsin.journal.queries import latest_facts
from tocsin.oncall.actions import RotationDetails, save_rotation
from tocsin.oncall.rules import Weekday
from tocsin.paging.actions import PolicyDetails, StepDetails, TargetDetails, save_policy

if TYPE_CHECKING:
    from tocsin.accounts.models import Person

pytestmark = pytest.mark.django_db

Save = Callable[[str, Actor], object]


def _service(team: str, actor: Actor) -> object:
    return save_services([ServiceDetails(key="db", name="Database", team=team)], actor=actor)


def _rotation(team: str, actor: Actor) -> object:
    details = RotationDetails(
        key="db-first",
        team=team,
        name="First line",
        zone="Europe/Warsaw",
        handoff_weekday=Weekday.MONDAY,
        handoff_time=time(9),
        starts_on=date(2026, 1, 5),
        participants=("bob",),
    )
    return save_rotation(details, actor=actor)


def _policy(team: str, actor: Actor) -> object:
    step = StepDetails(after_s=0, notify=(TargetDetails(person="bob"),))
    return save_policy(PolicyDetails(key="db-default", team=team, name="Databases", steps=(step,)), actor=actor)


def _integration(team: str, actor: Actor) -> object:
    return save_integration(IntegrationDetails(key="probes", name="Probes", kind="opsgenie", team=team), actor=actor)


@pytest.mark.parametrize("save", [_service, _rotation, _policy, _integration])
def test_one_team_cannot_take_what_is_anothers(save: Save, alice: Person, bob: Person) -> None:
    save_team(key="data", name="Databases", members=["bob"], actor=SYSTEM)
    save("data", SYSTEM)
    with pytest.raises(Forbidden):
        save("network", actor_for_person(alice))


@pytest.mark.parametrize("save", [_service, _rotation, _policy, _integration])
def test_whoever_is_in_both_teams_may_hand_over(save: Save, alice: Person, bob: Person) -> None:
    save_team(key="data", name="Databases", members=["bob", "alice"], actor=SYSTEM)
    save("data", SYSTEM)
    before = latest_facts(limit=1)[0].id
    save("network", actor_for_person(alice))
    assert latest_facts(limit=1)[0].id > before
