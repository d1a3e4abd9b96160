"""How well a suspected service explains each signal: P(signal | cause), by class and direction along the graph."""

from dataclasses import dataclass
from enum import IntEnum

from .classes import CLIMBING, LAWS, AlertClass
from .graph import Graph
from .settings import Settings
from .signals import Signal

_FIRST_STEP = 0.85  # what the first hop away from the cause costs beside the usual
_UNMAPPED = 0.35  # how much of a caller's chance anybody has when no edge is known
_LEARNT_ONLY = 0.25  # and when only those edges are known that alerts have named
_HOME_GROWN = 0.3  # what is left to a callee of the trouble of a caller that is itself exhausted, crashed or cut off
_FEW = 2  # callers that must fail before a silent service is taken to fail too
_HOMELY = frozenset({AlertClass.SATURATION, AlertClass.CRASH, AlertClass.NETWORK})


class How(IntEnum):
    """The road by which a cause explains a signal."""

    OWN = 0
    NAMED = 1
    CALLER = 2
    CALLEE = 3
    BURST = 4


@dataclass(slots=True)
class Explained:
    """One signal as seen by one candidate. `via` is the next service on the path towards the cause."""

    signal: int
    p: float
    how: How
    hops: int
    via: int


@dataclass(slots=True)
class Reach:
    """Services above a candidate (callers, their callers ...): strength of the path, hops, next step down."""

    strength: dict[int, float]
    hops: dict[int, int]
    via: dict[int, int]


