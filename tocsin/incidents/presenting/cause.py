"""The cause card: what speaks for the named cause and against it, who came second, and how far it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext

from tocsin.alerts.queries import CauseView, EvidenceView
from tocsin.alerts.wording import confidence_words, evidence_words
from tocsin.incidents import wording
from tocsin.incidents.queries import CausePart
from tocsin.incidents.rules import CauseState, Node, Reach
from tocsin.ui import charts
from tocsin.ui import components as c

SUSPECTS = 3
"""How many others are offered instead."""

LISTED = 40
"""How many services the table beside the drawing lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectView:
    """A suspect that is not named the cause; `lost` says why."""

    service: str
    name: str
    url: str
    confidence: str
    lost: str
    evidence: tuple[c.Evidence, ...]
    is_rejected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachRow:
    """A service that complains, in the table beside the drawing."""

    service: str
    url: str
    steps: str
    tier: int
    severity: int
    alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseCard:
    """`agree` counts the signals for it; `may_judge` whether the buttons are there."""

    service: str
    name: str
    url: str
    team: str
    confidence: str
    agree: str
    state: str
    is_confirmed: bool
    is_rejected: bool
    evidence: tuple[c.Evidence, ...]
    suspects: tuple[SuspectView, ...]
    may_judge: bool
    graph: charts.Graph
    reach: tuple[ReachRow, ...]
    reach_rest: int


def cause_card(part: CausePart) -> CauseCard | None:
    """The card of an incident that alerts have opened; None where a person declared it."""
    if part.cause is None or part.group is None:
        return None
    cause, state = part.cause.cause, part.head.cause_state
    others = part.group.suspects[:SUSPECTS]
    return CauseCard(
        service=cause.service,
        name=cause.name,
        url=_service_url(cause.service),
        team=cause.team_name,
        confidence=confidence_words(cause.confidence),
        agree=_agree(cause.evidence),
        state=wording.cause_state_word(state),
        is_confirmed=state is CauseState.CONFIRMED,
        is_rejected=state is CauseState.REJECTED,
        evidence=_evidence(cause.evidence),
        suspects=tuple(_suspect(each, cause) for each in others),
        may_judge=part.may_respond and part.head.is_open and part.group.closed_at is None,
        graph=reach_graph(cause.service, cause.name, part.reach),
        reach=tuple(_reach_row(node) for node in part.reach.nodes[:LISTED]),
        reach_rest=max(0, len(part.reach.nodes) - LISTED),
    )


@lru_cache(maxsize=4096)
def _service_url(key: str) -> str:
    """Kept: a storm's screen names hundreds of services, and finding their addresses took a fifth of its time."""
    return reverse("assets:service", args=[key])


def _agree(evidence: tuple[EvidenceView, ...]) -> str:
    count, of = sum(1 for each in evidence if each.points > 0), len(evidence)
    return ngettext("%(n)s of %(of)s signal agrees", "%(n)s of %(of)s signals agree", of) % {"n": count, "of": of}


def _evidence(evidence: tuple[EvidenceView, ...]) -> tuple[c.Evidence, ...]:
    return tuple(
        c.Evidence(text=evidence_words(each.kind, each.params), supports=each.points >= 0, points=_points(each.points))
        for each in evidence
    )


def _points(points: float) -> str:
    """ "+3.2", "−1.4" (with the sign, and the reader's decimal point)."""
    text = f"{abs(points):.1f}".replace(".", "," if (get_language() or "").startswith("pl") else ".")
    return f"{'+' if points >= 0 else '−'}{text}"


def _suspect(suspect: CauseView, cause: CauseView) -> SuspectView:
    return SuspectView(
        service=suspect.service,
        name=suspect.name,
        url=_service_url(suspect.service),
        confidence=confidence_words(suspect.confidence),
        lost=_lost(suspect, cause),
        evidence=_evidence(suspect.evidence),
        is_rejected=suspect.rejected,
    )


def _lost(suspect: CauseView, cause: CauseView) -> str:
    """Why it came second: the heaviest reason against it, else what it lacks in points."""
    if suspect.rejected:
        return gettext("A person said that it is not this.")
    against = min(suspect.evidence, key=lambda each: each.points, default=None)
    if against is not None and against.points < 0:
        return evidence_words(against.kind, against.params)
    behind = cause.score - suspect.score
    if behind > 0:
        return gettext("It explains less: %(points)s points behind.") % {"points": _points(behind).removeprefix("+")}
    return gettext("A person named the other.")


def reach_graph(root: str, name: str, reach: Reach) -> charts.Graph:
    """The blast radius. Trouble flows from what is needed to what needs it; a service that complains without a known
    way to the cause, or only through silent ones, hangs on the cause itself."""
    edges = [charts.Edge(source=need.callee, target=need.caller) for need in reach.needs if need.caller != root]
    needed_by: dict[str, set[str]] = {}
    for edge in edges:
        needed_by.setdefault(edge.source, set()).add(edge.target)
    reached, waiting = {root}, [root]
    while waiting:
        following = needed_by.get(waiting.pop(), set()) - reached
        reached |= following
        waiting.extend(following)
    loose = [node.service for node in reach.nodes if node.service not in reached]
    edges += [charts.Edge(source=root, target=key, is_hot=False) for key in loose]
    nodes = tuple(_node(node, is_root=node.service == root) for node in reach.nodes)
    if root not in {node.service for node in reach.nodes}:
        nodes = (charts.Node(key=root, label=name, mark="s5", note=gettext("probable cause")), *nodes)
    return charts.Graph(root=root, nodes=nodes, edges=tuple(edges))


def _node(node: Node, *, is_root: bool) -> charts.Node:
    told = node.alerting
    alerts = told.alerts if told else 0
    count = ngettext("%(n)s alert", "%(n)s alerts", alerts) % {"n": alerts}
    return charts.Node(
        key=node.service,
        label=told.name if told else node.service,
        mark=f"s{int(told.severity)}" if told else "s5",
        note=gettext("probable cause") if is_root else count if alerts else gettext("over"),
        url=_service_url(node.service),
    )


def _reach_row(node: Node) -> ReachRow:
    told = node.alerting
    steps = "?" if node.depth is None else str(node.depth)
    return ReachRow(
        service=node.service,
        url=_service_url(node.service),
        steps=steps,
        tier=told.tier if told else 0,
        severity=int(told.severity) if told else 5,
        alerts=told.alerts if told else 0,
    )
