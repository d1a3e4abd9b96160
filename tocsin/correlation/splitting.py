"""Explain, then split: the best cause takes what it explains, the next one must explain what is left."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import log2

import numpy as np

from .classes import LOCAL
from .likelihood import How
from .model import Severity
from .noise import Noise
from .onset import Floats
from .scoring import Candidate, Scorer
from .settings import Settings

_MEMBER = 1.5  # a cause must make a signal this much likelier than chance to own it
_ENOUGH = 0.4  # an explanation with this part of the best possible probability leaves nothing to explain
_NEARER = 1.3  # a later cause must explain a signal this much better to take it from an earlier one
_DOMINANT = 0.3  # part of all weight that a sole suspect must explain
_GRAVITY = {
    Severity.CRITICAL: 1.3,
    Severity.MAJOR: 1.0,
    Severity.MINOR: 0.8,
    Severity.WARNING: 0.7,
    Severity.INFO: 0.4,
}


@dataclass(slots=True)
class Part:
    """One accepted cause: its signals, each with its position in the candidate that owns it."""

    founder: Candidate
    signals: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    chance_per_hour: float = 0.0


class Splitter:
    """Finds the parts of one moment. `known` says how firmly earlier decisions hold a candidate's signals."""

    def __init__(
        self,
        scorer: Scorer,
        candidates: list[Candidate],
        rate_per_s: float,
        services: int,
        settings: Settings,
        held: Callable[[list[int]], bool],
        concluding: bool,
    ) -> None:
        self.scorer = scorer
        self.candidates = candidates
        self.rate_per_s = rate_per_s
        self.services = services
        self.settings = settings
        self.held = held
        self.concluding = concluding
        self.noise = Noise(settings)
        self.signals = scorer.likelihood.signals
        self._table()

    def _table(self) -> None:
        """All candidates in one row-pointer table, so that a round is a handful of array operations."""
        sizes = [len(c.index) for c in self.candidates]
        self.starts = np.concatenate(([0], np.cumsum(sizes)))[:-1].astype(np.intp)
        self.index = np.concatenate([c.index for c in self.candidates])
        self.p = np.concatenate([self._adequate(c) for c in self.candidates])
        self.weight = self.scorer.weights[self.index] * np.concatenate([c.timely for c in self.candidates])
        self.noise_p = self.scorer.background[self.index]
        self.aside = np.array([c.aside_points for c in self.candidates], dtype=np.float64)

    def _adequate(self, candidate: Candidate) -> Floats:
        """0..1: is this explanation good enough? One that is needs no second cause, however much nearer that is."""
        usual = self.scorer.usual[candidate.index]
        return np.minimum(candidate.p / (_ENOUGH * usual), 0.95) * candidate.timely

    def parts(self) -> list[Part]:
        """The accepted causes with the signals they explain best, in the order they were found."""
        explained = np.zeros(len(self.signals), dtype=np.float64)
        barred = np.zeros(len(self.candidates), dtype=bool)
        accepted: list[Part] = []
        misses = 0
        while len(accepted) < self.settings.max_clusters and misses < 60:
            gains = self._gains(explained)
            gains[barred] = -np.inf
            best = int(np.argmax(gains))
            if gains[best] < (self.settings.gain if not accepted else self.settings.further_gain):
                break
            barred[best] = True
            candidate = self.candidates[best]
            chance = self.chance(candidate, explained)
            if chance > self.settings.false_per_hour and not self.held(self._own(candidate, explained)):
                misses += 1
                continue
            accepted.append(Part(candidate, chance_per_hour=chance))
            explained[candidate.index] = np.maximum(explained[candidate.index], self._adequate(candidate))
        if not accepted and self.concluding:
            accepted = self._sole_suspect()
        self._assign(accepted)
        self.loose = np.array(self._owned(accepted) < 0.5)
        return [part for part in accepted if part.signals]

    def _sole_suspect(self) -> list[Part]:
        """Nothing more will come and nothing is beyond chance: the one that explains most of all there is, if any."""
        gains = self._gains(np.zeros(len(self.signals), dtype=np.float64))
        best = self.candidates[int(np.argmax(gains))]
        own = best.index[best.p > _MEMBER * self.scorer.background[best.index]]
        weights = self.scorer.weights
        if len(own) == 0 or weights[own].sum() < _DOMINANT * weights.sum():
            return []
        return [Part(best)]

    def _gains(self, explained: Floats) -> Floats:
        before = explained[self.index]
        after = np.maximum(before, self.p)
        terms = self.weight * np.log((after + self.noise_p) / (before + self.noise_p))
        return np.asarray(np.add.reduceat(terms, self.starts) + self.aside, dtype=np.float64)

    def _own(self, candidate: Candidate, explained: Floats) -> list[int]:
        """Signals that the candidate explains and nobody before it did."""
        strong = candidate.p * candidate.timely > _MEMBER * self.scorer.background[candidate.index]
        mine = strong & (self._adequate(candidate) > explained[candidate.index] + 0.2)
        return [int(n) for n in candidate.index[mine]]

    def chance(self, candidate: Candidate, explained: Floats) -> float:
        """How often per hour noise alone would look like this, anywhere."""
        found: dict[int, float] = {}
        onsets = []
        for number in self._own(candidate, explained):
            signal = self.signals[number]
            gravity = _GRAVITY[min(u.severity for u in signal.units)]
            weight = signal.solid * gravity * (1.0 + 0.3 * log2(len(signal.units)))
            if signal.peer is not None:
                weight *= 1.3
            if signal.kind in LOCAL:
                weight *= 1.2
            found[signal.service] = min(found.get(signal.service, 0.0) + weight, 2.2)
            onsets.append(signal.onset)
        if not onsets:
            return float("inf")
        lasting_s = max(float(np.quantile(onsets, 0.9)) - min(onsets), 60.0)
        around = 1 + len({e.via for e in candidate.explained} | set(self._near(candidate)))
        return self.noise.by_chance_per_hour(sum(found.values()), self.rate_per_s, around, lasting_s, self.services)

    def _near(self, candidate: Candidate) -> list[int]:
        reach = self.scorer.likelihood.reach(candidate.service)
        return [service for service, strength in reach.strength.items() if strength >= 0.2]

    def _owned(self, accepted: list[Part]) -> Floats:
        owned = np.zeros(len(self.signals), dtype=np.float64)
        for part in accepted:
            owned[part.signals] = 1.0
        return owned

    def _assign(self, accepted: list[Part]) -> None:
        """Each signal goes to the accepted cause that explains it best, if that is much better than chance."""
        best = np.zeros(len(self.signals), dtype=np.float64)
        owner = np.full(len(self.signals), -1, dtype=np.intp)
        place = np.zeros(len(self.signals), dtype=np.intp)
        for number, part in enumerate(accepted):
            candidate = part.founder
            p = candidate.p * candidate.timely
            own = np.array([e.how is How.OWN for e in candidate.explained])
            p = np.where(own, np.minimum(1.5 * p, 1.0), p)
            better = (p > _NEARER * best[candidate.index]) & (p > _MEMBER * self.scorer.background[candidate.index])
            chosen = candidate.index[better]
            best[chosen] = p[better]
            owner[chosen] = number
            place[chosen] = np.flatnonzero(better)
        for signal in np.flatnonzero(owner >= 0):
            part = accepted[int(owner[signal])]
            part.signals.append(int(signal))
            part.positions.append(int(place[signal]))
