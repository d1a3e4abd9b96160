"""The three-minute clock: from the first alert to the beginning of work, leg by leg."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stamp(StrEnum):
    """The moments of an incident, in the order they are hoped for."""

    FIRST_ALERT = "first_alert"
    CAUSE_NAMED = "cause_named"
    PAGED = "paged"
    ACKNOWLEDGED = "acknowledged"
    WORK_BEGUN = "work_begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The way to one moment: `at` None while it has not come. `took_s` since the latest moment before it."""

    stamp: Stamp
    at: datetime | None
    took_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The moments of one incident. The legs' seconds add up to `total_s`, whatever the order of the moments was."""

    first_alert_at: datetime
    cause_named_at: datetime | None = None
    paged_at: datetime | None = None
    acknowledged_at: datetime | None = None
    work_begun_at: datetime | None = None

    def legs(self) -> tuple[Leg, ...]:
        """Every moment; one that came before its forerunner took no time of its own."""
        legs, latest = [], self.first_alert_at
        for stamp, at in self._moments():
            if at is None:
                legs.append(Leg(stamp=stamp, at=None, took_s=None))
                continue
            legs.append(Leg(stamp=stamp, at=at, took_s=max(0.0, (at - latest).total_seconds())))
            latest = max(latest, at)
        return tuple(legs)

    @property
    def total_s(self) -> float:
        """Seconds from the first alert to the latest moment that has come."""
        return sum(leg.took_s or 0.0 for leg in self.legs())

    @property
    def running(self) -> bool:
        """Whether work has not begun."""
        return self.work_begun_at is None

    def _moments(self) -> tuple[tuple[Stamp, datetime | None], ...]:
        return (
            (Stamp.FIRST_ALERT, self.first_alert_at),
            (Stamp.CAUSE_NAMED, self.cause_named_at),
            (Stamp.PAGED, self.paged_at),
            (Stamp.ACKNOWLEDGED, self.acknowledged_at),
            (Stamp.WORK_BEGUN, self.work_begun_at),
        )


def percentile(values: Iterable[float], share: float) -> float | None:
    """The value that `share` of them do not exceed, between neighbours by proportion; None when there are none."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
