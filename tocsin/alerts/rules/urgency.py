"""When does a group need people, and how soon? Tier x severity x novelty, then patience for the cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from tocsin.alerts.rules.states import HUSHED, AlertState, AsideReason, Severity, Urgency

PATIENCE = timedelta(seconds=8)
"""A critical group waits this long for its cause; what is left of 10 s is for the page itself."""

LOOK = timedelta(seconds=3)
"""A new group is looked at for this long, however old its evidence: first guesses are the poorest."""

SURE_AFTER = timedelta(seconds=1)
STABLE = timedelta(seconds=5)
SPLIT_SURE = timedelta(seconds=15)
SURE = 0.8
SUSPECT = 0.5
"""Below this confidence a group that is not critical waits on, up to LONG_PATIENCE."""

LONG_PATIENCE = timedelta(seconds=60)


FLAPPING = 4
"""What came back this often within a quarter of an hour each does not stand alone, until it is steady."""

STEADY = timedelta(minutes=5)
"""What has fired for this long without an end flaps no more."""

ALONE = 0.9
"""How sure an alert that stands alone is of its own service: nothing else speaks."""


class Why(StrEnum):
    """Kinds of reason; the parameters are tier, severity, confidence, waited_s, reason."""

    CRITICAL_ON_TIER = "critical_on_tier"
    SEVERE_ON_TIER = "severe_on_tier"
    NOT_SEVERE_ENOUGH = "not_severe_enough"
    NOT_FRESH = "not_fresh"
    WAITING_FOR_CAUSE = "waiting_for_cause"
    CAUSE_SURE = "cause_sure"
    CAUSE_STABLE = "cause_stable"
    WAITED_ENOUGH = "waited_enough"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Urging:
    """How urgent, and why: a kind with its parameters."""

    urgency: Urgency
    why: Why
    params: Mapping[str, int | float | str] = field(default_factory=dict)


def urgency(*, tier: int, severity: Severity, fresh: bool) -> Urging:
    """What trouble of this severity on a service of this tier (1 matters most) asks of people.

    `fresh` is false for what stood there before, flaps, or is silenced: that never pages, however severe.
    Severity 1 pages on tiers 1 to 3, severity 2 on tiers 1 and 2, severity 3 on tier 1.
    """
    params: dict[str, int | float | str] = {"tier": tier, "severity": int(severity)}
    if not fresh:
        return Urging(urgency=Urgency.QUIET, why=Why.NOT_FRESH, params=params)
    if tier + severity <= 4:
        why = Why.CRITICAL_ON_TIER if severity is Severity.CRITICAL else Why.SEVERE_ON_TIER
        return Urging(urgency=Urgency.PAGE, why=why, params=params)
    found = Urgency.LOOK if tier + severity <= 6 else Urgency.QUIET
    return Urging(urgency=found, why=Why.NOT_SEVERE_ENOUGH, params=params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a group stands: `first_at` the first evidence was received, `cause_since` the cause is the same.

    `opened_at` is when the group was. `split`: it came out of a group about which people have been called, and nothing
    critical in it is news to them.
    """

    urgency: Urgency
    severity: Severity
    confidence: float
    first_at: datetime
    cause_since: datetime
    opened_at: datetime
    split: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether to wake somebody now, and why or why not yet."""

    ready: bool
    why: Why
    params: Mapping[str, int | float | str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.ready


def ready_to_page(standing: Standing, *, now: datetime) -> Readiness:
    """Whether the cause is good enough to wake its owner.

    At once when it is sure; after 5 s when it has not moved and is at least suspected; and once a critical group has
    waited 8 s, another 60 s, but not in the first 3 s of the group: its evidence may be older than it. What splits off
    from a group that people know of wakes nobody else before its cause is sure for 15 s, or has held for a minute.
    """
    if standing.urgency is not Urgency.PAGE:
        return Readiness(ready=False, why=Why.QUIET)
    waited, held = now - standing.first_at, now - standing.cause_since
    params = {"confidence": round(standing.confidence, 3), "waited_s": round(waited.total_seconds(), 1)}
    sure_after, stable_after = (SPLIT_SURE, LONG_PATIENCE) if standing.split else (SURE_AFTER, STABLE)
    if standing.confidence >= SURE and held >= sure_after:
        return Readiness(ready=True, why=Why.CAUSE_SURE, params=params)
    if (standing.split and held < stable_after) or now - standing.opened_at < LOOK:
        return Readiness(ready=False, why=Why.WAITING_FOR_CAUSE, params=params)
    critical = standing.severity is Severity.CRITICAL
    if held >= stable_after and (critical or standing.confidence >= SUSPECT):
        return Readiness(ready=True, why=Why.CAUSE_STABLE, params=params)
    if waited >= (PATIENCE if critical else LONG_PATIENCE):
        return Readiness(ready=True, why=Why.WAITED_ENOUGH, params=params)
    return Readiness(ready=False, why=Why.WAITING_FOR_CAUSE, params=params)


HELD_BACK = frozenset({AsideReason.STANDING, AsideReason.STALE, *HUSHED})
"""What is set aside for one of these reasons does not stand alone."""

MAY_BE_CLAIMED = timedelta(seconds=2)
"""For this long after it came in the correlation may still claim an alert."""


def stands_alone(
    *, tier: int, severity: Severity, state: AlertState, set_aside: str, flaps: int, age: timedelta
) -> bool:
    """Whether an alert that belongs to no group makes one of its own: critical, fresh, on a service that matters most.

    `age` since it was first received.
    """
    flapping = set_aside == AsideReason.FLAPPING or flaps >= FLAPPING
    held_back = set_aside in HELD_BACK or (flapping and age < STEADY)
    return (
        severity is Severity.CRITICAL
        and tier == 1
        and state is AlertState.OPEN
        and not held_back
        and age >= MAY_BE_CLAIMED
    )
