"""The engine: fed with deliveries as they arrive, asked now and then what it makes of them.

Deterministic: the same observations in the same order and the same times of asking give the same decisions. It never
looks at a clock. Its memory is bounded by `Settings.max_units` and `Settings.forget_s`; a host that has lost it
observes its open alerts again and calls `resume` with the clusters it has stored.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from .chance import Chance, noise_rate
from .classes import AlertClass
from .graph import Graph
from .hypotheses import hypotheses
from .identity import Identities, Known
from .likelihood import Explained, How, Likelihood
from .model import (
    Cause,
    Change,
    Cluster,
    ClusterState,
    Decision,
    Edge,
    Evidence,
    EvidenceKind,
    Members,
    Move,
    Observation,
    Param,
    Reason,
    SetAside,
)
from .ranking import Ranking
from .scoring import Scorer
from .settings import Settings
from .signals import Signal, condense, gone_quiet, solidity
from .splitting import Part, Splitter
from .units import Unit, Units

_WHY = {
    How.OWN: EvidenceKind.MEMBER_CAUSE,
    How.NAMED: EvidenceKind.MEMBER_NAMES,
    How.CALLER: EvidenceKind.MEMBER_CALLS,
    How.CALLEE: EvidenceKind.MEMBER_CALLED,
    How.BURST: EvidenceKind.MEMBER_BURST,
}


@dataclass(slots=True)
class Draft:
    """A cluster without its id, and why each unit is in it."""

    cluster: Cluster
    why: dict[int, Evidence]


_FAILING = (How.OWN, How.NAMED, How.CALLER)


class Engine:
    """Many alerts in, few incidents out, each with its causes and reasons."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.graph = Graph()
        self.units = Units(self.graph, self.settings)
        self.identities = Identities()
        self._changes: dict[int, list[Change]] = {}
        self._shown: dict[str, Draft] = {}
        self._started: float | None = None

    # What is known beforehand

    def learn_topology(self, nodes: Iterable[str], edges: Iterable[Edge]) -> None:
        """Services and who calls whom. May be called again; edges are added, the better confidence stays."""
        self.graph.learn(nodes, edges)

    def learn_changes(self, changes: Iterable[Change]) -> None:
        """Change events in any order, at any time."""
        for change in changes:
            self._changes.setdefault(self.graph.node(change.service), []).append(change)

    def resume(
        self, cluster: str, fingerprints: Iterable[str], *, opened_at: float, decided_at: float, cause: str
    ) -> None:
        """Give an open cluster its id back after its alerts were observed again."""
        units = {unit.number for f in fingerprints if (unit := self.units.latest(f)) is not None}
        known = Known(id=cluster, opened_at=opened_at, decided_at=decided_at, cause=self.graph.node(cause), units=units)
        self.identities.adopt(known)

    # The stream

    def observe(self, observations: Iterable[Observation]) -> None:
        """Take deliveries in order of arrival."""
        for seen in observations:
            if self._started is None:
                self._started = seen.arrival
            self.units.fold(seen)

    def begin_anew(self, fingerprints: Iterable[str]) -> None:
        """Forget what was told of these: the host kept them aside, and what they say from now on is news."""
        for fingerprint in fingerprints:
            self.units.drop(fingerprint)

    def decide(self, now: float) -> Decision:
        """What it all comes to at `now` (epoch seconds, on the time axis of the arrivals)."""
        return self._decide(now, concluding=False)

    def conclude(self, now: float) -> Decision:
        """The last decision of a closed record: with nothing more to come, a sole suspect is named even on little."""
        return self._decide(now, concluding=True)

    def _decide(self, now: float, *, concluding: bool) -> Decision:
        self._forget(now)
        active = [u for u in self.units.live.values() if self._is_evidence(u, now)]
        signals = condense(active, self.units.rhythms, now, self.settings)
        found = self._found(signals, now, concluding) if signals else []
        moves = self._identify(found, now)
        incidents = self._settle(now)
        return Decision(incidents=incidents, set_aside=self._set_aside(now), moves=moves)

    def _is_evidence(self, unit: Unit, now: float) -> bool:
        if unit.spent or unit.handed_reason is not None:
            return False
        return now - unit.last_arrival <= self.settings.expire_s

    def _found(self, signals: list[Signal], now: float, concluding: bool) -> list[Draft]:
        likelihood = Likelihood(self.graph, signals, self.settings)
        scorer = Scorer(likelihood, self._changes, now, self.settings)
        if not scorer.suspects:
            return []
        chance = Chance(likelihood, self._noise_rate(signals, now), self._services(), self._started or now)
        splitter = Splitter(scorer, hypotheses(scorer), chance, self.settings, self._held(signals))
        ranking = Ranking(scorer, self.settings)
        named: dict[str, tuple[Part, tuple[Cause, ...]]] = {}
        grown: set[str] = set()
        for part in splitter.parts(concluding=concluding):
            causes = ranking.causes(part.founder, part.signals, splitter.loose_beside(part))
            if causes:
                # Two heaps with the same first cause are one failure: nobody is paged twice for it.
                first, _ = named.setdefault(causes[0].service, (part, causes))
                if first is not part:
                    first.members.update({n: e for n, e in part.members.items() if n not in first.members})
                    grown.add(causes[0].service)
        for service in grown:
            part, _ = named[service]
            named[service] = part, ranking.causes(part.founder, part.signals, splitter.loose_beside(part))
        return [self._draft(part, signals, causes, now) for part, causes in named.values()]

    def _services(self) -> int:
        return max(len(self.graph.names), 1)

    def _noise_rate(self, signals: list[Signal], now: float) -> float:
        """Solid signals that no incident holds, per service and second since the engine began to watch."""
        owner = self.identities.owner
        loose = sum(s.solid for s in signals if s.solid >= 0.5 and not any(u.number in owner for u in s.units))
        recent = sum(s.solid for s in signals if now - s.onset < 300.0 and s.solid >= 0.5)
        watched_s = now - (self._started if self._started is not None else now)
        old = max(loose - recent, 0.0)
        return noise_rate(old, self._services(), watched_s, self.settings)

    def _held(self, signals: list[Signal]) -> Callable[[list[int]], bool]:
        owner = self.identities.owner

        def held(numbers: list[int]) -> bool:
            units = [u.number for n in numbers for u in signals[n].units]
            return bool(units) and sum(u in owner for u in units) >= 0.5 * len(units)

        return held

    def _draft(self, part: Part, signals: list[Signal], causes: tuple[Cause, ...], now: float) -> Draft:
        why: dict[int, Evidence] = {}
        for number, explained in sorted(part.members.items()):
            reason = self._why(explained, signals[number])
            why.update((unit.number, reason) for unit in signals[number].units)
        members = [signals[n] for n in part.signals]
        cluster = Cluster(
            id="",
            causes=causes,
            members={},
            opened_at=now,
            decided_at=now,
            first_at=min(s.onset for s in members),
            last_at=max(s.last for s in members),
            services=len({s.service for s in members}),
            failing=len({signals[n].service for n, e in part.members.items() if e.how in _FAILING}),
            severity=min(u.severity for s in members for u in s.units),
        )
        return Draft(cluster, why)

    def _why(self, explained: Explained, signal: Signal) -> Evidence:
        params: dict[str, Param] = {"class": signal.kind.value, "hops": explained.hops}
        if explained.how in (How.CALLER, How.CALLEE):
            params["via"] = self.graph.names[explained.via]
        return Evidence(kind=_WHY[explained.how], params=params)

    # Identity and the end of things

    def _identify(self, found: list[Draft], now: float) -> tuple[Move, ...]:
        pairs = [(self.graph.node(draft.cluster.causes[0].service), set(draft.why)) for draft in found]
        seeds = [self._seed(units) for _, units in pairs]
        matched, moves = self.identities.match(pairs, seeds, now)
        for known, draft in zip(matched, found, strict=True):
            self._shown[known.id] = draft
        for move in moves:
            if move.kind == "merged":
                self._shown.pop(move.old, None)
        return moves

    def _seed(self, units: set[int]) -> str:
        first = min((self.units.live[n] for n in units), key=lambda u: (u.first_at, u.fingerprint))
        return f"{first.fingerprint}@{first.first_at:.3f}"

    def _settle(self, now: float) -> tuple[Cluster, ...]:
        """Resolve what is over, and order what is not by weight."""
        over = []
        for known in list(self.identities.open.values()):
            if self._is_over(known, now):
                for number in known.units:
                    if number in self.units.live:
                        self.units.live[number].spent = True
                self.identities.resolve(known, now)
                if known.id in self._shown:
                    over.append(self._stamped(self._shown.pop(known.id), known))
        shown = [self._stamped(self._shown[k.id], k) for k in self.identities.open.values() if k.id in self._shown]
        return tuple(sorted(shown + over, key=lambda c: (c.state, -importance(c), c.opened_at, c.id)))

    def _stamped(self, draft: Draft, known: Known) -> Cluster:
        units = [(self.units.live[n], why) for n, why in draft.why.items() if n in self.units.live]
        return replace(
            draft.cluster,
            id=known.id,
            members=Members([(unit.keys, len(unit.keys), why) for unit, why in units]),
            opened_at=known.opened_at,
            decided_at=known.decided_at,
            last_at=max((unit.last_at for unit, _ in units), default=draft.cluster.last_at),
            state=ClusterState.OPEN if known.resolved_at is None else ClusterState.RESOLVED,
            again_of=known.again_of,
        )

    def _is_over(self, known: Known, now: float) -> bool:
        units = [self.units.live[n] for n in known.units if n in self.units.live]
        for unit in units:
            ended = unit.resolved_at if unit.resolved_at is not None else None
            if ended is None and gone_quiet(unit, self.units.rhythms[unit.source], now, self.settings):
                ended = unit.last_arrival
            if ended is None and now - unit.last_arrival > self.settings.expire_s:
                ended = unit.last_arrival
            if ended is None or now - max(ended, unit.last_arrival) < self.settings.settled_s:
                return False
        return True

    def _set_aside(self, now: float) -> tuple[SetAside, ...]:
        grouped: dict[str, list[str]] = {}
        held = {n for known in self.identities.open.values() for n in known.units}
        held |= {n for known in self.identities.resolved.values() for n in known.units}
        for unit in self.units.live.values():
            if unit.number not in held:
                grouped.setdefault(self._reason(unit, now), []).extend(unit.keys)
        return tuple(SetAside(reason=reason, keys=tuple(grouped[reason])) for reason in sorted(grouped))

    def _reason(self, unit: Unit, now: float) -> str:
        if unit.handed_reason is not None:
            return unit.handed_reason
        if unit.flaps >= self.settings.flapping_count:
            return Reason.FLAPPING
        lasted_s = unit.last_at - unit.first_at
        if unit.kind is AlertClass.ROUTINE or lasted_s > self.settings.standing_s:
            return Reason.STANDING
        if now - unit.last_arrival > self.settings.expire_s:
            return Reason.STALE
        rhythm = self.units.rhythms[unit.source]
        return Reason.BRIEF if solidity(unit, rhythm, now, self.settings) <= 0.2 else Reason.LOOSE

    def _forget(self, now: float) -> None:
        before = now - self.settings.forget_s
        self.units.forget(before)
        self.identities.forget(before)
        for service in [s for s, changes in self._changes.items() if all(c.at < before - 86_400.0 for c in changes)]:
            del self._changes[service]


def importance(cluster: Cluster) -> float:
    """What to look at first: services that fail with the cause, then deliveries and severity."""
    deliveries: float = len(cluster.members) ** 0.5
    return cluster.failing * 10.0 + cluster.services + deliveries + 5.0 * (5 - cluster.severity)
