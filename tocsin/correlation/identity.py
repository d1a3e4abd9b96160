"""Which cluster is which: ids outlive re-scoring, resolved clusters absorb nothing, merges and splits are told."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from .model import Move


@dataclass(slots=True)
class Known:
    """A cluster with an id. `units` are the numbers of its units as of the last decision."""

    id: str
    opened_at: float
    decided_at: float
    cause: int
    units: set[int] = field(default_factory=set)
    resolved_at: float | None = None
    again_of: str | None = None


class Identities:
    """Keeps the ids. Matching is by shared units; on a tie the older cluster wins."""

    def __init__(self) -> None:
        self.open: dict[str, Known] = {}
        self.resolved: dict[str, Known] = {}
        self.owner: dict[int, str] = {}

    def adopt(self, known: Known) -> None:
        """Take over a cluster from a host that has remembered it."""
        self.open[known.id] = known
        for unit in known.units:
            self.owner[unit] = known.id

    def match(
        self, found: list[tuple[int, set[int]]], seeds: list[str], now: float
    ) -> tuple[list[Known], tuple[Move, ...]]:
        """Give each found (cause, units) its cluster; `seeds` are content to derive a new id from."""
        pairs = self._overlaps(units for _, units in found)
        taken: dict[int, str] = {}
        used: set[str] = set()
        for shared, number, name in pairs:
            if number not in taken and name not in used and shared > 0:
                taken[number] = name
                used.add(name)
        matched = [
            self._keep(self.open[taken[n]], cause, units, now) if n in taken else self._new(cause, units, seeds[n], now)
            for n, (cause, units) in enumerate(found)
        ]
        return matched, self._moves(matched, taken, used, pairs)

    def _overlaps(self, found: Iterable[set[int]]) -> list[tuple[int, int, str]]:
        pairs = []
        for number, units in enumerate(found):
            shared = Counter(self.owner[u] for u in units if u in self.owner)
            pairs += [(count, number, name) for name, count in shared.items() if name in self.open]
        return sorted(pairs, key=lambda p: (-p[0], self.open[p[2]].opened_at, p[2], p[1]))

    def _keep(self, known: Known, cause: int, units: set[int], now: float) -> Known:
        if cause != known.cause:
            known.cause, known.decided_at = cause, now
        known.units = units
        return known

    def _new(self, cause: int, units: set[int], seed: str, now: float) -> Known:
        name = blake2b(seed.encode(), digest_size=8).hexdigest()
        while name in self.open or name in self.resolved:
            name = blake2b(name.encode(), digest_size=8).hexdigest()
        before = [k for k in self.resolved.values() if k.cause == cause]
        again_of = max(before, key=lambda k: k.resolved_at or 0.0).id if before else None
        known = Known(id=name, opened_at=now, decided_at=now, cause=cause, units=units, again_of=again_of)
        self.open[name] = known
        return known

    def _moves(
        self, matched: list[Known], taken: dict[int, str], used: set[str], pairs: list[tuple[int, int, str]]
    ) -> tuple[Move, ...]:
        moves = []
        for shared, number, name in pairs:
            if name not in used and taken.get(number) != name:
                moves.append(Move(kind="merged", old=name, new=matched[number].id, units=shared))
            elif number not in taken:
                moves.append(Move(kind="split", old=name, new=matched[number].id, units=shared))
        for move in moves:
            if move.kind == "merged":
                self.open.pop(move.old, None)
        self.owner = {unit: known.id for known in self.open.values() for unit in known.units}
        return tuple(moves)

    def resolve(self, known: Known, now: float) -> None:
        """The cluster is over: from now on its units belong to the past."""
        known.resolved_at = now
        self.resolved[known.id] = self.open.pop(known.id)
        for unit in known.units:
            self.owner.pop(unit, None)

    def forget(self, before: float) -> None:
        """Drop clusters resolved before that time."""
        gone = [k.id for k in self.resolved.values() if (k.resolved_at or 0.0) < before]
        for name in gone:
            del self.resolved[name]
