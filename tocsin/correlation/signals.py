"""Units condensed to signals: what one service says in one way, at one time. All scoring is done on signals.

Ten slow operations of one service are one signal, not ten pieces of evidence. Units that began at different times
stay apart, so that a standing condition does not hide the fresh one beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log2
from operator import attrgetter

from .classes import CLIMBING, LAWS, LOCAL, AlertClass
from .model import Severity
from .settings import Settings
from .units import Rhythm, Unit

_SEVERITY = {
    Severity.CRITICAL: 1.15,
    Severity.MAJOR: 1.0,
    Severity.MINOR: 0.9,
    Severity.WARNING: 0.8,
    Severity.INFO: 0.5,
}
_BEGAN = attrgetter("first_at", "number")
_SAME_TIME_S = 120.0
_MATURE_S = 30.0
_MORE_OF_THE_SAME = 0.25
ECHO = 0.5


@dataclass(slots=True)
class Signal:
    """`weight` is what the signal counts for; `solid` how sure it is that it is more than a blip (0..1)."""

    service: int
    kind: AlertClass
    peer: int | None
    onset: float
    last: float
    weight: float
    solid: float
    units: list[Unit]
    named: frozenset[int] = frozenset()

    @property
    def local(self) -> bool:
        return self.kind in LOCAL


def gone_quiet(unit: Unit, rhythm: Rhythm, now: float, settings: Settings) -> bool:
    """A repeating sender has stopped repeating this one without ever saying that it is over."""
    interval = rhythm.interval_s()
    if interval is None:
        return False
    return now - unit.last_arrival > max(settings.quiet_repeats * interval, 60.0)


def solidity(unit: Unit, rhythm: Rhythm, now: float, settings: Settings) -> float:
    """0..1: how far a unit is more than a passing blip."""
    lasted = (unit.resolved_at or unit.last_at) - unit.first_at
    if unit.count >= 3 and lasted >= _MATURE_S:
        return 1.0
    if not unit.firing and lasted < settings.brief_s:
        return 0.2
    if unit.count == 1 and gone_quiet(unit, rhythm, now, settings):
        return 0.15
    if unit.count >= 2:
        return 0.8
    return 0.6 if rhythm.interval_s() is None else 0.45


def unit_weight(unit: Unit, solid: float) -> float:
    """What one unit counts for, before time and place are considered."""
    flapping = 0.7 if unit.flaps >= 3 else 1.0
    return LAWS[unit.kind].weight * _SEVERITY[unit.severity] * (0.4 + 0.6 * solid) * flapping


def condense(units: Iterable[Unit], rhythms: dict[str, Rhythm], now: float, settings: Settings) -> list[Signal]:
    """All signals of the given units, in a fixed order."""
    groups: dict[tuple[int, str, int], list[Unit]] = {}
    for unit in units:
        groups.setdefault(unit.way, []).append(unit)
    signals: list[Signal] = []
    for group in groups.values():
        members = sorted(group, key=_BEGAN)
        start = 0
        for stop in range(1, len(members) + 1):
            if stop == len(members) or members[stop].first_at - members[stop - 1].first_at > _SAME_TIME_S:
                signals.append(_signal(members[start:stop], rhythms, now, settings))
                start = stop
    _discount_more_of_the_same(signals)
    _discount_echoes(signals)
    return sorted(signals, key=lambda s: (s.onset, s.units[0].number))


def _discount_more_of_the_same(signals: list[Signal]) -> None:
    """A service that was complaining in this way already tells little by complaining again."""
    first: dict[tuple[int, AlertClass, int | None], Signal] = {}
    for signal in signals:
        earlier = first.setdefault((signal.service, signal.kind, signal.peer), signal)
        if earlier is not signal:
            signal.weight *= _MORE_OF_THE_SAME


def _discount_echoes(signals: list[Signal]) -> None:
    """One service that complains in five ways about the same thing is hardly more evidence than in two."""
    told: dict[int, list[Signal]] = {}
    for signal in signals:
        if signal.kind in CLIMBING and signal.peer is None:
            told.setdefault(signal.service, []).append(signal)
    for ways in told.values():
        ways.sort(key=lambda s: -s.weight)
        for echo, signal in enumerate(ways):
            signal.weight /= 1.0 + ECHO * echo


def _signal(units: list[Unit], rhythms: dict[str, Rhythm], now: float, settings: Settings) -> Signal:
    first = units[0]
    solids = [solidity(u, rhythms[u.source], now, settings) for u in units]
    heaviest = max(unit_weight(u, s) for u, s in zip(units, solids, strict=True))
    return Signal(
        service=first.service,
        kind=first.kind,
        peer=first.peer,
        onset=first.first_at,
        last=max(u.last_at for u in units),
        weight=heaviest * (1.0 + 0.12 * log2(len(units))),
        solid=max(solids),
        units=units,
        named=frozenset(m for u in units for m in u.mentions),
    )
