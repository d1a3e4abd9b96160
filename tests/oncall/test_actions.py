"""Rotations as people change and read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tocsin.accounts.actions import deactivate_person, save_team
from tocsin.accounts.queries import actor_for_person
from tocsin.accounts.rules import SYSTEM
from tocsin.core import clock as clocks
from tocsin.core.errors import Forbidden, InvalidInput, NotFound
from tocsin.journal.queries import facts_about
from tocsin.oncall.actions import (
    OverrideDetails,
    RotationDetails,
    add_override,
    remove_override,
    remove_rotation,
    save_rotation,
)
from tocsin.oncall.queries import (
    Duty,
    on_call_for,
    on_call_now,
    rotation_by_key,
    rotation_ref,
    rotations,
    shifts,
)
from tocsin.oncall.rules import ReasonKind, Weekday

if TYPE_CHECKING:
    from tocsin.accounts.models import Person

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)  # 09:00 in Warsaw


def details(*participants: str, **changes: Any) -> RotationDetails:
    values: dict[str, Any] = {
        "key": "network-primary",
        "name": "Network primary",
        "team": "network",
        "zone": "Europe/Warsaw",
        "handoff_weekday": Weekday.MONDAY,
        "handoff_time": time(9),
        "starts_on": date(2026, 11, 23),
        "participants": participants or ("alice", "bob"),
    }
    return RotationDetails(**(values | changes))


def at(moment: datetime) -> Duty:
    row = rotation_by_key(SYSTEM, "network-primary")
    duty = on_call_for(row.uuid, moment)
    assert duty is not None
    return duty


def login_at(moment: datetime) -> str:
    person = at(moment).person
    return person.login if person else "nobody"


def test_turns_pass_on_at_the_hand_off(cast: dict[str, Person]) -> None:
    save_rotation(details(), actor=SYSTEM)
    week = timedelta(days=7)
    assert [login_at(MONDAY + week * turn) for turn in range(3)] == ["alice", "bob", "alice"]
    assert login_at(MONDAY + week - timedelta(seconds=1)) == "alice"
    assert at(MONDAY - timedelta(seconds=1)).because.kind is ReasonKind.NOT_STARTED


def test_saving_the_same_rotation_again_writes_nothing(cast: dict[str, Person]) -> None:
    row = save_rotation(details(), actor=SYSTEM)
    save_rotation(details(), actor=SYSTEM)
    (fact,) = facts_about([rotation_ref(row)])
    assert fact.data["created"] is True


def test_one_person_may_hold_several_turns(cast: dict[str, Person]) -> None:
    save_rotation(details("alice", "alice", "bob"), actor=SYSTEM)
    assert [login_at(MONDAY + timedelta(days=7 * turn)) for turn in range(4)] == ["alice", "alice", "bob", "alice"]


def test_order_of_participants_is_changed_in_place(cast: dict[str, Person]) -> None:
    row = save_rotation(details(), actor=SYSTEM)
    save_rotation(details("bob", "alice"), actor=SYSTEM)
    assert login_at(MONDAY) == "bob"
    assert facts_about([rotation_ref(row)])[0].data["changed"] == ["participants"]


def test_somebody_stands_in_and_the_newest_wins(cast: dict[str, Person]) -> None:
    save_rotation(details(), actor=SYSTEM)
    night = {"starts_at": MONDAY + timedelta(hours=10), "ends_at": MONDAY + timedelta(hours=20)}
    add_override("network-primary", OverrideDetails(person="bob", **night), actor=SYSTEM)
    newest = add_override("network-primary", OverrideDetails(person="charlie", **night), actor=SYSTEM)
    assert login_at(MONDAY + timedelta(hours=11)) == "charlie"
    assert at(MONDAY + timedelta(hours=11)).because.kind is ReasonKind.OVERRIDE
    remove_override(newest.uuid, actor=SYSTEM)
    assert login_at(MONDAY + timedelta(hours=11)) == "bob"
    assert login_at(MONDAY + timedelta(hours=20)) == "alice"


def test_overrides_of_a_file_replace_those_there_are_unless_it_names_none(cast: dict[str, Person]) -> None:
    span = {"starts_at": MONDAY, "ends_at": MONDAY + timedelta(days=1)}
    save_rotation(details(overrides=(OverrideDetails(person="bob", **span),)), actor=SYSTEM)
    save_rotation(details(name="Renamed"), actor=SYSTEM)
    assert login_at(MONDAY) == "bob"
    save_rotation(details(name="Renamed", overrides=()), actor=SYSTEM)
    assert login_at(MONDAY) == "alice"


def test_person_who_left_is_named_but_not_on_call(cast: dict[str, Person]) -> None:
    save_rotation(details(), actor=SYSTEM)
    deactivate_person("alice", actor=SYSTEM)
    duty = at(MONDAY)
    assert duty.person is None
    assert duty.inactive == cast["alice"]


def test_shifts_follow_without_holes(cast: dict[str, Person]) -> None:
    save_rotation(details(), actor=SYSTEM)
    found = shifts(rotation_by_key(SYSTEM, "network-primary"), MONDAY, MONDAY + timedelta(days=21))
    assert [shift.person.login for shift in found if shift.person] == ["alice", "bob", "alice"]
    assert all(earlier.until == later.since for earlier, later in pairwise(found))


def test_on_call_now_tells_who_follows(cast: dict[str, Person]) -> None:
    save_rotation(details(starts_on=clocks.now().date() - timedelta(days=30)), actor=SYSTEM)
    (line,) = on_call_now(SYSTEM)
    assert line.now.person is not None
    assert line.following is not None
    assert line.following.person != line.now.person
    assert line.following.since == line.now.until


def test_removed_rotation_is_gone_until_it_is_saved_again(cast: dict[str, Person]) -> None:
    row = save_rotation(details(), actor=SYSTEM)
    remove_rotation("network-primary", actor=SYSTEM)
    assert rotations(SYSTEM) == []
    assert on_call_for(row.uuid, MONDAY) is None
    with pytest.raises(NotFound):
        rotation_by_key(SYSTEM, "network-primary")
    assert save_rotation(details(), actor=SYSTEM).uuid == row.uuid
    assert login_at(MONDAY) == "alice"


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Europe/Atlantis"},
        {"participants": ("nobody",)},
        {"overrides": (OverrideDetails(person="bob", starts_at=MONDAY, ends_at=MONDAY),)},
    ],
)
def test_what_cannot_be_is_refused(cast: dict[str, Person], wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="network-primary"):
        save_rotation(details(**wrong), actor=SYSTEM)


def test_own_team_may_change_it_others_may_not(cast: dict[str, Person]) -> None:
    alice, bob = actor_for_person(cast["alice"]), actor_for_person(cast["bob"])
    save_rotation(details(), actor=alice)
    with pytest.raises(Forbidden):
        save_rotation(details("bob"), actor=bob)
    save_team(key="database", name="Database", members=[], actor=SYSTEM)
    with pytest.raises(Forbidden):
        save_rotation(details(key="database-primary", team="database"), actor=alice)
    assert len(on_call_now(bob)) == 1
    charlie = actor_for_person(cast["charlie"])
    assert on_call_now(charlie) == []
    with pytest.raises(NotFound):
        rotation_by_key(charlie, "network-primary")
