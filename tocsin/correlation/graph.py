"""Who calls whom: given by the host, learnt from alerts that name the callee; each edge with source and confidence."""

from collections.abc import Iterable

from .model import Edge

LEARNT = "peer"
_HALF_LIFE_S = 30 * 86_400.0


class Graph:
    """A directed graph over small integers. `callers[i]` and `callees[i]` map neighbours to a confidence 0..1."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.callers: list[dict[int, float]] = []
        self.callees: list[dict[int, float]] = []
        self.given: set[int] = set()
        self.mapped = False  # the host gave edges
        self.learnt = 0
        self._ids: dict[str, int] = {}

    def node(self, name: str) -> int:
        """The number of a service, new if need be."""
        known = self._ids.get(name)
        if known is not None:
            return known
        self._ids[name] = fresh = len(self.names)
        self.names.append(name)
        self.callers.append({})
        self.callees.append({})
        return fresh

    def find(self, name: str) -> int | None:
        """The number of a known service."""
        return self._ids.get(name)

    def learn(self, nodes: Iterable[str], edges: Iterable[Edge]) -> None:
        """Take the host's map. An edge given twice keeps its better confidence; old edges decay, they never vanish."""
        for name in nodes:
            self.given.add(self.node(name))
        for edge in edges:
            confidence = edge.confidence * (0.5 + 0.5 * 0.5 ** (edge.age_s / _HALF_LIFE_S))
            self.connect(self.node(edge.caller), self.node(edge.callee), confidence)
            self.mapped = True

    def connect(self, caller: int, callee: int, confidence: float) -> None:
        """Add or strengthen one edge; a service never depends on itself."""
        if caller == callee:
            return
        before = self.callees[caller].get(callee, 0.0)
        if confidence > before:
            self.callees[caller][callee] = confidence
            self.callers[callee][caller] = confidence

    def learn_peer(self, caller: int, callee: int) -> None:
        """A caller complained of a callee by name: as good as a given edge."""
        if callee not in self.callees[caller]:
            self.learnt += 1
        self.connect(caller, callee, 0.95)

    @property
    def known(self) -> bool:
        """Is there any edge at all?"""
        return self.mapped or self.learnt > 0
