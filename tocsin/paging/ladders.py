"""Ladders between rows and rules: the snapshot on a page, and the ladder a team's policy makes now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from tocsin.paging.models import Page, Policy
from tocsin.paging.rules import Ladder, PageState, Place, Step, Target, TargetKind

if TYPE_CHECKING:
    from tocsin.accounts.models import Team

FALLBACK_REPEAT = 2
HEAD_START_S = 300
"""How long a person who was asked for has before the team's own policy begins."""

FALLBACK = Ladder(policy_key="", version=0, steps=(Step(after_s=0, targets=()),), repeat=FALLBACK_REPEAT)
"""For a team without a policy: its step names nobody, so it wakes the team's lead, else the administrators."""


def policy_of(team: Team) -> Policy | None:
    """A team's own policy: the first it was given."""
    return Policy.objects.filter(team=team, removed_at__isnull=True).order_by("id").first()


def ladder_of(policy: Policy | None) -> Ladder:
    """The ladder of a policy as it is now."""
    if policy is None:
        return FALLBACK
    steps = msgspec.convert(policy.steps, tuple[Step, ...])
    return Ladder(policy_key=policy.key, version=policy.version, steps=steps, repeat=policy.repeat)


def person_first(person: UUID, ladder: Ladder) -> Ladder:
    """The same ladder with one person before it."""
    first = Step(after_s=0, targets=(Target(kind=TargetKind.PERSON, id=person),))
    later = tuple(Step(after_s=HEAD_START_S + step.after_s, targets=step.targets) for step in ladder.steps)
    return Ladder(policy_key=ladder.policy_key, version=ladder.version, steps=(first, *later), repeat=ladder.repeat)


def ladder_from(page: Page) -> Ladder:
    """The snapshot a page carries; msgspec.ValidationError when it cannot be read."""
    return msgspec.convert(page.ladder, Ladder)


def place_of(page: Page) -> Place:
    """Where the row says its page stands."""
    return Place(
        state=PageState(page.state),
        round=page.round,
        step=page.step,
        round_began_at=page.round_began_at,
        due_at=page.next_step_at,
    )


def put(page: Page, place: Place, now: datetime) -> None:
    """Write a place into the row (unsaved), with the stamp of giving up."""
    page.state, page.round, page.step = place.state, place.round, place.step
    page.round_began_at, page.next_step_at = place.round_began_at, place.due_at
    page.exhausted_at = (page.exhausted_at or now) if place.state is PageState.EXHAUSTED else None
