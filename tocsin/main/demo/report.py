"""What the demonstration says at its end: what was sent, what became of it, and whether the right thing happened.

The report holds only counted values. Whoever makes it counts alerts and incidents by SQL after the replay and takes the
truth from the scenario; the two never meet before.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Deliveries on their way: put on the wire, answered with success, and found in the database afterwards."""

    sent: int
    accepted: int
    stored: int
    retries: int
    distinct: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of some of the deliveries, in words, and of how many."""

    what: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One incident: its key, title and screen, how many deliveries are in it, and the cause it names.

    ``named_after_s`` is event time from its first alert to the moment the cause was named; None when none was named.
    """

    key: str
    title: str
    url: str
    deliveries: int
    cause: str | None
    confidence: float | None
    named_after_s: float | None


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

    @property
    def adds_up(self) -> bool:
        """Whether the fates cover every stored delivery once, and everything accepted was stored."""
        return sum(fate.count for fate in self.fates) == self.counts.stored == self.counts.accepted

    @property
    def found(self) -> tuple[str, ...]:
        """Give the true causes that lead an incident."""
        named = {incident.cause for incident in self.incidents}
        return tuple(cause for cause in self.true_causes if cause in named)

    @property
    def right(self) -> bool:
        """Whether each true cause leads an incident, and without any nobody was woken."""
        return len(self.found) == len(self.true_causes) and (bool(self.true_causes) or not self.pages)

    def as_json(self) -> str:
        """Render every figure for programs."""
        extra = {"adds_up": self.adds_up, "found": self.found, "right": self.right, "speed_factor": self.speed.factor}
        return json.dumps({**asdict(self), **extra}, ensure_ascii=False, indent=2)

    def as_text(self) -> str:
        """Render for people, at most 100 columns wide where the names allow it."""
        parts = [self._counted(), self._became(), self._named(), self._woken(), self._took(), self._links()]
        return "\n\n".join(part for part in parts if part) + "\n"

    def _counted(self) -> str:
        counts = self.counts
        rows = [
            ("alerts sent", f"{counts.sent:,}", f"scenario '{self.scenario}', {counts.retries:,} sent again"),
            ("accepted", f"{counts.accepted:,}", "answered with success"),
            ("stored", f"{counts.stored:,}", f"{counts.distinct:,} distinct alerts"),
        ]
        return _table(rows)

    def _became(self) -> str:
        rows = [(f"  {fate.what}", f"{fate.count:,}", "") for fate in self.fates]
        total = sum(fate.count for fate in self.fates)
        verdict = "adds up" if self.adds_up else "DOES NOT ADD UP"
        return f"What became of every alert\n{_table([*rows, ('  together', f'{total:,}', verdict)])}"

    def _named(self) -> str:
        lines = [f"Incidents: {len(self.incidents)}"]
        for incident in self.incidents:
            lines.append(f"  {incident.key}  {incident.title}  ({incident.deliveries:,} alerts)")
            lines.append(f"    cause named  {_cause(incident)}")
        true = ", ".join(self.true_causes) or "none: nothing had failed"
        lines.append(f"  cause that was true  {true}  {'(found)' if self.right else '(NOT FOUND)'}")
        return "\n".join(lines)

    def _woken(self) -> str:
        if not self.pages:
            return "Woken: nobody"
        lines = [f"Woken: {len({page.person for page in self.pages})}"]
        lines += [
            f"  {page.person}, by {page.channel} about {page.incident}, {page.after_event_s:.1f} s of event time after "
            f"its first alert ({page.after_wall_s:.1f} s by the wall clock): {page.why}"
            for page in self.pages
        ]
        return "\n".join(lines)

    def _took(self) -> str:
        speed = self.speed
        return (
            f"Replay: {speed.event_s:,.0f} s of event time in {speed.replay_wall_s:.1f} s of wall time "
            f"({speed.factor:.0f} times as fast), everything digested {speed.digest_wall_s:.1f} s after the last answer"
        )

    def _links(self) -> str:
        lines = [f"Incident  {incident.url}" for incident in self.incidents[:3]]
        return "\n".join([*lines, f"Sign in   {self.sign_in_url}  (works once)"])


def _cause(incident: Named) -> str:
    if incident.cause is None:
        return "none"
    sure = f", confidence {incident.confidence:.2f}" if incident.confidence is not None else ""
    when = f", {incident.named_after_s:.1f} s after its first alert" if incident.named_after_s is not None else ""
    return f"{incident.cause}{sure}{when}"


def _table(rows: list[tuple[str, str, str]]) -> str:
    """Align words left, figures right, remarks left."""
    first = max(len(row[0]) for row in rows)
    second = max(len(row[1]) for row in rows)
    return "\n".join(f"{a:<{first}}  {b:>{second}}  {c}".rstrip() for a, b, c in rows)
