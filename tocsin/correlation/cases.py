"""One case in, one answer out: what `tocsin correlate` and the benches run.

A case is a JSON object: `id`, `topology{nodes[], edges[[caller, callee]]}` (may be missing), `changes[]` (may be
missing), `alerts[{ts, arrival?, service, name, severity, status?, labels{}, text}]`. Anything else in it, `truth`
above all, is never read.
"""

from collections.abc import Iterable, Mapping
from time import perf_counter
from typing import Any

from .engine import Engine, importance
from .model import Change, Cluster, ClusterState, Decision, Edge, Observation, Severity
from .settings import Settings
from .templates import template
from .text import sentence

_SEVERITIES = {
    "critical": Severity.CRITICAL, "fatal": Severity.CRITICAL, "emergency": Severity.CRITICAL, "p1": Severity.CRITICAL,
    "major": Severity.MAJOR, "error": Severity.MAJOR, "high": Severity.MAJOR, "p2": Severity.MAJOR,
    "minor": Severity.MINOR, "average": Severity.MINOR, "p3": Severity.MINOR,
    "warning": Severity.WARNING, "warn": Severity.WARNING, "low": Severity.WARNING, "p4": Severity.WARNING,
    "info": Severity.INFO, "p5": Severity.INFO,
}  # fmt: skip
_MEASURED = frozenset({"value", "baseline", "z", "threshold", "start", "end", "duration", "count"})
UNREADABLE = "unreadable"
_LATEST = 1e11  # seconds, about the year 5000
_STEP_S = 5.0  # never ask more often than this (event time)
_PATIENCE_S = 120.0  # with any news at all, ask this often
_NEWS = 0.2  # ask when this much has been added to what was known


def observation(number: int, alert: Mapping[str, Any]) -> Observation:
    """One alert of a case; KeyError, TypeError or ValueError when it cannot be read."""
    labels = {str(k): str(v) for k, v in (alert.get("labels") or {}).items() if v is not None}
    at = _moment(alert["ts"])
    service, name = str(alert["service"]), str(alert.get("name") or "")
    text = str(alert.get("text") or "")
    given = alert.get("fingerprint") or labels.get("fingerprint")
    return Observation(
        key=str(number),
        fingerprint=str(given or _identity(service, name, labels, text)),
        service=service,
        name=name,
        severity=_SEVERITIES.get(str(alert.get("severity", "")).lower(), Severity.MINOR),
        at=at,
        arrival=_moment(alert["arrival"]) if alert.get("arrival") is not None else at,
        firing=str(alert.get("status") or "firing").lower() not in ("resolved", "ok", "closed", "normal"),
        labels=labels,
        text=text,
        source=str(alert.get("source") or ""),
    )


def _moment(given: Any) -> float:
    """Seconds since 1970; ValueError when that is no moment: JSON as Python reads it has infinities and NaN."""
    at = float(given)
    if not abs(at) < _LATEST:
        raise ValueError("not a moment")
    return at


def _listed(given: Any) -> list[Any]:
    """A list of a case, where it is one."""
    return given if isinstance(given, list) else []


def _identity(service: str, name: str, labels: Mapping[str, str], text: str) -> str:
    """Service, rule and what tells instances apart; what is measured changes from one repeat to the next."""
    kept = [f"{k}={v}" for k, v in sorted(labels.items()) if k not in _MEASURED]
    return "\x1f".join((service, name, *kept, *(() if kept else (template(text),))))


class Case:
    """Runs one case through an engine in order of arrival, asking as an operator's console would."""

    def __init__(self, case: Mapping[str, Any], settings: Settings | None = None) -> None:
        self.engine = Engine(settings)
        self.unreadable: list[int] = []
        self.over: list[Cluster] = []
        self.decision = Decision(incidents=(), set_aside=())
        nodes, edges = _topology(case.get("topology"))
        self.engine.learn_topology(nodes, edges)
        self.engine.learn_changes(_changes(_listed(case.get("changes"))))
        self.observations = self._read(case.get("alerts") or ())

    def _read(self, alerts: Iterable[Mapping[str, Any]]) -> list[Observation]:
        found = []
        for number, alert in enumerate(alerts):
            try:
                found.append(observation(number, alert))
            except (KeyError, TypeError, ValueError, AttributeError):
                self.unreadable.append(number)
        return sorted(found, key=lambda o: (o.arrival, o.at, o.fingerprint))

    def run(self) -> Decision:
        """Observe everything, decide whenever there is enough news, and once at the end."""
        engine = self.engine
        decided_at, decided_units, start = 0.0, 0, 0
        for number, seen in enumerate(self.observations):
            if seen.arrival < decided_at + _STEP_S:
                continue
            engine.observe(self.observations[start:number])
            start = number
            news = engine.units.seen - decided_units
            patient = seen.arrival >= decided_at + _PATIENCE_S
            if news > 0 and (patient or news >= max(2.0, _NEWS * decided_units)):
                decided_at, decided_units = seen.arrival, engine.units.seen
                self._took(engine.decide(seen.arrival))
        engine.observe(self.observations[start:])
        if self.observations:
            self._took(engine.conclude(self.observations[-1].arrival + 1.0))
        return self.decision

    def _took(self, decision: Decision) -> None:
        """Keep what is resolved: the engine reports it once, the answer holds it too."""
        self.over += [c for c in self.decision.incidents if c.state is ClusterState.RESOLVED]
        self.decision = decision

    def incidents(self) -> list[Cluster]:
        """All incidents there have been, the most important first."""
        return sorted([*self.decision.incidents, *self.over], key=lambda c: (-importance(c), c.opened_at, c.id))


def _topology(given: Any) -> tuple[list[str], list[Edge]]:
    """Nodes and edges of a case; what is not a pair is no edge."""
    if not isinstance(given, Mapping):
        return [], []
    pairs = [e for e in _listed(given.get("edges")) if isinstance(e, (list, tuple)) and len(e) >= 2]
    return [str(n) for n in _listed(given.get("nodes"))], [Edge(caller=str(e[0]), callee=str(e[1])) for e in pairs]


def _changes(rows: Iterable[Mapping[str, Any]]) -> Iterable[Change]:
    for row in rows:
        try:
            at, service = _moment(row["ts"]), str(row["service"])
        except (KeyError, TypeError, ValueError):
            continue
        yield Change(at=at, service=service, kind=str(row.get("kind") or "change"), text=str(row.get("text") or ""))


def answer(case: Mapping[str, Any], settings: Settings | None = None) -> dict[str, Any]:
    """The line of output for one case."""
    started = perf_counter()
    run = Case(case, settings)
    decision = run.run()
    set_aside = [{"reason": s.reason, "alerts": sorted(int(k) for k in s.keys)} for s in decision.set_aside]
    if run.unreadable:
        set_aside.append({"reason": UNREADABLE, "alerts": run.unreadable})
    return {
        "id": case.get("id"),
        "incidents": [_incident(cluster) for cluster in run.incidents()],
        "set_aside": set_aside,
        "seconds": round(perf_counter() - started, 4),
    }


def _incident(cluster: Cluster) -> dict[str, Any]:
    return {
        "id": cluster.id,
        "cause": [
            {
                "service": cause.service,
                "score": cause.score,
                "confidence": round(cause.confidence, 4),
                "evidence": [
                    {"kind": e.kind.value, "points": e.points, "text": sentence(e, cause.service)}
                    for e in cause.evidence
                ],
            }
            for cause in cluster.causes
        ],
        "alerts": sorted(int(key) for key in cluster.members),
        "opened_ts": cluster.opened_at,
        "decided_ts": cluster.decided_at,
    }