class Likelihood:
    """Explains the signals of one moment. Rebuilt for each decision; holds no state of its own."""

    def __init__(self, graph: Graph, signals: list[Signal], settings: Settings) -> None:
        self.graph = graph
        self.signals = signals
        self.settings = settings
        self.by_service: dict[int, list[int]] = {}
        self.by_peer: dict[int, list[int]] = {}
        self.by_named: dict[int, list[int]] = {}
        self.falling: dict[int, list[int]] = {}
        self.complaining: set[int] = set()
        self.home_grown: set[int] = set()
        self._through: dict[int, float] = {}
        self._everywhere: dict[int, Explained] | None = None
        self._starving: dict[int, list[tuple[int, float]]] = {}
        for number, signal in enumerate(signals):
            self.by_service.setdefault(signal.service, []).append(number)
            if signal.peer is not None:
                self.by_peer.setdefault(signal.peer, []).append(number)
            elif signal.kind in _HOMELY and signal.solid >= 0.4:
                self.home_grown.add(signal.service)
            for named in signal.named:
                self.by_named.setdefault(named, []).append(number)
            if signal.kind is AlertClass.TRAFFIC and signal.peer is None:
                self.falling.setdefault(signal.service, []).append(number)
            if signal.kind in CLIMBING or signal.kind is AlertClass.TRAFFIC:
                self.complaining.add(signal.service)

    def reach(self, cause: int) -> Reach:
        """Walk up the callers, best path first per hop; only services that complain carry it far."""
        reach = Reach(strength={cause: 1.0}, hops={cause: 0}, via={cause: cause})
        frontier = [cause]
        for hop in range(1, self.settings.max_hops + 1):
            following: dict[int, None] = {}
            for at in frontier:
                self._climb(reach, cause, at, hop, following)
            if not following:
                break
            frontier = list(following)
        return reach

    def _climb(self, reach: Reach, cause: int, at: int, hop: int, following: dict[int, None]) -> None:
        carried = 1.0
        if at != cause:
            carried = self._passing(at) * (_FIRST_STEP if hop == 2 else 1.0)
        carried *= reach.strength[at]
        if carried < self.settings.min_reach:
            return
        for caller, confidence in self.graph.callers[at].items():
            strength = carried * confidence
            if strength > reach.strength.get(caller, 0.0) * 1.0001 and caller != cause:
                reach.strength[caller] = strength
                reach.hops[caller] = hop
                reach.via[caller] = at
                following[caller] = None

    def _passing(self, service: int) -> float:
        """How surely trouble below a service reaches its callers: if it complains, or if most of them do."""
        known = self._through.get(service)
        if known is None:
            settings = self.settings
            known = settings.through_alerting
            if service not in self.complaining:
                callers = self.graph.callers[service]
                failing = sum(c in self.complaining for c in callers)
                part = failing / len(callers) if failing >= _FEW else 0.0
                known = settings.through_silent + (settings.through_alerting - settings.through_silent) * part**2
            self._through[service] = known
        return known

    def explain(self, cause: int) -> list[Explained]:
        """Every signal that the failure of `cause` makes more likely, each once, by its best road."""
        best: dict[int, Explained] = {}
        reach = self.reach(cause)
        for service, strength in reach.strength.items():
            for number in self.by_service.get(service, ()):
                self._keep(best, self._from_above(number, cause, service, strength, reach))
        for number in self.by_peer.get(cause, ()):
            self._keep(best, Explained(number, 0.90, How.NAMED, 1, cause))
        for number in self.by_named.get(cause, ()):
            self._keep(best, Explained(number, 0.50, How.NAMED, 1, cause))
        self._descend(best, cause, reach)
        if not self.graph.mapped:
            best = self._burst(_LEARNT_ONLY if self.graph.known else _UNMAPPED) | best
        return [best[number] for number in sorted(best)]

    def _from_above(self, number: int, cause: int, service: int, strength: float, reach: Reach) -> Explained:
        signal = self.signals[number]
        law = LAWS[signal.kind]
        if service == cause:
            own = law.own if signal.peer is None else 0.20
            return Explained(number, own, How.OWN, 0, cause)
        if signal.peer is None:
            up = law.up * strength * self._left(service, signal)
            return Explained(number, up, How.CALLER, reach.hops[service], reach.via[service])
        through = reach.strength.get(signal.peer)
        if through is not None and signal.peer != cause:
            return Explained(number, 0.60 * through, How.CALLER, reach.hops[signal.peer] + 1, signal.peer)
        return Explained(number, 0.08 * strength, How.CALLER, reach.hops[service], reach.via[service])

    def _left(self, service: int, signal: Signal) -> float:
        """0..1: how far the trouble of a caller is left to explain by what it calls."""
        return _HOME_GROWN if service in self.home_grown and signal.kind in CLIMBING else 1.0

    def _descend(self, best: dict[int, Explained], cause: int, reach: Reach) -> None:
        """Less work flows down: to what the cause calls, and to what its failing callers call."""
        if not self.falling:
            return
        for callee, confidence in self._starved(cause):
            self._fall(best, callee, cause, confidence, 1)
        for callee, confidence in self.graph.callees[cause].items():
            for deeper, further in self._starved(callee):
                self._fall(best, deeper, callee, 0.6 * confidence * further, 2)
        for service, strength in reach.strength.items():
            if service != cause and service in self.complaining:
                for callee, confidence in self._starved(service):
                    self._fall(best, callee, service, 0.6 * strength * confidence, reach.hops[service] + 1)

    def _starved(self, service: int) -> list[tuple[int, float]]:
        """Callees of a service that get less work than usual, with the confidence of the edge."""
        known = self._starving.get(service)
        if known is None:
            callees = self.graph.callees[service]
            known = self._starving[service] = [(c, callees[c]) for c in callees if c in self.falling]
        return known

    def _fall(self, best: dict[int, Explained], service: int, via: int, strength: float, hops: int) -> None:
        p = LAWS[AlertClass.TRAFFIC].down * strength
        for number in self.falling[service]:
            before = best.get(number)
            if before is None or p > before.p:
                best[number] = Explained(number, p, How.CALLEE, hops, via)

    def _burst(self, part: float) -> dict[int, Explained]:
        """Nobody has said who calls whom: whatever climbs may have climbed from here. The same for every suspect."""
        if self._everywhere is None:
            climbing = [(n, s) for n, s in enumerate(self.signals) if s.kind in CLIMBING]
            self._everywhere = {n: Explained(n, part * LAWS[s.kind].up, How.BURST, 1, s.service) for n, s in climbing}
        return self._everywhere

    @staticmethod
    def _keep(best: dict[int, Explained], found: Explained) -> None:
        before = best.get(found.signal)
        if before is None or found.p > before.p:
            best[found.signal] = found

    def candidates(self, recent: set[int]) -> list[int]:
        """Whoever complains, is named, or is called by one that complains; changed services beside those."""
        found: dict[int, None] = {}
        for signal in self.signals:
            found[signal.service] = None
            if signal.peer is not None:
                found[signal.peer] = None
            for named in signal.named:
                found[named] = None
        for service in [s for s in found if s in self.complaining]:
            for callee in self.graph.callees[service]:
                found[callee] = None
        if not self.graph.known:
            found.update(dict.fromkeys(sorted(recent)))
        return list(found)
