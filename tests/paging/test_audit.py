"""The auditor finds what no ticker would ever look at again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.paging.world import World
from tocsin.accounts.rules import SYSTEM
from tocsin.core import clock as clocks
from tocsin.core.refs import Ref
from tocsin.journal.queries import facts_about
from tocsin.paging import actions, queries, ticker
from tocsin.paging.models import Page


def flaws(page: Page) -> list[str]:
    facts = facts_about([Ref("paging.page", page.uuid)])
    return [fact.data["flaw"] for fact in facts if fact.kind == "paging.page_requeued"]


def test_sound_pages_are_left_alone(world: World) -> None:
    page = world.open()
    world.tick()
    assert actions.audit(clocks.now()) == []
    assert flaws(page) == []


def test_exhausted_page_without_a_next_call_makes_it_after_all(world: World) -> None:
    page = world.open()
    Page.objects.filter(id=page.id).update(state="exhausted", next_step_at=None)
    assert [row.id for row in actions.audit(clocks.now())] == [page.id]
    assert "carol" in world.tick()
    assert actions.audit(clocks.now()) == []


def test_page_past_its_last_step_goes_on_to_the_last_calls_when_the_engine_was_away(
    world: World, on_call: str, clock: Any
) -> None:
    page = world.open()
    for _ in range(4):
        world.tick()
        clock.forward(seconds=301)
    clock.forward(minutes=2)
    assert [row.id for row in actions.audit(clocks.now())] == [page.id]
    assert flaws(page) == ["overdue"]
    assert world.tick() == [on_call, "carol"]
    assert world.state(page) == "exhausted"


@pytest.mark.parametrize(("state", "taken"), [("open", 1), ("exhausted", 5)])
def test_page_put_back_on_its_ladder_wakes_those_told_already(world: World, clock: Any, state: str, taken: int) -> None:
    page = world.open()
    for _ in range(taken):
        world.tick()
        clock.forward(seconds=301)
    assert world.state(page) == state
    Page.objects.filter(id=page.id).update(step=9)
    assert [row.id for row in actions.audit(clocks.now())] == [page.id]
    assert world.tick() != []


@pytest.mark.parametrize(
    ("damage", "flaw"),
    [
        ({"step": 7}, "off_the_ladder"),
        ({"next_step_at": "far"}, "too_far_ahead"),
        ({"ladder": {"nonsense": True}}, "unreadable"),
        ({"ladder": {"policy_key": "x", "version": 1, "steps": [], "repeat": 0}}, "unreadable"),
    ],
)
def test_damaged_page_wakes_somebody_after_all(world: World, damage: dict[str, Any], flaw: str) -> None:
    page = world.open()
    if damage.get("next_step_at") == "far":
        damage = {"next_step_at": clocks.now() + timedelta(days=3)}
    Page.objects.filter(id=page.id).update(**damage)
    assert [row.id for row in actions.audit(clocks.now())] == [page.id]
    assert flaws(page) == [flaw]
    assert len(world.tick()) == 1
    assert actions.audit(clocks.now()) == []


def test_step_that_keeps_failing_is_told_once_a_minute(
    world: World, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sick, well = world.open(), world.open()
    whole = ticker.people_at

    def fails_for_one(*arguments: Any) -> Any:
        if len(queries.ledger(SYSTEM, well.uuid)) == 0 and Page.objects.get(id=sick.id).next_step_at:
            raise ZeroDivisionError
        return whole(*arguments)

    monkeypatch.setattr(ticker, "people_at", fails_for_one)
    assert actions.run_due() == 0
    clock.forward(seconds=61)
    assert len(actions.audit(clocks.now())) == 2
    assert actions.audit(clocks.now()) == []
    assert flaws(sick) == ["overdue"]


def test_one_pages_trouble_does_not_keep_others_from_being_paged(
    world: World, on_call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sick, well = world.open(), world.open()
    whole = ticker.wake

    def fails_for_one(page: Page, *rest: Any) -> None:
        if page.id == sick.id:
            raise ZeroDivisionError
        whole(page, *rest)

    monkeypatch.setattr(ticker, "wake", fails_for_one)
    assert world.tick() == [on_call]
    assert queries.ledger(SYSTEM, sick.uuid) == []
    assert len(queries.ledger(SYSTEM, well.uuid)) == 1
    monkeypatch.setattr(ticker, "wake", whole)
    assert world.tick() == [on_call]
