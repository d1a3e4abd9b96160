"""Suspects and what each explains, as arrays; and what speaks for or against one beside the alerts it explains."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .classes import LAWS
from .likelihood import Explained, How, Likelihood
from .model import Change, Evidence, EvidenceKind, Param
from .onset import Floats, Onset, onset
from .settings import Settings

Places: TypeAlias = NDArray[np.intp]  # signal numbers
Flags: TypeAlias = NDArray[np.bool_]

_CERTAIN = 0.97
_COUNTS = 0.1  # a signal less timely than this does not make a suspect speak
_NAMED_BY_CHANCE = 0.012
_SHORTEST_S = 60.0
_SILENT = -1.5
_SILENT_BUT_NAMED = -0.4
_PER_QUIET_CALLER = -0.15
_QUIET_CALLERS = -5.0  # at most


@dataclass(slots=True)
class Suspect:
    """One service and the signals it would explain; arrays are parallel to `explained`."""

    number: int
    service: int
    explained: list[Explained]
    index: Places
    p: Floats
    direct: Flags  # its own voice, or its name in another's


class Scorer:
    """All suspects of one moment."""

    def __init__(
        self, likelihood: Likelihood, changes: dict[int, list[Change]], now: float, settings: Settings
    ) -> None:
        self.likelihood = likelihood
        self.changes = changes
        self.now = now
        self.settings = settings
        self.signals = likelihood.signals
        self.onsets = np.array([s.onset for s in self.signals], dtype=np.float64)
        self.weights = np.array([s.weight for s in self.signals], dtype=np.float64)
        self.solid = np.array([s.solid for s in self.signals], dtype=np.float64)
        self.began = onset(self.onsets, self.weights, settings.spread_s, now)
        self.background = self._background()
        self.suspects = self._suspects()

    def _background(self) -> Floats:
        """P(signal | no cause): by class, and raised by what was heard of that class before the trouble began."""
        usual = [_NAMED_BY_CHANCE if s.peer is not None else LAWS[s.kind].background for s in self.signals]
        before = 1.0 - self.began.begun_by(self.onsets, self.settings.onset_slack_s)
        before[self.onsets <= self.onsets[0] + 1.0] = 0.0
        heard: dict[str, float] = {}
        for signal, weight in zip(self.signals, before, strict=True):
            heard[signal.kind] = heard.get(signal.kind, 0.0) + float(weight)
        began_at = self.began.likeliest
        since_s = min(max(self.now - began_at, _SHORTEST_S), self.settings.spread_s)
        times = min(since_s / max(began_at - float(self.onsets[0]), _SHORTEST_S), 3.0)
        services = max(len(self.likelihood.graph.names), 1)
        more = [0.0 if s.peer is not None else heard[s.kind] / services * times for s in self.signals]
        return np.array(usual, dtype=np.float64) + np.array(more, dtype=np.float64)

    def _suspects(self) -> list[Suspect]:
        """Everybody who explains something. What, how well and by which road are one array each, cut up for them."""
        candidates = self.likelihood.candidates(set(self.changes))
        found = [(service, told) for service in candidates if (told := self.likelihood.explain(service))]
        whole = [e for _, told in found for e in told]
        self.index = np.array([e.signal for e in whole], dtype=np.intp)
        self.p = np.minimum(np.array([e.p for e in whole], dtype=np.float64), _CERTAIN)
        hows = np.array([e.how for e in whole], dtype=np.int8)
        self.is_own, self.is_named = hows == How.OWN, hows == How.NAMED
        ends = np.cumsum([len(told) for _, told in found], dtype=np.intp)
        self.starts = ends - np.array([len(told) for _, told in found], dtype=np.intp)
        noise = self.background[self.index]
        self.odds = self.weights[self.index] * np.log((self.p + noise) / noise)
        steps = np.maximum(np.array([e.hops for e in whole], dtype=np.float64) - 1.0, 0.0)
        near = self.p * self.settings.far_step**steps
        self.is_far = steps > 0.0
        self.lost = self.odds - self.weights[self.index] * np.log((near + noise) / noise)
        self.quiet = np.array([self._quiet_callers(service) for service, _ in found], dtype=np.float64)
        direct = self.is_own | self.is_named
        cuts = [slice(int(start), int(end)) for start, end in zip(self.starts, ends, strict=True)]
        return [
            Suspect(number, service, told, self.index[cut], self.p[cut], direct[cut])
            for number, ((service, told), cut) in enumerate(zip(found, cuts, strict=True))
        ]

    def _quiet_callers(self, service: int) -> float:
        heard = self.likelihood.by_service
        return sum(conf for caller, conf in self.likelihood.graph.callers[service].items() if caller not in heard)

    def timely(self, began: Onset) -> Floats:
        """0..1 for each signal: how well it fits in time with trouble that began so."""
        settings = self.settings
        after_s = self.onsets - began.likeliest
        late = np.exp(-np.maximum(after_s - settings.spread_s, 0.0) / settings.spread_s)
        begun = began.begun_by(self.onsets, settings.onset_slack_s)
        return np.asarray(np.maximum(begun, settings.before_onset) * np.maximum(late, settings.spread_floor))

    def totals(self, timely: Floats) -> Floats:
        """For each suspect, the points of what it explains, each signal weighed by `timely`."""
        return np.asarray(np.add.reduceat(self.odds * timely[self.index], self.starts), dtype=np.float64)

    def asides(self, timely: Floats, began_at: float) -> Floats:
        """For each suspect, the points of `beside`."""
        counts = timely[self.index] > _COUNTS
        own = np.logical_or.reduceat(self.is_own & counts, self.starts)
        named = np.logical_or.reduceat(self.is_named & counts, self.starts)
        points = np.where(own, 0.0, np.where(named, _SILENT_BUT_NAMED, _SILENT))
        points = points + np.maximum(_PER_QUIET_CALLER * self.quiet, _QUIET_CALLERS)
        for suspect in self.suspects:
            if suspect.service in self.changes:
                points[suspect.number] += sum(e.points for e in self._changed(suspect.service, began_at))
        return np.asarray(points, dtype=np.float64)

    def beside(self, suspect: Suspect, timely: Floats, began_at: float) -> list[Evidence]:
        """What speaks for or against a suspect beside the signals: a change, silence, quiet callers."""
        found = list(self._changed(suspect.service, began_at))
        roads = {e.how for e in suspect.explained if timely[e.signal] > _COUNTS}
        if How.OWN not in roads:
            points = _SILENT_BUT_NAMED if How.NAMED in roads else _SILENT
            found.append(Evidence(kind=EvidenceKind.SILENT, points=points))
        quiet = float(self.quiet[suspect.number])
        if quiet > 0.0:
            callers = len(self.likelihood.graph.callers[suspect.service])
            params: dict[str, Param] = {"quiet": round(quiet), "callers": callers}
            points = max(_PER_QUIET_CALLER * quiet, _QUIET_CALLERS)
            found.append(Evidence(kind=EvidenceKind.CALLERS_QUIET, points=points, params=params))
        return found

    def distances(self, timely: Floats) -> Floats:
        """For each suspect, the points of `distance`."""
        lost = np.add.reduceat(self.lost * timely[self.index], self.starts)
        return np.asarray(-np.minimum(lost, self.settings.far_points), dtype=np.float64)

    def distance(self, suspect: Suspect, timely: Floats) -> Iterable[Evidence]:
        """The chain that ends at a suspect speaks for each of its links as well, and best for the nearest.

        That tells suspects of one failure apart; of whether there is another failure it says nothing.
        """
        start = int(self.starts[suspect.number])
        here = slice(start, start + len(suspect.index))
        lost = float((self.lost[here] * timely[suspect.index]).sum())
        if lost > 0.0:
            points = self.odds[here] * timely[suspect.index]
            share = float(points[self.is_far[here]].sum() / max(points.sum(), 1e-9))
            params: dict[str, Param] = {"far_percent": round(100 * share)}
            yield Evidence(kind=EvidenceKind.FAR, points=-min(lost, self.settings.far_points), params=params)

    def _changed(self, service: int, began_at: float) -> Iterable[Evidence]:
        settings = self.settings
        known = self.changes.get(service, ())
        before = [c for c in known if -30.0 <= began_at - c.at <= settings.change_window_s]
        if not before:
            return
        latest = max(before, key=lambda c: c.at)
        gap_s = max(began_at - latest.at, 0.0)
        points = settings.change_points * exp(-gap_s / settings.change_tau_s) / len(before) ** 0.5
        params: dict[str, Param] = {"change": latest.kind, "before_s": round(gap_s), "text": latest.text}
        yield Evidence(kind=EvidenceKind.CHANGED, points=points, params=params)
