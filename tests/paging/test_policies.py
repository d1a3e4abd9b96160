"""Policies as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.paging.world import World, policy
from tocsin.accounts import actions as accounts
from tocsin.accounts.rules import SYSTEM
from tocsin.core.errors import Forbidden, InvalidInput, NotFound
from tocsin.core.refs import Ref
from tocsin.journal.queries import latest_facts
from tocsin.oncall.actions import remove_rotation
from tocsin.paging import actions, queries
from tocsin.paging.actions import PolicyDetails, StepDetails, TargetDetails
from tocsin.paging.rules import TargetKind

CAROL = (TargetDetails(person="carol"),)


def details(**changes: Any) -> PolicyDetails:
    values: dict[str, Any] = {
        "key": "second",
        "name": "Second",
        "team": "network",
        "steps": (StepDetails(after_s=0, notify=CAROL),),
    }
    return PolicyDetails(**(values | changes))


def test_policy_is_read_back_by_keys(world: World) -> None:
    view = queries.policy_by_key(SYSTEM, "network-default")
    assert [(step.after_s, step.targets[0].kind, step.targets[0].key) for step in view.steps] == [
        (0, TargetKind.ROTATION, "network-primary"),
        (300, TargetKind.PERSON, "carol"),
    ]
    assert (view.version, view.repeat, view.own) == (1, 1, True)


def test_saving_the_same_policy_again_writes_nothing(world: World) -> None:
    actions.save_policy(policy(), actor=SYSTEM)
    assert queries.policy_by_key(SYSTEM, "network-default").version == 1
    assert len(latest_facts(kind="paging.policy_saved")) == 1


def test_each_edit_is_a_new_version(world: World) -> None:
    actions.save_policy(policy(delay_s=60), actor=SYSTEM)
    assert queries.policy_by_key(SYSTEM, "network-default").version == 2


def test_teams_first_policy_is_its_own(world: World) -> None:
    actions.save_policy(details(), actor=SYSTEM)
    assert [view.own for view in queries.policies(SYSTEM)] == [True, False]
    actions.remove_policy("network-default", actor=SYSTEM)
    assert [view.own for view in queries.policies(SYSTEM)] == [True]


def test_rotation_that_is_gone_shows_as_gone(world: World) -> None:
    remove_rotation("network-primary", actor=SYSTEM)
    assert queries.policy_by_key(SYSTEM, "network-default").steps[0].targets[0].label == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"steps": ()}, "at least one step"),
        ({"steps": (StepDetails(after_s=0, notify=()),)}, "whom to notify"),
        ({"steps": (StepDetails(after_s=-1, notify=CAROL),)}, "never goes down"),
        ({"steps": (StepDetails(after_s=9, notify=CAROL), StepDetails(after_s=3, notify=CAROL))}, "never goes down"),
        ({"steps": (StepDetails(after_s=0, notify=(TargetDetails(),)),)}, "either a rotation or a person"),
        ({"steps": (StepDetails(after_s=0, notify=(TargetDetails(rotation="nope"),)),)}, "no rotation “nope”"),
        ({"steps": (StepDetails(after_s=0, notify=(TargetDetails(person="nope"),)),)}, "no active person"),
        ({"repeat": 21}, "between 0 and 20"),
    ],
)
def test_policy_that_would_wake_nobody_is_refused(world: World, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        actions.save_policy(details(**wrong), actor=SYSTEM)


def test_own_team_may_change_it_others_may_not(world: World) -> None:
    actions.save_policy(details(), actor=world.actor("anna"))
    with pytest.raises(Forbidden):
        actions.remove_policy("second", actor=world.actor("carol"))
    accounts.save_team(key="database", name="Database", members=[], actor=SYSTEM)
    with pytest.raises(Forbidden):
        actions.save_policy(details(key="third", team="database"), actor=world.actor("anna"))


def test_removed_policy_is_gone_but_its_pages_go_on(world: World, on_call: str) -> None:
    page = world.open()
    actions.remove_policy("network-default", actor=SYSTEM)
    assert world.tick() == [on_call]
    assert queries.page_for(SYSTEM, page.uuid).policy_changed
    with pytest.raises(NotFound):
        queries.policy_by_key(SYSTEM, "network-default")
    assert queries.pages_about(SYSTEM, [Ref(page.subject_kind, page.subject_id)])[0].policy_key == "network-default"
