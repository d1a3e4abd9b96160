"""The ladder of a page: which step is next, when, whom it wakes, and why. Pure.

A page climbs the steps of its policy. A step is due `after_s` seconds after its round began; when nobody has
answered `PAUSE` after the last step, the round is repeated, and after the last round the page is exhausted. It never
falls silent: from then on it makes its last calls, to the team's lead and then to the administrators, again and again
at a slower pace, until somebody answers or stops it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

PAUSE = timedelta(minutes=5)
"""How long the last step of a round has before the next round begins, or the page makes its last calls."""

LAST_CALLS_EVERY = timedelta(minutes=30)
"""How long after an exhausted page's calls they are made again."""

OVERDUE = timedelta(seconds=60)
"""A step later than this was forgotten by its ticker; the auditor asks for it again."""


class PageState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    EXHAUSTED = "exhausted"
    STOPPED = "stopped"


UNANSWERED = frozenset({PageState.OPEN, PageState.EXHAUSTED})


class Urgency(StrEnum):
    """How much a page matters. One kind for now: whatever wakes nobody makes no page."""

    PAGE = "page"


class TargetKind(StrEnum):
    ROTATION = "rotation"
    PERSON = "person"


class Purpose(StrEnum):
    """What a notification is for: to wake, or to tell those already woken that something changed."""

    PAGE = "page"
    UPDATE = "update"
    NOTICE = "notice"


class StopReason(StrEnum):
    RESOLVED = "resolved"
    MOVED = "moved"
    MERGED = "merged"
    REPEATED = "repeated"
    WITHDRAWN = "withdrawn"


class Why(StrEnum):
    """Why a person was chosen, or passed over."""

    ON_CALL = "on_call"
    OVERRIDE = "override"
    NAMED = "named"
    ASKED_FOR = "asked_for"
    TEAM_LEAD = "team_lead"
    ADMINISTRATOR = "administrator"
    NOBODY_ON_CALL = "nobody_on_call"
    INACTIVE = "inactive"
    NO_CONTACT = "no_contact"
    GONE = "gone"
    ALREADY_TOLD = "already_told"


class Because(StrEnum):
    """Why the ladder does what it does next."""

    STEP_DUE = "step_due"
    ASKED_FOR = "asked_for"
    NOBODY_ANSWERED = "nobody_answered"
    NOT_DUE = "not_due"
    NOT_OPEN = "not_open"
    ALL_ROUNDS_DONE = "all_rounds_done"


class LastCall(IntEnum):
    """Whom an exhausted page wakes, in this order: its place is as many steps past the ladder's last."""

    LEAD = 0
    ADMINISTRATORS = 1


class Move(StrEnum):
    TAKE = "take"
    WAIT = "wait"
    EXHAUST = "exhaust"


class SentenceKind(StrEnum):
    """What a page can say. Params are optional; `key` (INC-12) goes before the title of every kind.

    * cause: `service`, `what`, `touched` (number of services), `touches` (some of their names), `since` (ISO 8601)
    * cause_moved: the same, and `before`, the service blamed until now
    * declared: `title`, `by`, `since`
    * asked: `text`, `by`
    * moved_away: `service`, `team`; told to those woken first, when another team has taken over
    * resolved: `service` or `title`
    * merged: `into`, the key of the incident that goes on, and `service` or `title`
    """

    CAUSE = "cause"
    CAUSE_MOVED = "cause_moved"
    DECLARED = "declared"
    ASKED = "asked"
    MOVED_AWAY = "moved_away"
    RESOLVED = "resolved"
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What a page says, before it is put into the reader's words: a `SentenceKind` and its params."""

    kind: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom a step wakes: whoever is on call in a rotation, or a person."""

    kind: TargetKind
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Due `after_s` seconds after its round began."""

    after_s: int
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """A policy as it was when the page was opened. At least one step, in order of time; `repeat` more rounds."""

    policy_key: str
    version: int
    steps: tuple[Step, ...]
    repeat: int

    def __post_init__(self) -> None:
        """Refuse a ladder that nobody can climb; `ValueError` says why."""
        if not self.steps:
            raise ValueError("a ladder has at least one step")
        if self.repeat < 0:
            raise ValueError("a ladder is repeated zero times or more")
        if any(later.after_s < earlier.after_s for earlier, later in zip(self.steps, self.steps[1:], strict=False)):
            raise ValueError("the steps of a ladder are in order of time")
        if self.steps[0].after_s < 0:
            raise ValueError("a step is never before its round")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page stands. `step` is the next to take, `due_at` when. From `len(steps)` on it is a `LastCall`."""

    state: PageState
    round: int
    step: int
    round_began_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do now and why: `at` is the place it is done from, `then` where the page stands afterwards."""

    move: Move
    because: Because
    at: Place
    then: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody a step could wake: `person` None where a target led to nobody; `why` with its `params`."""

    person: UUID | None
    why: Why
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Whom a step wakes, and whom it passed over. `fell_back`: its own targets led to nobody who can be reached."""

    chosen: tuple[Candidate, ...]
    passed_over: tuple[Candidate, ...]
    fell_back: bool


