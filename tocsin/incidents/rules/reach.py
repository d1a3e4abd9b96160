"""How far an incident reaches: from its cause along the dependencies to every service that complains."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """`caller` needs `callee` (service keys)."""

    caller: str
    callee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    """A service that complains: its gravest severity (1 is worst), and how many of its alerts are open."""

    service: str
    name: str
    tier: int
    severity: int
    alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A service in the picture. `depth` counts dependencies from the cause; None: no known way leads there.

    `alerting` None: the cause, which itself says nothing.
    """

    service: str
    depth: int | None
    alerting: Alerting | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Nodes by depth, then gravest first; `needs` among them alone."""

    nodes: tuple[Node, ...]
    needs: tuple[Need, ...]

    @property
    def services(self) -> int:
        """How many services besides the cause complain."""
        return sum(1 for node in self.nodes if node.depth != 0)


def reach(cause: str | None, alerting: Iterable[Alerting], needs: Iterable[Need]) -> Reach:
    """The blast radius. A silent service between the cause and a complaint counts as depth, but is not shown."""
    needs = tuple(needs)
    complaints = {each.service: each for each in alerting}
    depths = _depths(cause, needs) if cause else {}
    shown = complaints.keys() | ({cause} if cause else set())
    nodes = [Node(service=key, depth=depths.get(key), alerting=complaints.get(key)) for key in shown]
    among = [need for need in needs if need.caller in shown and need.callee in shown]
    return Reach(nodes=tuple(sorted(nodes, key=_order)), needs=tuple(sorted(among, key=lambda n: (n.caller, n.callee))))


def _depths(cause: str, needs: Iterable[Need]) -> dict[str, int]:
    callers = defaultdict(list)
    for need in needs:
        callers[need.callee].append(need.caller)
    depths, queue = {cause: 0}, deque([cause])
    while queue:
        here = queue.popleft()
        for caller in callers[here]:
            if caller not in depths:
                depths[caller] = depths[here] + 1
                queue.append(caller)
    return depths


def _order(node: Node) -> tuple[float, int, int, str]:
    far = float("inf") if node.depth is None else float(node.depth)
    severity, tier = (node.alerting.severity, node.alerting.tier) if node.alerting else (0, 0)
    return far, severity, tier, node.service
