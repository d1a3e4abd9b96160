"""What the demonstration says at its end: what was sent, what became of it, and whether the right thing happened.

The report holds only counted values. Whoever makes it counts alerts and incidents by SQL after the replay and takes the
truth from the scenario; the two never meet before.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

_PAGES_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Deliveries on their way: put on the wire, answered with success, and found in the database afterwards.

    `first_refusal` is what the server said to the first one that it did not take for good.
    """

    sent: int
    accepted: int
    stored: int
    retries: int
    distinct: int
    first_refusal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of some of the deliveries, in words, and of how many."""

    what: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One incident: its key, title and screen, how many deliveries are in it, and the cause it names.

    ``named_after_s`` is event time from its first alert to the moment the cause was named; None when none was named.
    ``merged``: it turned out to be part of another one, which has its deliveries now.
    """

    key: str
    title: str
    url: str
    deliveries: int
    cause: str | None
    confidence: float | None
    named_after_s: float | None
    merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged:
    """One person woken: about which incident, why them, and how long after its first alert (event and wall time)."""

    person: str
    incident: str
    why: str
    channel: str
    after_event_s: float
    after_wall_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One recorded case: its labelled cause, the cause named first, and the place of the true one (None: not named)."""

    case: str
    true: str
    named: str | None
    place: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How long the scenario lasts in event time, how long its replay and the digesting took in wall time."""

    event_s: float
    replay_wall_s: float
    digest_wall_s: float

    @property
    def factor(self) -> float:
        """Give event seconds per wall second."""
        return self.event_s / self.replay_wall_s if self.replay_wall_s > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The closing report of one run."""

    scenario: str
    counts: Counts
    fates: tuple[Fate, ...]
    incidents: tuple[Named, ...]
    true_causes: tuple[str, ...]
    pages: tuple[Paged, ...]
    speed: Speed
    sign_in_url: str
    cases: tuple[Judged, ...] = ()

    @property
    def adds_up(self) -> bool:
        """Whether the fates cover every stored delivery once, and everything sent was accepted and stored."""
        counts = self.counts
        return sum(fate.count for fate in self.fates) == counts.stored == counts.accepted == counts.sent

    @property
    def standing(self) -> tuple[Named, ...]:
        """Give the incidents that are one of their own in the end."""
        return tuple(incident for incident in self.incidents if not incident.merged)

    @property
    def found(self) -> tuple[str, ...]:
        """Give the true causes that lead the largest incidents: as many of these count as there were failures."""
        largest = sorted(self.standing, key=lambda one: -one.deliveries)[: len(self.true_causes)]
        named = {incident.cause for incident in largest}
        return tuple(cause for cause in self.true_causes if cause in named)

    @property
    def right(self) -> bool:
        """Whether each true cause leads a largest incident, and without any nobody was woken."""
        return len(self.found) == len(self.true_causes) and (bool(self.true_causes) or not self.pages)

    def as_json(self) -> str:
        """Render every figure for programs."""
        extra = {
            "adds_up": self.adds_up,
            "found": self.found,
            "right": self.right,
            "speed_factor": self.speed.factor,
            "top_1": self._within(1),
            "top_3": self._within(3),
        }
        return json.dumps({**asdict(self), **extra}, ensure_ascii=False, indent=2)

    def as_text(self) -> str:
        """Render for people, at most 100 columns wide where the names allow it."""
        causes = self._judged() if self.cases else self._named()
        parts = [self._counted(), self._became(), causes, self._woken(), self._took()]
        return "\n\n".join(part for part in parts if part) + "\n"

    def _counted(self) -> str:
        counts = self.counts
        rows = [
            ("alerts sent", f"{counts.sent:,}", f"scenario '{self.scenario}', {counts.retries:,} sent again"),
            ("accepted", f"{counts.accepted:,}", "answered with success"),
            ("stored", f"{counts.stored:,}", f"{counts.distinct:,} distinct alerts"),
        ]
        refusal = f"\nREFUSED: {counts.first_refusal}" if counts.first_refusal else ""
        return _table(rows) + refusal

    def _became(self) -> str:
        rows = [(f"  {fate.what}", f"{fate.count:,}", "") for fate in self.fates]
        total = sum(fate.count for fate in self.fates)
        verdict = "adds up" if self.adds_up else "DOES NOT ADD UP"
        return f"What became of every alert\n{_table([*rows, ('  together', f'{total:,}', verdict)])}"

    def _named(self) -> str:
        merged = len(self.incidents) - len(self.standing)
        lines = [f"Incidents: {len(self.standing)}{f', and {merged} that became part of these' if merged else ''}"]
        for incident in self.standing:
            lines.append(f"  {incident.key}  {incident.title}  ({incident.deliveries:,} alerts)")
            lines.append(f"    cause named  {_cause(incident)}")
        lines.append(f"  cause that was true  {self._true()}")
        return "\n".join(lines)

    def _within(self, places: int) -> int:
        """Count the cases whose true cause is among the first so many named."""
        return sum(case.place is not None and case.place <= places for case in self.cases)

    def _judged(self) -> str:
        rows = [
            (
                f"  {case.case}",
                case.true,
                f"place {case.place}" if case.place else f"not named, but {case.named or 'nothing'}",
            )
            for case in self.cases
        ]
        total = len(self.cases)
        verdict = f"true cause named first in {self._within(1)} of {total}, among the first three in {self._within(3)}"
        return f"Recorded cases: {verdict}\n{_table(rows)}"

    def _true(self) -> str:
        if not self.true_causes:
            return f"none: nothing had failed{'' if self.right else ', and yet SOMEBODY WAS WOKEN'}"
        return ", ".join(f"{cause}  ({self._verdict(cause)})" for cause in self.true_causes)

    def _verdict(self, cause: str) -> str:
        if cause in self.found:
            return "found"
        led = next((incident for incident in self.standing if incident.cause == cause), None)
        return f"LEADS ONLY {led.key}, with {led.deliveries:,} alerts" if led else "NOT FOUND"

    def _woken(self) -> str:
        if not self.pages:
            return "Woken: nobody"
        lines = [f"Woken: {len({page.person for page in self.pages})}"]
        lines += [
            f"  {page.person}, by {page.channel} about {page.incident}, {page.after_event_s:.1f} s of event time after "
            f"its first alert ({page.after_wall_s:.1f} s by the wall clock): {page.why}"
            for page in self.pages[:_PAGES_SHOWN]
        ]
        if len(self.pages) > _PAGES_SHOWN:
            lines.append(f"  ... and {len(self.pages) - _PAGES_SHOWN} more pages")
        return "\n".join(lines)

    def _took(self) -> str:
        speed = self.speed
        return (
            f"Replay: {speed.event_s:,.0f} s of event time in {speed.replay_wall_s:.1f} s of wall time "
            f"({speed.factor:.0f} times as fast), everything digested {speed.digest_wall_s:.1f} s after the last answer"
        )

    def links(self) -> str:
        """Where to look, as long as the node is there."""
        lines = [f"Incident  {incident.url}" for incident in self.standing[:3]]
        return "\n".join([*lines, f"Sign in   {self.sign_in_url}  (works once)"])


def _cause(incident: Named) -> str:
    if incident.cause is None:
        return "none"
    sure = f", confidence {incident.confidence:.2f}" if incident.confidence is not None else ""
    when = (
        f", {incident.named_after_s:.1f} s of event time after its first alert"
        if incident.named_after_s is not None
        else ""
    )
    return f"{incident.cause}{sure}{when}"


def _table(rows: list[tuple[str, str, str]]) -> str:
    """Align words left, figures right, remarks left."""
    first = max(len(row[0]) for row in rows)
    second = max(len(row[1]) for row in rows)
    return "\n".join(f"{a:<{first}}  {b:>{second}}  {c}".rstrip() for a, b, c in rows)