class Flaw(StrEnum):
    """What the auditor can find wrong with an open page."""

    OFF_THE_LADDER = "off_the_ladder"
    TOO_FAR_AHEAD = "too_far_ahead"
    OVERDUE = "overdue"
    UNREADABLE = "unreadable"


def first_place(ladder: Ladder, opened_at: datetime) -> Place:
    """Where a page stands when it is opened."""
    due_at = opened_at + timedelta(seconds=ladder.steps[0].after_s)
    return Place(state=PageState.OPEN, round=0, step=0, round_began_at=opened_at, due_at=due_at)


def next_step(ladder: Ladder, place: Place, now: datetime) -> Decision:
    """Decide what the ticker does with a page at `now`: take its step, count it as exhausted, or leave it."""
    if place.state not in UNANSWERED or place.due_at is None:
        return Decision(move=Move.WAIT, because=Because.NOT_OPEN, at=place, then=place)
    if now < place.due_at:
        return Decision(move=Move.WAIT, because=Because.NOT_DUE, at=place, then=place)
    return _climb(ladder, place, now, Because.STEP_DUE)


def next_step_now(ladder: Ladder, place: Place, now: datetime) -> Decision:
    """Somebody asks for the next step at once, whatever the time. An exhausted page begins its ladder again."""
    if place.state is PageState.EXHAUSTED:
        place = Place(state=PageState.OPEN, round=place.round + 1, step=0, round_began_at=now, due_at=now)
    if place.state is not PageState.OPEN:
        return Decision(move=Move.WAIT, because=Because.NOT_OPEN, at=place, then=place)
    if place.step >= len(ladder.steps):
        place = replace(place, round=place.round + 1, step=0, round_began_at=now)
    return _climb(ladder, place, now, Because.ASKED_FOR)


def _climb(ladder: Ladder, place: Place, now: datetime, because: Because) -> Decision:
    if place.state is PageState.EXHAUSTED:
        then = _after_last_call(ladder, place, now)
        return Decision(move=Move.TAKE, because=Because.NOBODY_ANSWERED, at=place, then=then)
    if place.step >= len(ladder.steps):
        last = Place(
            state=PageState.EXHAUSTED,
            round=place.round + 1,
            step=len(ladder.steps) + LastCall.LEAD,
            round_began_at=now,
            due_at=now,
        )
        return Decision(move=Move.EXHAUST, because=Because.ALL_ROUNDS_DONE, at=place, then=last)
    return Decision(move=Move.TAKE, because=because, at=place, then=_after(ladder, place, now))


def _after(ladder: Ladder, place: Place, now: datetime) -> Place:
    """The place after the step at `place` was taken at `now`. A late step delays those after it: nobody is skipped."""
    taken = ladder.steps[place.step]
    step = place.step + 1
    if step < len(ladder.steps):
        wait = timedelta(seconds=ladder.steps[step].after_s - taken.after_s)
        return replace(place, step=step, due_at=now + wait)
    if place.round < ladder.repeat:
        began_at = now + PAUSE
        due_at = began_at + timedelta(seconds=ladder.steps[0].after_s)
        return replace(place, round=place.round + 1, step=0, round_began_at=began_at, due_at=due_at)
    return replace(place, step=step, due_at=now + PAUSE)


def last_call(ladder: Ladder, place: Place) -> LastCall | None:
    """The last call that a place stands for, None where the ladder's own steps are not done."""
    past = place.step - len(ladder.steps)
    return LastCall(past) if 0 <= past < len(LastCall) else None


