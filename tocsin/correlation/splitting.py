"""Explain, then split: the best cause takes what it explains, the next one must explain what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import log

import numpy as np

from .chance import Chance
from .classes import CLIMBING, AlertClass
from .explaining import Explaining
from .hypotheses import Hypothesis
from .likelihood import Explained, How, Reach
from .onset import Floats
from .scoring import Flags, Scorer
from .settings import Settings
from .signals import Signal

_MEMBER = 1.5  # a cause must make a signal this much likelier than chance to own it
_NEARER = 1.3  # a later cause must explain a signal this much better to take it from an earlier one
_DOMINANT = 0.2  # part of all weight that a sole suspect must explain
_SHORT = 60  # signals; a longer record of which nothing stands out is just a quiet day
_STORM = 8  # services from which on unknown edges are to be reckoned with
_LARGE = 600.0  # with so many services two failures at once are nothing strange; with fewer they are rarer
_RARER = 1.5
_HANGS = 0.2  # strength of the path by which a branch hangs on a root, at least
_SAME_START_S = 60.0
_SHARED = 0.5  # part of its callers that a pressed service shares with the storm, at least
_TRAVELS = CLIMBING | {AlertClass.TRAFFIC}
_BUSY = frozenset({AlertClass.TRAFFIC, AlertClass.QUEUE})
_SPEAKS = 0.4  # solidity from which on a voice counts
_ANSWERED = 0.5  # what another cause explains this well is no evidence beside it
_UNKNOWN = 0.5  # at most so well does a storm explain what no known edge leads to


@dataclass(slots=True, eq=False)
class Part:
    """One accepted cause and the signals it owns, each with the reason. Two parts are never the same."""

    founder: Hypothesis
    members: dict[int, Explained] = field(default_factory=dict)

    @property
    def signals(self) -> list[int]:
        return sorted(self.members)


@dataclass(slots=True)
class _Root:
    """A part that others may belong to, with whom its cause reaches and the services that its members are of."""

    part: Part
    reach: Reach
    services: set[int]

    def carries(self, part: Part) -> bool:
        """The part's cause depends on the root by a known path. It complains only as whoever depends on it does."""
        near = self.reach.strength.get(part.founder.suspect.service, 0.0) >= _HANGS
        return near and part.founder.at >= self.part.founder.at - _SAME_START_S

    def presses(self, part: Part, signals: Sequence[Signal]) -> bool:
        """A healthy callee that failing callers press: busy at most, no time of its own, its callers in the storm."""
        if abs(part.founder.at - self.part.founder.at) > _SAME_START_S:
            return False
        callers = {signals[n].service for n in part.members} - {part.founder.suspect.service}
        reach = self.reach.strength
        shared = sum(service in self.services or reach.get(service, 0.0) >= _HANGS for service in callers)
        return shared >= _SHARED * len(callers)


