"""On-call decisions in plain cases: each test is one sentence of the rules."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tocsin.oncall.rules import (
    Handoff,
    OnCall,
    Override,
    Reason,
    ReasonKind,
    Rotation,
    Weekday,
    gaps,
    on_call_at,
    shifts,
    to_utc,
    turn_begins,
)

WARSAW = "Europe/Warsaw"


def rotation(
    *participants: str,
    zone: str = WARSAW,
    at: time = time(9, 0),
    starts_on: date = date(2026, 1, 5),
    overrides: tuple[Override, ...] = (),
) -> Rotation:
    return Rotation(
        zone=zone,
        handoff=Handoff(weekday=Weekday.MONDAY, time=at),
        starts_on=starts_on,
        participants=participants,
        overrides=overrides,
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def override(person: str, starts: str, ends: str) -> Override:
    return Override(person=person, starts_at=utc(starts), ends_at=utc(ends))


def test_participants_follow_each_other_weekly_and_round_again() -> None:
    weeks = [
        on_call_at(rotation("anna", "bob"), utc("2026-01-07T12:00") + timedelta(days=7 * n)).person for n in range(4)
    ]
    assert weeks == ["anna", "bob", "anna", "bob"]


def test_answer_says_since_when_until_when_and_why() -> None:
    assert on_call_at(rotation("anna", "bob"), utc("2026-01-14T00:00")) == OnCall(
        person="bob",
        since=utc("2026-01-12T08:00"),
        until=utc("2026-01-19T08:00"),
        because=Reason(kind=ReasonKind.TURN, turn=1),
    )


def test_handoff_belongs_to_the_one_who_takes_over() -> None:
    weekly = rotation("anna", "bob")
    assert on_call_at(weekly, utc("2026-01-12T07:59")).person == "anna"
    assert on_call_at(weekly, utc("2026-01-12T08:00")).person == "bob"


def test_nobody_is_on_call_before_the_rotation_starts() -> None:
    answer = on_call_at(rotation("anna"), utc("2026-01-05T07:59"))
    assert answer == OnCall(
        person=None, since=None, until=utc("2026-01-05T08:00"), because=Reason(kind=ReasonKind.NOT_STARTED)
    )


def test_rotation_without_participants_is_a_gap_without_end() -> None:
    answer = on_call_at(rotation(), utc("2026-01-07T12:00"))
    assert answer == OnCall(person=None, since=None, until=None, because=Reason(kind=ReasonKind.NO_PARTICIPANTS))


def test_first_turn_is_short_when_it_starts_between_handoffs() -> None:
    midweek = rotation("anna", "bob", starts_on=date(2026, 1, 8))
    assert turn_begins(midweek, 0) == utc("2026-01-08T08:00")
    assert turn_begins(midweek, 1) == utc("2026-01-12T08:00")
    assert turn_begins(midweek, 2) == utc("2026-01-19T08:00")


def test_override_wins_for_its_span_only() -> None:
    covered = rotation("anna", overrides=(override("bob", "2026-01-07T10:00", "2026-01-07T14:00"),))
    people = [on_call_at(covered, utc(f"2026-01-07T{hour}")).person for hour in ("09:59", "10:00", "13:59", "14:00")]
    assert people == ["anna", "bob", "bob", "anna"]


def test_override_across_a_handoff_is_one_shift() -> None:
    covered = rotation("anna", "bob", overrides=(override("carol", "2026-01-12T00:00", "2026-01-13T00:00"),))
    listed = shifts(covered, utc("2026-01-10T00:00"), utc("2026-01-14T00:00"))
    assert [(shift.person, shift.until) for shift in listed] == [
        ("anna", utc("2026-01-12T00:00")),
        ("carol", utc("2026-01-13T00:00")),
        ("bob", utc("2026-01-14T00:00")),
    ]


def test_later_override_wins_where_two_overlap() -> None:
    covered = rotation(
        "anna",
        overrides=(
            override("bob", "2026-01-07T10:00", "2026-01-07T14:00"),
            override("carol", "2026-01-07T12:00", "2026-01-07T16:00"),
        ),
    )
    answer = on_call_at(covered, utc("2026-01-07T13:00"))
    assert (answer.person, answer.because) == ("carol", Reason(kind=ReasonKind.OVERRIDE, override=1))


def test_hidden_override_boundary_splits_no_shift() -> None:
    covered = rotation(
        "anna",
        overrides=(
            override("bob", "2026-01-07T11:00", "2026-01-07T12:00"),
            override("carol", "2026-01-07T10:00", "2026-01-07T16:00"),
        ),
    )
    answer = on_call_at(covered, utc("2026-01-07T11:30"))
    assert (answer.since, answer.until) == (utc("2026-01-07T10:00"), utc("2026-01-07T16:00"))


def test_override_covers_a_rotation_that_has_not_started() -> None:
    early = rotation("anna", overrides=(override("bob", "2026-01-01T00:00", "2026-01-02T00:00"),))
    assert on_call_at(early, utc("2026-01-01T12:00")).person == "bob"
    assert [gap.since for gap in gaps(early, utc("2026-01-01T00:00"), utc("2026-01-06T00:00"))] == [
        utc("2026-01-02T00:00")
    ]


def test_handoff_keeps_its_wall_clock_time_over_a_clock_change() -> None:
    weekly = rotation("anna", "bob", starts_on=date(2026, 3, 23))
    assert turn_begins(weekly, 0) == utc("2026-03-23T08:00")
    assert turn_begins(weekly, 1) == utc("2026-03-30T07:00")


def test_handoff_inside_a_gap_happens_right_after_it() -> None:
    # 2026-03-29 02:00 -> 03:00 in Warsaw.
    assert to_utc(datetime(2026, 3, 29, 2, 30), ZoneInfo(WARSAW)) == utc("2026-03-29T01:00")


def test_handoff_inside_an_overlap_happens_the_first_time() -> None:
    # 2026-10-25 03:00 -> 02:00 in Warsaw.
    assert to_utc(datetime(2026, 10, 25, 2, 30), ZoneInfo(WARSAW)) == utc("2026-10-25T00:30")


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 10), "2026-10-03T15:30"),  # a gap of half an hour
        ("Antarctica/Troll", datetime(2026, 3, 29, 1, 59), "2026-03-29T01:00"),  # a gap of two hours
        ("Pacific/Apia", datetime(2011, 12, 30, 12, 0), "2011-12-30T10:00"),  # a day that never was
        ("America/Sao_Paulo", datetime(2018, 11, 4, 0, 0), "2018-11-04T03:00"),  # a gap at midnight
    ],
)
def test_odd_gaps_end_where_the_zone_says(zone: str, wall: datetime, expected: str) -> None:
    assert to_utc(wall, ZoneInfo(zone)) == utc(expected)


def test_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="never for a naive time"):
        on_call_at(rotation("anna"), datetime(2026, 1, 7))


def test_override_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        override("bob", "2026-01-07T14:00", "2026-01-07T10:00")