def _after_last_call(ladder: Ladder, place: Place, now: datetime) -> Place:
    if last_call(ladder, place) is LastCall.LEAD:
        return replace(place, step=place.step + 1, due_at=now + PAUSE)
    again_at = now + LAST_CALLS_EVERY
    step = len(ladder.steps) + LastCall.LEAD
    return replace(place, round=place.round + 1, step=step, round_began_at=again_at, due_at=again_at)


def hastened(ladder: Ladder, place: Place, *, round_taken: int, step_taken: int, now: datetime) -> Place | None:
    """The place of a page when no message of a step it took can arrive: what follows need not wait for answers.

    None where the page has gone on since, or would not be earlier. After the last of the last calls there is nobody
    else: they are made again a `PAUSE` later, so that a broken channel is not called without end.
    """
    taken = replace(place, round=round_taken, step=step_taken)
    if place.due_at is None or (place.state is PageState.EXHAUSTED) != (step_taken >= len(ladder.steps)):
        return None
    follows = _climb(ladder, taken, now, Because.STEP_DUE).then
    if place.state not in UNANSWERED or (follows.round, follows.step) != (place.round, place.step):
        return None
    due_at = now + PAUSE if last_call(ladder, taken) is LastCall.ADMINISTRATORS else now
    if place.due_at <= due_at:
        return None
    return replace(place, round_began_at=min(place.round_began_at, due_at), due_at=due_at)


def choose(
    candidates: Sequence[Candidate],
    *,
    reachable: frozenset[UUID],
    fallback: Sequence[Sequence[Candidate]],
) -> Choice:
    """Whom to wake. Where the step's own targets lead to nobody reachable, the first tier of `fallback` that does."""
    chosen, passed_over = _split(candidates, reachable)
    if chosen:
        return Choice(chosen=chosen, passed_over=passed_over, fell_back=False)
    for tier in fallback:
        chosen, unreachable = _split(tier, reachable)
        passed_over += unreachable
        if chosen:
            break
    return Choice(chosen=chosen, passed_over=passed_over, fell_back=True)


def _split(
    candidates: Sequence[Candidate], reachable: frozenset[UUID]
) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    chosen: dict[UUID, Candidate] = {}
    passed_over = []
    for candidate in candidates:
        if candidate.person is None or candidate.why in _UNFIT:
            passed_over.append(candidate)
        elif candidate.person not in reachable:
            passed_over.append(replace(candidate, why=Why.NO_CONTACT, params={"as": candidate.why.value}))
        else:
            chosen.setdefault(candidate.person, candidate)
    return tuple(chosen.values()), tuple(passed_over)


_UNFIT = frozenset({Why.NOBODY_ON_CALL, Why.INACTIVE, Why.GONE})


def flaw(ladder: Ladder, place: Place, now: datetime) -> Flaw | None:
    """What is wrong with the next step of a page that waits for an answer, or None when it is sound."""
    if place.state not in UNANSWERED:
        return None
    if place.due_at is None or not _is_on(ladder, place):
        return Flaw.OFF_THE_LADDER
    if place.due_at > now + _longest_wait(ladder, place):
        return Flaw.TOO_FAR_AHEAD
    if place.due_at < now - OVERDUE:
        return Flaw.OVERDUE
    return None


def mended(ladder: Ladder, place: Place, now: datetime) -> Place:
    """The place of a flawed page, put back on its ladder and due at once.

    One that stands on its ladder stays there; another begins a new round, for whoever was told in this one would not
    be told again.
    """
    if _is_on(ladder, place):
        return replace(place, due_at=now)
    step = len(ladder.steps) + LastCall.LEAD if place.state is PageState.EXHAUSTED else 0
    return replace(place, round=place.round + 1, step=step, round_began_at=now, due_at=now)


def _is_on(ladder: Ladder, place: Place) -> bool:
    if place.state is PageState.EXHAUSTED:
        return last_call(ladder, place) is not None
    return 0 <= place.step <= len(ladder.steps)


def _longest_wait(ladder: Ladder, place: Place) -> timedelta:
    if place.state is PageState.EXHAUSTED:
        return LAST_CALLS_EVERY
    return PAUSE + timedelta(seconds=ladder.steps[-1].after_s)
