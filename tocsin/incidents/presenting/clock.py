"""The three-minute clock of one incident: its stations with their times, and the slowest leg by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext, pgettext

from tocsin.incidents import wording
from tocsin.incidents.rules import Clock, Leg
from tocsin.ui import components as c
from tocsin.ui.wording import duration

GOAL_S = 180
"""From the first alert to work begun, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """The strip, and what to say under it; `slowest` is empty while only one leg is known."""

    strip: c.Strip
    slowest: str
    verdict: str
    is_late: bool


def clock_view(clock: Clock, now: datetime, *, is_open: bool) -> ClockView:
    """The clock as the screen shows it. Of a resolved incident nothing waits any more: what is missing never came."""
    legs = [leg for leg in clock.legs()[1:] if leg.took_s]
    waited_s = (now - clock.first_alert_at).total_seconds()
    strip = c.clock_strip(_stamps(clock), now, timedelta(seconds=GOAL_S))
    if not is_open:
        strip = replace(strip, steps=tuple(_over(step) for step in strip.steps))
    return ClockView(
        strip=strip,
        slowest=_slowest(legs),
        verdict=_verdict(clock),
        is_late=clock.total_s > GOAL_S or (is_open and clock.running and waited_s > GOAL_S),
    )


def _stamps(clock: Clock) -> c.Stamps:
    return c.Stamps(
        first_alert_at=clock.first_alert_at,
        cause_named_at=clock.cause_named_at,
        paged_at=clock.paged_at,
        acknowledged_at=clock.acknowledged_at,
        work_begun_at=clock.work_begun_at,
    )


def _over(step: c.Step) -> c.Step:
    if step.state is c.StepState.DONE:
        return step
    return replace(step, state=c.StepState.NEXT, detail=pgettext("moment of the clock", "never"))


def _slowest(legs: list[Leg]) -> str:
    if len(legs) < 2:
        return ""
    slowest = max(legs, key=lambda leg: leg.took_s or 0.0)
    told = {"leg": wording.stamp_word(slowest.stamp), "time": duration(slowest.took_s or 0.0)}
    return gettext("Slowest: %(leg)s, %(time)s") % told


def _verdict(clock: Clock) -> str:
    if clock.running:
        return ""
    told = {"time": duration(clock.total_s)}
    if clock.total_s <= GOAL_S:
        return gettext("Work began after %(time)s, within the goal of 3 minutes.") % told
    return gettext("Work began after %(time)s; the goal is 3 minutes.") % told
