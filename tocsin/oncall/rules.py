"""Who is on call, and why: pure functions over a rotation, an instant and nothing else.

A rotation hands over once a week at a wall-clock time in its own zone. Each turn's beginning is computed from the
calendar date and then converted to UTC, so that a change of the clocks neither shifts a hand-off nor leaves a gap:

* a hand-off in an hour that does not exist happens at the first instant after the gap;
* a hand-off in an hour that happens twice happens the first time (``fold=0``).

Every comparison is made between UTC instants, never between wall-clock times. Shifts are found by jumping from one
boundary (hand-off, begin or end of an override) to the next, so the cost depends on the number of shifts alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

PersonId: TypeAlias = int | str
"""An opaque id of a person: the rules never look inside it."""

_WEEK = timedelta(days=7)
_TICK = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)


class Weekday(IntEnum):
    """The days as :meth:`datetime.date.weekday` numbers them."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class ReasonKind(StrEnum):
    """Why this person (or nobody) is on call."""

    TURN = "turn"
    OVERRIDE = "override"
    NOT_STARTED = "not_started"
    NO_PARTICIPANTS = "no_participants"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """The kind and its parameter: the number of the turn since the start, or the place of the override."""

    kind: ReasonKind
    turn: int | None = None
    override: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """The weekly moment at which the duty passes on, in the wall-clock time of the rotation's zone."""

    weekday: Weekday
    time: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One person instead of whoever has the turn, from ``starts_at`` up to but without ``ends_at``."""

    person: PersonId
    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        """Refuse naive stamps and an empty or negative span; ``ValueError`` says which."""
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("an override needs stamps with a zone")
        if self.ends_at <= self.starts_at:
            raise ValueError("an override ends after it starts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """A weekly rotation.

    The first turn begins on ``starts_on`` at the hand-off time and lasts to the first hand-off weekday after that
    date; participants follow in their order, and round again. Where overrides overlap, the later in the tuple wins.
    """

    zone: str
    handoff: Handoff
    starts_on: date
    participants: tuple[PersonId, ...]
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """Who is on call from ``since`` up to but without ``until``, and because of what.

    ``person`` is None where nobody is on call; ``since`` is None when it has always been so, and ``until`` is None
    when nothing known will ever change it. Stamps are UTC.
    """

    person: PersonId | None
    since: datetime | None
    until: datetime | None
    because: Reason


def on_call_at(rotation: Rotation, at: datetime) -> OnCall:
    """Say who is on call at an instant (any zone, never naive), since when and until when."""
    instant = _utc(at)
    person, reason = _decide(rotation, instant)
    return OnCall(
        person=person, since=_begin(rotation, instant, reason), until=_end(rotation, instant, reason), because=reason
    )


def shifts(rotation: Rotation, starts_at: datetime, ends_at: datetime) -> list[OnCall]:
    """List who is on call between two instants, cut to them: no overlaps, no holes; nobody is a shift of None."""
    found: list[OnCall] = []
    at, last = _utc(starts_at), _utc(ends_at)
    while at < last:
        person, reason = _decide(rotation, at)
        end = _end(rotation, at, reason)
        until = last if end is None else min(end, last)
        found.append(OnCall(person=person, since=at, until=until, because=reason))
        at = until
    return found


def gaps(rotation: Rotation, starts_at: datetime, ends_at: datetime) -> list[OnCall]:
    """List the spans between two instants in which nobody is on call."""
    return [shift for shift in shifts(rotation, starts_at, ends_at) if shift.person is None]


def turn_begins(rotation: Rotation, turn: int) -> datetime:
    """Give the UTC instant at which the numbered turn (0 is the first) begins."""
    return to_utc(datetime.combine(_turn_date(rotation, turn), rotation.handoff.time), ZoneInfo(rotation.zone))


def to_utc(wall: datetime, zone: ZoneInfo) -> datetime:
    """Convert a naive wall-clock time: the first of two in an overlap, the first instant after in a gap."""
    before = wall.replace(tzinfo=zone, fold=0)
    instant = before.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    # In a gap, fold=0 reads the wall with the offset from before the change, which lands at or after the change, and
    # fold=1 with the offset from after it, which lands before: the change itself lies between the two.
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _first_instant_with_new_offset(zone, early, instant)


def _first_instant_with_new_offset(zone: ZoneInfo, old: datetime, new: datetime) -> datetime:
    """Halve the span (old, new] down to the second in which the zone's offset changes."""
    old, new = old.replace(microsecond=0), new.replace(microsecond=0)
    offset = old.astimezone(zone).utcoffset()
    while new - old > _SECOND:
        middle = (old + (new - old) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            old = middle
        else:
            new = middle
    return new


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("on-call is asked for an instant with a zone, never for a naive time")
    return at.astimezone(UTC)


def _turn_date(rotation: Rotation, turn: int) -> date:
    """Give the local date on which a turn begins; the first turn may be shorter than a week."""
    if turn == 0:
        return rotation.starts_on
    return rotation.starts_on + timedelta(days=_first_turn_days(rotation)) + (turn - 1) * _WEEK


def _first_turn_days(rotation: Rotation) -> int:
    return (rotation.handoff.weekday - rotation.starts_on.weekday() - 1) % 7 + 1


def _turn_at(rotation: Rotation, at: datetime) -> int | None:
    """Give the number of the turn running at an instant; None before the rotation starts."""
    today = at.astimezone(ZoneInfo(rotation.zone)).date()
    days = (today - rotation.starts_on).days
    turn = max(0, (days - _first_turn_days(rotation)) // 7 + 1)
    # The guess is made by date; the hand-off time of that date may still be ahead, or a gap may have moved it.
    while turn_begins(rotation, turn + 1) <= at:
        turn += 1
    while turn >= 0 and turn_begins(rotation, turn) > at:
        turn -= 1
    return turn if turn >= 0 else None


def _decide(rotation: Rotation, at: datetime) -> tuple[PersonId | None, Reason]:
    """Choose at one instant: an override first, then the turn."""
    for place in reversed(range(len(rotation.overrides))):
        override = rotation.overrides[place]
        if override.starts_at <= at < override.ends_at:
            return override.person, Reason(kind=ReasonKind.OVERRIDE, override=place)
    if not rotation.participants:
        return None, Reason(kind=ReasonKind.NO_PARTICIPANTS)
    turn = _turn_at(rotation, at)
    if turn is None:
        return None, Reason(kind=ReasonKind.NOT_STARTED)
    return rotation.participants[turn % len(rotation.participants)], Reason(kind=ReasonKind.TURN, turn=turn)


def _edges(rotation: Rotation) -> Iterator[datetime]:
    for override in rotation.overrides:
        yield override.starts_at.astimezone(UTC)
        yield override.ends_at.astimezone(UTC)


def _next_boundary(rotation: Rotation, at: datetime) -> datetime | None:
    """Give the first instant after ``at`` at which the decision may change."""
    ahead = [edge for edge in _edges(rotation) if edge > at]
    if rotation.participants:
        turn = _turn_at(rotation, at)
        ahead.append(turn_begins(rotation, 0 if turn is None else turn + 1))
    return min(ahead, default=None)


def _last_boundary(rotation: Rotation, at: datetime) -> datetime | None:
    """Give the latest instant up to ``at`` at which the decision may have changed."""
    behind = [edge for edge in _edges(rotation) if edge <= at]
    turn = _turn_at(rotation, at) if rotation.participants else None
    if turn is not None:
        behind.append(turn_begins(rotation, turn))
    return max(behind, default=None)


def _end(rotation: Rotation, at: datetime, reason: Reason) -> datetime | None:
    """Jump over the boundaries that change nothing to the first one that does."""
    boundary = _next_boundary(rotation, at)
    while boundary is not None and _decide(rotation, boundary)[1] == reason:
        boundary = _next_boundary(rotation, boundary)
    return boundary


def _begin(rotation: Rotation, at: datetime, reason: Reason) -> datetime | None:
    """Jump back over the boundaries that changed nothing to the one that did."""
    boundary = _last_boundary(rotation, at)
    while boundary is not None and _decide(rotation, boundary - _TICK)[1] == reason:
        boundary = _last_boundary(rotation, boundary - _TICK)
    return boundary
