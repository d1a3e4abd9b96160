"""Candidates and their ledgers. A score is nothing but the sum of its evidence."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import exp
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .classes import LAWS
from .likelihood import Explained, How, Likelihood
from .model import Change, Evidence, EvidenceKind, Param
from .onset import Floats, Onset, onset
from .settings import Settings
from .signals import Signal

Places: TypeAlias = NDArray[np.intp]  # signal numbers

_ROADS = {
    How.NAMED: EvidenceKind.CALLERS_NAME_IT,
    How.CALLER: EvidenceKind.CALLERS_FAIL,
    How.CALLEE: EvidenceKind.TRAFFIC_FALLS,
    How.BURST: EvidenceKind.SAME_BURST,
    How.HOST: EvidenceKind.SHARED_HOST,
}
_RELEVANT = 0.10  # a signal explained less than this says nothing about when the trouble began


@dataclass(slots=True)
class Candidate:
    """A suspect: what it explains (parallel arrays over `explained`), since when, and what speaks beside that."""

    service: int
    explained: list[Explained]
    index: Places
    p: Floats
    timely: Floats  # 0..1, how well each signal fits the onset in time
    points: Floats  # weight x timely x log likelihood ratio
    onset: float
    beside: list[Evidence] = field(default_factory=list)

    @property
    def aside_points(self) -> float:
        return sum(item.points for item in self.beside)


class Scorer:
    """Builds candidates for one moment."""

    def __init__(self, likelihood: Likelihood, changes: dict[int, list[Change]], settings: Settings) -> None:
        self.likelihood = likelihood
        self.changes = changes
        self.settings = settings
        signals = likelihood.signals
        self.onsets = np.array([s.onset for s in signals], dtype=np.float64)
        self.weights = np.array([s.weight for s in signals], dtype=np.float64)
        self.solid = np.array([s.solid for s in signals], dtype=np.float64)
        self.usual = np.array([LAWS[s.kind].own if s.peer is None else 0.9 for s in signals], dtype=np.float64)
        self.began = onset(self.onsets, self.weights, settings.spread_s)
        self.background = np.array([LAWS[s.kind].background for s in signals], dtype=np.float64)

    def candidates(self) -> list[Candidate]:
        """Every suspect that explains anything at all."""
        found = []
        for service in self.likelihood.candidates(set(self.changes)):
            explained = self.likelihood.explain(service)
            if explained:
                found.append(self.build(service, explained))
        return found

    def build(self, service: int, explained: list[Explained]) -> Candidate:
        """One suspect with its onset and its points."""
        index = np.array([e.signal for e in explained], dtype=np.intp)
        p = np.minimum(np.array([e.p for e in explained], dtype=np.float64), 0.97)
        began = self._onset(index, p)
        timely = self._timely(self.onsets[index], began)
        background = self.background[index]
        points = self.weights[index] * timely * np.log((p + background) / background)
        candidate = Candidate(service, explained, index, p, timely, points, began.likeliest)
        candidate.beside = [*self._changed(service, began.likeliest), *self._quiet(candidate)]
        return candidate

    def _onset(self, index: Places, p: Floats) -> Onset:
        relevant = index[p >= _RELEVANT]
        if len(relevant) == 0:
            relevant = index
        weights = self.weights[relevant]
        if (
            weights[self.onsets[relevant] >= self.began.likeliest - self.settings.onset_slack_s].sum()
            >= 0.3 * weights.sum()
        ):
            return self.began
        return onset(self.onsets[relevant], self.weights[relevant], self.settings.spread_s)

    def _timely(self, at: Floats, began: Onset) -> Floats:
        settings = self.settings
        after_s = at - began.likeliest
        late = np.exp(-np.maximum(after_s - settings.spread_s, 0.0) / settings.spread_s)
        begun = began.begun_by(at, settings.onset_slack_s)
        return np.maximum(begun, settings.before_onset) * np.maximum(late, settings.spread_floor)

    def _changed(self, service: int, began: float) -> Iterable[Evidence]:
        settings = self.settings
        known = self.changes.get(service, ())
        before = [c for c in known if -30.0 <= began - c.at <= settings.change_window_s]
        if not before:
            return
        latest = max(before, key=lambda c: c.at)
        gap_s = max(began - latest.at, 0.0)
        points = settings.change_points * exp(-gap_s / settings.change_tau_s) / len(before) ** 0.5
        params: dict[str, Param] = {"change": latest.kind, "before_s": round(gap_s), "text": latest.text}
        yield Evidence(kind=EvidenceKind.CHANGED, points=points, params=params)

    def _quiet(self, candidate: Candidate) -> Iterable[Evidence]:
        """A suspect that nobody names and that says nothing itself; and callers that should fail but do not."""
        roads = {e.how for e, t in zip(candidate.explained, candidate.timely, strict=True) if t > 0.1}
        if How.OWN not in roads:
            yield Evidence(kind=EvidenceKind.SILENT, points=-0.4 if How.NAMED in roads else -1.5)
        likelihood = self.likelihood
        callers = likelihood.graph.callers[candidate.service]
        quiet = sum(conf for caller, conf in callers.items() if caller not in likelihood.by_service)
        if quiet > 0.0:
            params: dict[str, Param] = {"quiet": round(quiet), "callers": len(callers)}
            yield Evidence(kind=EvidenceKind.CALLERS_QUIET, points=-min(0.15 * quiet, 2.5), params=params)


def ledger(
    candidate: Candidate, share: Floats, signals: list[Signal], names: list[str], beside: Iterable[Evidence] = ()
) -> tuple[Evidence, ...]:
    """Evidence for `candidate` given each signal's share in the cluster (0..1), strongest first."""
    grouped: dict[tuple[EvidenceKind, str], list[tuple[float, Explained]]] = {}
    for explained, points in zip(candidate.explained, candidate.points * share[candidate.index], strict=True):
        if points <= 1e-9:
            continue
        signal = signals[explained.signal]
        own = explained.how is How.OWN
        key = (EvidenceKind.OWN_SIGNAL, signal.kind.value) if own else (_ROADS[explained.how], "")
        grouped.setdefault(key, []).append((float(points), explained))
    items = [_item(kind, word, parts, candidate, signals, names) for (kind, word), parts in grouped.items()]
    items += [*candidate.beside, *beside]
    return tuple(sorted(items, key=lambda e: (-abs(e.points), e.kind)))


def _item(
    kind: EvidenceKind,
    word: str,
    parts: list[tuple[float, Explained]],
    candidate: Candidate,
    signals: list[Signal],
    names: list[str],
) -> Evidence:
    services = sorted({signals[e.signal].service for _, e in parts})
    strongest = max(parts, key=lambda part: part[0])[1]
    first = min(signals[e.signal].onset for _, e in parts)
    params: dict[str, Param] = {
        "services": len(services),
        "alerts": sum(u.count for _, e in parts for u in signals[e.signal].units),
        "example": names[signals[strongest.signal].service],
        "after_s": round(first - candidate.onset, 1),
    }
    if word:
        params["class"] = word
        params["rule"] = signals[strongest.signal].units[0].name
    elif strongest.hops > 1:
        params["via"] = names[strongest.via]
    return Evidence(kind=kind, points=sum(points for points, _ in parts), params=params)