class Splitter:
    """Finds the parts of one moment. `held` tells whether earlier decisions hold most of some signals."""

    def __init__(
        self,
        scorer: Scorer,
        hypotheses: list[Hypothesis],
        chance: Chance,
        settings: Settings,
        held: Callable[[list[int]], bool],
    ) -> None:
        self.scorer = scorer
        self.hypotheses = hypotheses
        self.chance = chance
        self.settings = settings
        self.held = held
        self.signals = scorer.likelihood.signals
        self.table = Explaining(scorer, hypotheses)
        self.further_gain = settings.further_gain + _RARER * log(max(_LARGE / chance.services, 1.0))
        self.floor = np.zeros(len(self.signals), dtype=np.float64)
        self.loose = np.ones(len(self.signals), dtype=bool)
        self.answers = np.zeros(len(self.signals), dtype=np.intp)

    def parts(self, *, concluding: bool) -> list[Part]:
        """The accepted causes with the signals they explain best, in the order they were found."""
        accepted = self._prune(self._greedy())
        if not accepted and concluding:
            accepted = self._sole_suspect()
        parts = [Part(found) for found in accepted]
        self._assign(parts)
        self._sweep_up(parts)
        for part in parts:
            self.loose[part.signals] = False
        found = self._fold_branches([part for part in parts if part.members])
        for part in found:
            self.answers += self._answered(part)
        return found

    def loose_beside(self, part: Part) -> Flags:
        """Signals that nobody owns and no other part explains: those speak for the suspects of this one too."""
        others = self.answers - self._answered(part)
        return np.asarray(self.loose & (others == 0))

    def _answered(self, part: Part) -> Flags:
        return np.asarray(self.table.row(part.founder) >= _ANSWERED)

    def _greedy(self) -> list[Hypothesis]:
        explained = np.zeros(len(self.signals), dtype=np.float64)
        barred = np.zeros(len(self.hypotheses), dtype=bool)
        accepted: list[Hypothesis] = []
        misses = 0
        while len(accepted) < self.settings.max_clusters and misses < self.settings.max_misses:
            gains = self.table.gains(explained)
            gains[barred] = -np.inf
            best = int(np.argmax(gains))
            if gains[best] < (self.further_gain if accepted else self.settings.gain):
                break
            barred[best] = True
            found = self.hypotheses[best]
            if not self._acceptable(found, float(gains[best]), explained, further=bool(accepted)):
                misses += 1
                continue
            accepted.append(found)
            self._reckon(found, explained)
        return accepted

    def _acceptable(self, found: Hypothesis, gain: float, explained: Floats, *, further: bool) -> bool:
        own = self._own(found, explained)
        if further and not self._direct(found, own) and gain < 3.0 * self.further_gain:
            return False
        return self.chance.per_hour(found.suspect, own) <= self.settings.false_per_hour or self.held(own)

    def _own(self, found: Hypothesis, explained: Floats) -> list[int]:
        """Signals that the found explains and nobody before it did."""
        strong = found.suspect.p * found.fit > _MEMBER * self.scorer.background[found.suspect.index]
        mine = strong & (self.table.adequate(found) > explained[found.suspect.index] + 0.2)
        return [int(n) for n in found.suspect.index[mine]]

    def _direct(self, found: Hypothesis, own: list[int]) -> bool:
        """Does the suspect itself say so, or somebody by name?"""
        for number in own:
            signal = self.signals[number]
            if signal.peer == found.suspect.service:
                return True
            if (
                signal.service == found.suspect.service
                and signal.kind is not AlertClass.TRAFFIC
                and signal.solid >= _SPEAKS
            ):
                return True
        return False

    def _reckon(self, found: Hypothesis, explained: Floats) -> None:
        """Mark what an accepted found explains; a big one explains a little even where no known edge leads."""
        row = self.table.row(found)
        np.maximum(explained, row, out=explained)
        services = {self.signals[n].service for n in np.flatnonzero(row > 0.5)}
        if len(services) < _STORM:
            return
        known = max(len(self.scorer.likelihood.graph.names), 1)
        level = min(2.0 * len(services) / known, _UNKNOWN)
        for number, signal in enumerate(self.signals):
            after_s = signal.onset - found.at
            travels = signal.kind in CLIMBING or signal.kind is AlertClass.TRAFFIC
            if travels and -self.settings.onset_slack_s <= after_s <= self.settings.spread_s:
                self.floor[number] = max(self.floor[number], level)
        np.maximum(explained, self.floor, out=explained)

    def _prune(self, accepted: list[Hypothesis]) -> list[Hypothesis]:
        """Drop causes that the later ones have made superfluous, the most superfluous first."""
        while len(accepted) > 1:
            rows = np.array([self.table.row(c) for c in accepted])
            losses = self.table.losses(rows, self.floor) + np.array([c.aside for c in accepted])
            least = int(np.argmin(losses))
            if losses[least] >= self.further_gain:
                break
            accepted = accepted[:least] + accepted[least + 1 :]
        return accepted

    def _sole_suspect(self) -> list[Hypothesis]:
        """Nothing more will come and nothing is beyond chance: the one that explains most of a short record, if any."""
        if len(self.signals) > _SHORT:
            return []
        gains = self.table.gains(np.zeros(len(self.signals), dtype=np.float64))
        best = self.hypotheses[int(np.argmax(gains))]
        suspect = best.suspect
        own = suspect.index[suspect.p > _MEMBER * self.scorer.background[suspect.index]]
        weights = self.scorer.weights * self.scorer.timely(self.scorer.began)
        if len(own) == 0 or weights[own].sum() < _DOMINANT * weights.sum():
            return []
        return [best]

    def _assign(self, parts: list[Part]) -> None:
        """Each signal goes to the accepted cause that explains it best, if that is much better than chance."""
        best = np.zeros(len(self.signals), dtype=np.float64)
        owner: dict[int, tuple[Part, Explained]] = {}
        for part in parts:
            found = part.founder
            own = np.array([e.how is How.OWN for e in found.suspect.explained])
            p = np.where(own, 1.5, 1.0) * found.suspect.p * found.fit
            better = (p > _NEARER * best[found.suspect.index]) & (
                p > _MEMBER * self.scorer.background[found.suspect.index]
            )
            better &= self.scorer.solid[found.suspect.index] > self.settings.blip
            best[found.suspect.index[better]] = p[better]
            for place in np.flatnonzero(better):
                owner[int(found.suspect.index[place])] = (part, found.suspect.explained[place])
        for signal, (part, explained) in owner.items():
            part.members[signal] = explained

    def _fold_branches(self, parts: list[Part]) -> list[Part]:
        """A part whose cause says nothing of its own, and hangs on or is pressed by another, belongs to that."""
        roots: list[_Root] = []
        for part in sorted(parts, key=lambda p: -len(p.members)):
            service = part.founder.suspect.service
            may_hang, may_be_pressed = self._says_only(service, _TRAVELS), self._says_only(service, _BUSY)
            for root in roots if may_hang or may_be_pressed else ():
                if (may_hang and root.carries(part)) or (may_be_pressed and root.presses(part, self.signals)):
                    self._fold(part, root)
                    break
            else:
                roots.append(_Root(part, self.scorer.likelihood.reach(service), self._services(part)))
        kept = {id(root.part) for root in roots}
        return [part for part in parts if id(part) in kept]

    def _services(self, part: Part) -> set[int]:
        return {self.signals[n].service for n in part.members}

    def _says_only(self, service: int, kinds: frozenset[AlertClass]) -> bool:
        own = (self.signals[n] for n in self.scorer.likelihood.by_service.get(service, ()))
        return all(s.kind in kinds or s.solid < _SPEAKS for s in own)

    def _fold(self, part: Part, root: _Root) -> None:
        """Retell each member as seen from the root."""
        reach = root.reach
        for number, seen in part.members.items():
            service = self.signals[number].service
            if service in reach.hops:
                told = Explained(number, seen.p, How.CALLER, reach.hops[service], reach.via[service])
            else:
                told = Explained(number, seen.p, How.BURST, 0, service)
            root.part.members[number] = told
            root.services.add(service)

    def _sweep_up(self, parts: list[Part]) -> None:
        """Fresh lasting trouble in the hour of a storm, of the travelling kind, is the storm's by an unknown edge."""
        storms = [p for p in parts if len({self.signals[n].service for n in p.members}) >= _STORM]
        if not storms:
            return
        storm = max(storms, key=lambda p: len(p.members))
        owned = {number for part in parts for number in part.members}
        for number in np.flatnonzero((self.floor > 0.0) & (self.scorer.solid >= 0.8)):
            if int(number) not in owned:
                signal = self.signals[number]
                storm.members[int(number)] = Explained(
                    int(number), float(self.floor[number]), How.BURST, 0, signal.service
                )
