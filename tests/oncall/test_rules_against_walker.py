"""The rules against an independent walker that watches a wall clock minute by minute.

The walker knows nothing of offsets, gaps or overlaps: it looks at the zone's clock each minute and hands over as soon
as the clock shows the hand-off time or later, which happens once per week whatever the clock does.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tocsin.oncall.rules import Handoff, Override, PersonId, Rotation, Weekday, on_call_at, shifts

MINUTE = timedelta(minutes=1)
ZONES = (
    "Europe/Warsaw",
    "America/New_York",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Asia/Gaza",
    "Pacific/Apia",
    "Pacific/Chatham",
    "America/Asuncion",
    "UTC",
)


def transitions(zone: str, year: int) -> list[datetime]:
    """Find the hours of a year in which the zone's offset changes."""
    info, found = ZoneInfo(zone), []
    at = datetime(year, 1, 1, tzinfo=UTC)
    while at.year == year:
        after = at + timedelta(hours=1)
        if at.astimezone(info).utcoffset() != after.astimezone(info).utcoffset():
            found.append(at)
        at = after
    return found or [datetime(year, 6, 1, tzinfo=UTC)]


def walk(rotation: Rotation, begin: datetime, end: datetime) -> Iterator[tuple[datetime, PersonId | None]]:
    """Yield each minute and who is on call, from before the rotation's first hand-off."""
    zone = ZoneInfo(rotation.zone)
    handoff = datetime.combine(rotation.starts_on, rotation.handoff.time)
    turn, at = -1, begin
    while at < end:
        while at.astimezone(zone).replace(tzinfo=None) >= handoff:
            turn += 1
            handoff += timedelta(days=1)
            while handoff.weekday() != rotation.handoff.weekday:
                handoff += timedelta(days=1)
        person = rotation.participants[turn % len(rotation.participants)] if turn >= 0 else None
        for override in rotation.overrides:
            if override.starts_at <= at < override.ends_at:
                person = override.person
        yield at, person
        at += MINUTE


@st.composite
def rotations_round_a_transition(draw: st.DrawFn) -> tuple[Rotation, datetime, datetime]:
    """Draw a rotation with a hand-off near a change of clocks, and the window to walk."""
    zone = draw(st.sampled_from(ZONES))
    change = draw(st.sampled_from(transitions(zone, draw(st.integers(2008, 2032)))))
    near = change.astimezone(ZoneInfo(zone)) + timedelta(minutes=draw(st.integers(-200, 200)))
    starts_on = near.date() - timedelta(days=draw(st.integers(0, 8)))
    begin, end = change - timedelta(days=10), change + timedelta(days=2)
    overrides = tuple(
        Override(person=f"cover-{place}", starts_at=begin + first * MINUTE, ends_at=begin + (first + length) * MINUTE)
        for place, (first, length) in enumerate(
            draw(st.lists(st.tuples(st.integers(0, 17_000), st.integers(1, 4_000)), max_size=3))
        )
    )
    rotation = Rotation(
        zone=zone,
        handoff=Handoff(weekday=Weekday(near.weekday()), time=time(near.hour, near.minute)),
        starts_on=starts_on,
        participants=tuple("abcd"[: draw(st.integers(1, 4))]),
        overrides=overrides,
    )
    return rotation, begin, end


@settings(max_examples=40, deadline=None)
@given(rotations_round_a_transition())
def test_shifts_equal_what_the_clock_watcher_saw(case: tuple[Rotation, datetime, datetime]) -> None:
    rotation, begin, end = case
    listed = shifts(rotation, begin, end)
    place = 0
    for at, person in walk(rotation, begin, end):
        while listed[place].until <= at:  # type: ignore[operator]  # a shift cut to a window always has an end
            place += 1
        assert listed[place].person == person, at


@settings(max_examples=200, deadline=None)
@given(rotations_round_a_transition(), st.integers(-400_000, 400_000))
def test_shifts_and_single_answers_agree_and_touch(case: tuple[Rotation, datetime, datetime], offset_min: int) -> None:
    rotation, begin, _ = case
    begin += offset_min * MINUTE
    end = begin + timedelta(days=30)
    listed = shifts(rotation, begin, end)
    assert (listed[0].since, listed[-1].until) == (begin, end)
    for earlier, later in pairwise(listed):
        assert earlier.until == later.since
        assert earlier.because != later.because
    for shift in listed[1:-1]:
        assert shift.since is not None
        assert on_call_at(rotation, shift.since) == shift


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ZONES), st.dates(date(2008, 1, 1), date(2035, 1, 1)), st.times(), st.integers(0, 6))
@example("Pacific/Apia", date(2011, 12, 30), time(0, 0), 4)
def test_no_turn_is_lost_or_doubled_in_a_year(zone: str, starts_on: date, at: time, weekday: int) -> None:
    rotation = Rotation(
        zone=zone,
        handoff=Handoff(weekday=Weekday(weekday), time=at.replace(second=0, microsecond=0)),
        starts_on=starts_on,
        participants=("anna", "bob", "carol"),
    )
    begin = datetime.combine(starts_on, time(), tzinfo=UTC) + timedelta(days=10)
    turns = [shift.because.turn for shift in shifts(rotation, begin, begin + timedelta(days=365))]
    assert turns == list(range(turns[0] or 0, (turns[0] or 0) + len(turns)))
    assert len(turns) in {53, 54}
