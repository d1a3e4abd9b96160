"""When does the named cause of a group give way to a better suspect?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.alerts.rules.urgency import SURE

HOLD_SURE = timedelta(seconds=3)
HOLD = timedelta(seconds=15)
"""Once somebody has been called, another cause must be the better one for this long before the page follows it; less
when it is sure. In the first minute of a storm suspects take turns: following each would wake as many people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """The suspect that would replace the named cause, and since when it has been the better one."""

    service: str
    since: datetime


def leader(before: Leader | None, *, named: str, best: str, now: datetime) -> Leader | None:
    """Who leads now that `best` scores highest; None while that is the named cause itself."""
    if best == named:
        return None
    return before if before is not None and before.service == best else Leader(service=best, since=now)


def may_move(*, called: bool, held: timedelta, confidence: float) -> bool:
    """Whether the named cause may give way to one, so sure, that has been the better for `held`."""
    return not called or held >= (HOLD_SURE if confidence >= SURE else HOLD)
