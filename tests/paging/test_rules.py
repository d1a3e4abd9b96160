"""The ladder: examples that say what it does, and properties that hold for every ladder and every ticker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.paging.rules import (
    LAST_CALLS_EVERY,
    OVERDUE,
    PAUSE,
    Because,
    Candidate,
    Flaw,
    Ladder,
    LastCall,
    Move,
    PageState,
    Place,
    Step,
    Why,
    choose,
    first_place,
    flaw,
    last_call,
    mended,
    next_step,
    next_step_now,
)

START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
ANNA, BOB, CAROL = (UUID(int=number) for number in (1, 2, 3))


def ladder(*delays: int, repeat: int = 0) -> Ladder:
    steps = tuple(Step(after_s=delay, targets=()) for delay in delays)
    return Ladder(policy_key="p", version=1, steps=steps, repeat=repeat)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


ladders = st.builds(
    lambda delays, repeat: ladder(*sorted(delays), repeat=repeat),
    st.lists(st.integers(0, 3600), min_size=1, max_size=5),
    st.integers(0, 3),
)
pauses = st.lists(st.floats(0, 4000, allow_nan=False).map(seconds), min_size=60, max_size=80)


def test_step_waits_for_its_time() -> None:
    place = first_place(ladder(60), START)
    decision = next_step(ladder(60), place, START + seconds(59))
    assert (decision.move, decision.because, decision.then) == (Move.WAIT, Because.NOT_DUE, place)


def test_steps_are_counted_from_the_beginning_of_the_round() -> None:
    rungs = ladder(0, 300, 900)
    after_first = next_step(rungs, first_place(rungs, START), START).then
    assert after_first.due_at == START + seconds(300)
    after_second = next_step(rungs, after_first, START + seconds(300)).then
    assert after_second.due_at == START + seconds(900)


def test_next_round_begins_a_pause_after_the_last_step() -> None:
    rungs = ladder(30, repeat=1)
    then = next_step(rungs, first_place(rungs, START), START + seconds(30)).then
    assert (then.round, then.step) == (1, 0)
    assert then.due_at == START + seconds(30) + PAUSE + seconds(30)


def test_page_is_exhausted_a_pause_after_its_very_last_step() -> None:
    rungs = ladder(0)
    last = next_step(rungs, first_place(rungs, START), START).then
    assert next_step(rungs, last, START + PAUSE - seconds(1)).move is Move.WAIT
    exhausted = next_step(rungs, last, START + PAUSE)
    assert (exhausted.move, exhausted.because) == (Move.EXHAUST, Because.ALL_ROUNDS_DONE)
    assert (exhausted.then.state, exhausted.then.due_at) == (PageState.EXHAUSTED, START + PAUSE)


def test_exhausted_page_calls_the_lead_then_the_administrators_every_half_hour() -> None:
    rungs, now = ladder(0, 60), START
    place = Place(state=PageState.EXHAUSTED, round=1, step=2, round_began_at=START, due_at=START)
    calls = []
    for _ in range(4):
        assert place.due_at is not None
        now = place.due_at
        decision = next_step(rungs, place, now)
        assert (decision.move, decision.because) == (Move.TAKE, Because.NOBODY_ANSWERED)
        calls.append((last_call(rungs, decision.at), decision.at.round, now - START))
        place = decision.then
    assert calls == [
        (LastCall.LEAD, 1, seconds(0)),
        (LastCall.ADMINISTRATORS, 1, PAUSE),
        (LastCall.LEAD, 2, PAUSE + LAST_CALLS_EVERY),
        (LastCall.ADMINISTRATORS, 2, 2 * PAUSE + LAST_CALLS_EVERY),
    ]


def test_late_step_delays_those_after_it() -> None:
    rungs = ladder(0, 300)
    then = next_step(rungs, first_place(rungs, START), START + seconds(7200)).then
    assert then.due_at == START + seconds(7500)


@pytest.mark.parametrize("state", [PageState.ACKNOWLEDGED, PageState.STOPPED])
def test_page_that_waits_for_no_answer_is_left_alone(state: PageState) -> None:
    place = Place(state=state, round=0, step=0, round_began_at=START, due_at=None)
    assert next_step(ladder(0), place, START + seconds(10**6)).because is Because.NOT_OPEN


def test_asking_past_the_last_step_begins_another_round() -> None:
    rungs = ladder(0)
    last = next_step(rungs, first_place(rungs, START), START).then
    decision = next_step_now(rungs, last, START + seconds(1))
    assert decision.move is Move.TAKE
    assert (decision.at.round, decision.at.step) == (1, 0)


@pytest.mark.parametrize(
    "broken", [{"steps": ()}, {"steps": (Step(after_s=9, targets=()), Step(after_s=3, targets=()))}, {"repeat": -1}]
)
def test_ladder_nobody_can_climb_is_refused(broken: dict[str, object]) -> None:
    sound: dict[str, object] = {"policy_key": "p", "version": 1, "steps": ladder(0).steps, "repeat": 0}
    with pytest.raises(ValueError, match="ladder"):
        Ladder(**(sound | broken))  # type: ignore[arg-type]  # each case breaks one argument


@given(ladders, pauses)
def test_unanswered_page_always_has_a_sound_next_step(rungs: Ladder, waits: list[timedelta]) -> None:
    place, now = first_place(rungs, START), START
    for wait in waits:
        now += wait
        place = next_step(rungs, place, now).then
        assert place.due_at is not None
        assert flaw(rungs, place, now) in {None, Flaw.OVERDUE}


@given(ladders, pauses)
def test_every_step_of_every_round_is_taken_once_and_in_order(rungs: Ladder, waits: list[timedelta]) -> None:
    place, now, taken = first_place(rungs, START), START, []
    for wait in waits:
        now += wait
        decision = next_step(rungs, place, now)
        if decision.move is Move.TAKE:
            taken.append((decision.at.round, decision.at.step))
        place = decision.then
    every = [(turn, step) for turn in range(rungs.repeat + 1) for step in range(len(rungs.steps))]
    steps = len(rungs.steps)
    every += [(turn, steps + call) for turn in range(rungs.repeat + 1, rungs.repeat + 90) for call in LastCall]
    assert taken == every[: len(taken)]


@given(ladders, st.lists(st.tuples(st.integers(0, 3), st.floats(0, 900, allow_nan=False)), max_size=60))
def test_two_tickers_never_take_one_step_twice(rungs: Ladder, schedule: list[tuple[int, float]]) -> None:
    """Tickers decide on what they read, perhaps long ago; a write counts only where the place is still the one read
    (the row's lock), and a notification only under a key nobody has used (the unique key)."""
    stored, now = first_place(rungs, START), START
    read: dict[int, Place] = {}
    told: list[tuple[int, int]] = []
    for ticker, wait in schedule:
        now += seconds(wait)
        if ticker not in read:
            read[ticker] = stored
            continue
        seen = read.pop(ticker)
        decision = next_step(rungs, seen, now)
        if stored != seen:
            continue
        if decision.move is Move.TAKE:
            told.append((decision.at.round, decision.at.step))
        stored = decision.then
    assert len(told) == len(set(told))


@given(
    ladders,
    st.sampled_from([PageState.OPEN, PageState.EXHAUSTED]),
    st.integers(-5, 9),
    st.none() | st.floats(-9e5, 9e5, allow_nan=False).map(seconds),
)
def test_mended_page_is_sound_and_due(rungs: Ladder, state: PageState, step: int, due_in: timedelta | None) -> None:
    due_at = None if due_in is None else START + due_in
    torn = Place(state=state, round=1, step=step, round_began_at=START, due_at=due_at)
    whole = mended(rungs, torn, START)
    assert flaw(rungs, whole, START) is None
    assert next_step(rungs, whole, START).move in {Move.TAKE, Move.EXHAUST}
    moved = (whole.round, whole.step) != (torn.round, torn.step)
    assert not moved or whole.round > torn.round, "a step told in this round would tell nobody"


@pytest.mark.parametrize(
    ("step", "due_in_s", "found"),
    [
        (0, 10, None),
        (1, 10, None),
        (2, 10, Flaw.OFF_THE_LADDER),
        (0, 10**6, Flaw.TOO_FAR_AHEAD),
        (0, -OVERDUE.total_seconds() - 1, Flaw.OVERDUE),
    ],
)
def test_auditor_knows_a_sound_next_step(step: int, due_in_s: float, found: Flaw | None) -> None:
    place = Place(state=PageState.OPEN, round=0, step=step, round_began_at=START, due_at=START + seconds(due_in_s))
    assert flaw(ladder(0), place, START) is found


def named(person: UUID | None, why: Why = Why.NAMED) -> Candidate:
    return Candidate(person=person, why=why)


def test_each_person_is_chosen_once() -> None:
    choice = choose([named(ANNA), named(BOB), named(ANNA)], reachable=frozenset({ANNA, BOB}), fallback=[])
    assert [each.person for each in choice.chosen] == [ANNA, BOB]
    assert not choice.fell_back


def test_fallback_stops_at_the_first_tier_somebody_of_which_can_be_reached() -> None:
    tiers = [[named(ANNA, Why.TEAM_LEAD)], [named(BOB, Why.ADMINISTRATOR)], [named(CAROL, Why.ADMINISTRATOR)]]
    choice = choose([named(None, Why.NOBODY_ON_CALL)], reachable=frozenset({BOB, CAROL}), fallback=tiers)
    assert [(each.person, each.why) for each in choice.chosen] == [(BOB, Why.ADMINISTRATOR)]
    assert [each.why for each in choice.passed_over] == [Why.NOBODY_ON_CALL, Why.NO_CONTACT]
    assert choice.fell_back


@given(
    st.lists(st.builds(named, st.sampled_from([None, ANNA, BOB]), st.sampled_from(list(Why))), max_size=6),
    st.sets(st.sampled_from([ANNA, BOB])),
)
def test_somebody_is_woken_whenever_an_administrator_can_be_reached(
    candidates: list[Candidate], reachable: set[UUID]
) -> None:
    fallback = [[named(CAROL, Why.ADMINISTRATOR)]]
    choice = choose(candidates, reachable=frozenset(reachable | {CAROL}), fallback=fallback)
    assert choice.chosen
    assert all(each.person in reachable | {CAROL} for each in choice.chosen)
