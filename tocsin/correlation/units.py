"""Deliveries folded into units: one unit is one alert condition, from its first firing to its resolution."""

from dataclasses import dataclass, field
from statistics import median

from .classes import AlertClass, classify
from .graph import Graph
from .model import Observation, Severity
from .settings import Settings
from .templates import mentions

PEER_LABELS = ("peer", "peer_service", "upstream", "destination_service", "callee", "target_service")


@dataclass(slots=True)
class Unit:
    """Mutable state of one condition; `keys` holds the deliveries in arrival order, `way` is what it says of whom."""

    number: int
    fingerprint: str
    service: int
    kind: AlertClass
    peer: int | None
    source: str
    mentions: tuple[int, ...]
    severity: Severity
    first_at: float
    last_at: float
    last_arrival: float
    name: str
    count: int = 1
    repeats: bool = False
    flaps: int = 0
    resolved_at: float | None = None
    handed_reason: str | None = None
    spent: bool = False  # its cluster was resolved: no evidence for anything new
    keys: dict[str, None] = field(default_factory=dict)
    way: tuple[int, str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.way = (self.service, self.kind.value, -1 if self.peer is None else self.peer)

    @property
    def firing(self) -> bool:
        return self.resolved_at is None


class Rhythm:
    """How often one sender repeats a firing alert; learnt from the gaps it leaves, robustly."""

    __slots__ = ("_usual", "gaps", "repeated", "seen")

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self.seen = 0
        self.repeated = 0
        self._usual: float | None = None

    def hear(self, gap_s: float, *, first: bool) -> None:
        """One gap between two deliveries of a firing unit, perhaps its first; a few hundred are plenty."""
        self.repeated += first
        if len(self.gaps) < 256 and gap_s > 1.0:
            self.gaps.append(gap_s)
            self._usual = None

    def interval_s(self) -> float | None:
        """The usual time between repeats, or None while it is unknown or the sender does not repeat."""
        if len(self.gaps) < 8 or self.repeated < 0.2 * self.seen:
            return None
        if self._usual is None:
            self._usual = median(self.gaps)
        return self._usual


class Units:
    """All units in memory, and the newest one of each fingerprint."""

    def __init__(self, graph: Graph, settings: Settings) -> None:
        self.graph = graph
        self.settings = settings
        self.live: dict[int, Unit] = {}
        self.rhythms: dict[str, Rhythm] = {}
        self._latest: dict[str, Unit] = {}
        self.seen = 0  # units ever made

    def fold(self, seen: Observation) -> None:
        """Take one delivery."""
        unit = self._latest.get(seen.fingerprint)
        at = min(seen.at, seen.arrival)
        if unit is None or self._starts_anew(unit, seen, at):
            unit = self._new(seen, at)
        else:
            self._repeat(unit, seen, at)
        unit.keys[seen.key] = None
        if seen.set_aside != unit.handed_reason and (seen.set_aside is None or unit.handed_reason is None):
            unit.handed_reason = seen.set_aside

    def _starts_anew(self, unit: Unit, seen: Observation, at: float) -> bool:
        if not seen.firing:
            return False
        if unit.spent:
            return at > unit.last_at
        if seen.key in unit.keys:
            return False
        if unit.resolved_at is None:
            return at - unit.last_at > self.settings.expire_s
        return at > unit.resolved_at and at - unit.resolved_at > self.settings.rearm_s

    def _new(self, seen: Observation, at: float) -> Unit:
        service = self.graph.node(seen.service)
        peer = self._peer(seen, service)
        unit = Unit(
            number=self.seen,
            fingerprint=seen.fingerprint,
            service=service,
            kind=classify(seen.name, seen.text),
            peer=peer,
            source=seen.source,
            mentions=tuple(m for m in mentions(seen.text, self.graph.find) if m not in (service, peer)),
            severity=seen.severity,
            first_at=at,
            last_at=at,
            last_arrival=seen.arrival,
            name=seen.name,
            resolved_at=None if seen.firing else at,
        )
        self.seen += 1
        self.live[unit.number] = self._latest[seen.fingerprint] = unit
        self.rhythms.setdefault(seen.source, Rhythm()).seen += 1
        return unit

    def _peer(self, seen: Observation, service: int) -> int | None:
        named = next((seen.labels[label] for label in PEER_LABELS if seen.labels.get(label)), None)
        if named is None or named == seen.service:
            return None
        peer = self.graph.node(named)
        self.graph.learn_peer(service, peer)
        return peer

    def _repeat(self, unit: Unit, seen: Observation, at: float) -> None:
        if seen.key in unit.keys and seen.firing == unit.firing and at <= unit.last_at:
            return
        if at < unit.first_at:
            unit.first_at = at
        if not seen.firing:
            if unit.resolved_at is None and at >= unit.last_at - 1.0:
                unit.resolved_at = at
            return
        came_back = unit.resolved_at is not None and at > unit.resolved_at
        if came_back:
            unit.flaps += 1
            unit.resolved_at = None
        if at > unit.last_at:
            if not came_back:
                # Only what fires on is repeated: the gap over an end says nothing of the sender's rhythm.
                self.rhythms[unit.source].hear(at - unit.last_at, first=not unit.repeats)
                unit.repeats = True
            unit.last_at = at
        unit.last_arrival = max(unit.last_arrival, seen.arrival)
        unit.count += 1
        unit.severity = min(unit.severity, seen.severity)

    def latest(self, fingerprint: str) -> Unit | None:
        """The newest unit with that fingerprint."""
        return self._latest.get(fingerprint)

    def drop(self, fingerprint: str) -> None:
        """Forget the newest unit of a fingerprint, so that its next delivery begins another."""
        unit = self._latest.pop(fingerprint, None)
        if unit is not None:
            self.live.pop(unit.number, None)

    def forget(self, before: float) -> list[Unit]:
        """Drop units without news since `before` that no longer fire or are no longer evidence; the oldest first."""
        gone = [u for u in self.live.values() if u.last_arrival < before]
        overflow = len(self.live) - len(gone) - self.settings.max_units
        if overflow > 0:
            rest = sorted((u for u in self.live.values() if u.last_arrival >= before), key=lambda u: u.last_arrival)
            gone += rest[:overflow]
        for unit in gone:
            del self.live[unit.number]
            if self._latest.get(unit.fingerprint) is unit:
                del self._latest[unit.fingerprint]
        return gone
