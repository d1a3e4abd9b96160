"""The values that screens hand to the component tags: plain, frozen, already in the reader's words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext

from tocsin.ui import wording


class StepState(StrEnum):
    """Where a step of a strip stands; `LATE` is the current one past its goal."""

    DONE = "done"
    NOW = "now"
    LATE = "late"
    NEXT = "next"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One station of a strip, with a short detail under it such as a time."""

    label: str
    detail: str
    state: StepState


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Stations in a row; on a phone it becomes a bar that says "Step 3 of 5"."""

    label: str
    steps: tuple[Step, ...]

    @property
    def at(self) -> int:
        """The number of the station that is current, or of the last that is done."""
        for index, step in enumerate(self.steps, start=1):
            if step.state in (StepState.NOW, StepState.LATE):
                return index
        return sum(step.state is StepState.DONE for step in self.steps)

    @property
    def here(self) -> Step:
        return self.steps[max(0, self.at - 1)]

    @property
    def following(self) -> Step | None:
        return self.steps[self.at] if self.at < len(self.steps) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """When an incident reached each station of the 3-minute clock; None while it has not."""

    first_alert_at: datetime
    cause_named_at: datetime | None = None
    paged_at: datetime | None = None
    acknowledged_at: datetime | None = None
    work_begun_at: datetime | None = None


def clock_strip(stamps: Stamps, now: datetime, goal: timedelta = timedelta(minutes=3)) -> Strip:
    """From the first alert to work begun, each station with the time since the first alert.

    Stations may be reached out of order (somebody is paged before the cause is named); the first that is missing is
    current, and late once `goal` has passed.
    """
    stations = [
        (gettext("First alert"), stamps.first_alert_at),
        (gettext("Cause named"), stamps.cause_named_at),
        (gettext("Paged"), stamps.paged_at),
        (gettext("Acknowledged"), stamps.acknowledged_at),
        (gettext("Work begun"), stamps.work_begun_at),
    ]
    steps = []
    waiting = StepState.LATE if now - stamps.first_alert_at > goal else StepState.NOW
    for label, at in stations:
        if at is None:
            spent = wording.duration((now - stamps.first_alert_at).total_seconds())
            detail = gettext("waiting, %(time)s so far") % {"time": spent} if waiting is not StepState.NEXT else "–"
            steps.append(Step(label=label, detail=detail, state=waiting))
            waiting = StepState.NEXT
        else:
            after = wording.duration((at - stamps.first_alert_at).total_seconds())
            detail = gettext("after %(time)s") % {"time": after} if at > stamps.first_alert_at else gettext("start")
            steps.append(Step(label=label, detail=detail, state=StepState.DONE))
    return Strip(label=gettext("From the first alert to work begun"), steps=tuple(steps))


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """What became of `count` alerts. `is_open` rows are still in front of the reader, others are folded away."""

    count: int
    label: str
    note: str = ""
    url: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Where every alert went. It is the product's promise that the rows add up to `total`."""

    total: int
    rows: tuple[LedgerRow, ...]

    @property
    def missing(self) -> int:
        """Alerts that no row accounts for: zero, or the screen says so."""
        return self.total - sum(row.count for row in self.rows)

    def width(self, row: LedgerRow) -> float:
        """The bar's width in percent, on a logarithmic scale: 6 must show beside 17,938."""
        largest = max((each.count for each in self.rows), default=0)
        return round(100 * math.log1p(row.count) / math.log1p(largest), 1) if largest else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a timeline. `icon` for the machine's, an `author` for a person's; `tag` such as "Internal"."""

    at: datetime
    text: str
    author: str = ""
    icon: str = "clock"
    tag: str = ""
    is_public: bool = False
    is_loud: bool = False


class RungState(StrEnum):
    """Where somebody stands on the escalation ladder."""

    REACHED = "reached"
    WAITING = "waiting"
    NEXT = "next"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """Somebody on the ladder: `detail` at the right, or a countdown to `until`."""

    name: str
    note: str
    state: RungState
    detail: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One reason for the cause, in words; `supports` is False for what speaks against it. `points`: "+3.2"."""

    text: str
    supports: bool = True
    points: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The probable cause with its reasons; without addresses to post to, it is only read."""

    name: str
    evidence: tuple[Evidence, ...]
    url: str = ""
    confirm_url: str = ""
    reject_url: str = ""
    verdict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AckBand:
    """The reader is paged: who is next and when, and where acknowledging is posted."""

    title: str
    acknowledge_url: str
    next_name: str = ""
    next_at: datetime | None = None
    escalate_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStage:
    """A large number and what it counts; the loud one is the one that matters."""

    count: int
    label: str
    is_loud: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """Alerts, then groups, then incidents; `apart` is what was kept out of it and must stay visible."""

    stages: tuple[FunnelStage, ...]
    apart: FunnelStage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One line of a key-value list."""

    label: str
    value: str
    url: str = ""
