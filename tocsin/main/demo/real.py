"""Recorded cases as streams of alerts: real faults of real systems, one after the other, with their labelled causes.

A file holds one case a line: topology, alerts and truth. Services are renamed per case, so that nothing can be
remembered from one case to the next; a condition resolves some minutes after its last alert, as its sender would say.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from tocsin.main.apply.document import Service
from tocsin.main.demo.delivery import Delivery, Scenario, Sender, Severity, TrueCause, Truth

REAL_FILES = ("petshop", "nezha-trainticket", "nezha-onlineboutique", "itbench-oteldemo")
INTEGRATION = "prometheus-fra"

_BETWEEN_CASES_S = 1800.0
_RESOLVED_AFTER_S = 300.0
_SEVERITIES = {"critical": Severity.CRITICAL, "major": Severity.MAJOR, "warning": Severity.WARNING}


class _Topology(msgspec.Struct):
    nodes: list[str]
    edges: list[tuple[str, str]]


class _Alert(msgspec.Struct):
    ts: float
    service: str
    name: str
    severity: str
    labels: dict[str, str | float | int | bool | None]
    text: str


class _Truth(msgspec.Struct):
    service: str
    kind: str
    start_ts: float


class _Case(msgspec.Struct):
    id: str
    topology: _Topology
    alerts: list[_Alert]
    truth: _Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class RealCases:
    """All cases as one scenario, and the services they need; real graphs may have circles."""

    services: tuple[Service, ...]
    scenario: Scenario


def real_cases(directory: Path) -> RealCases:
    """Read the recorded cases of a directory.

    Raises ``FileNotFoundError`` when a file is missing and ``msgspec.ValidationError`` when a line is not a case.
    """
    services: list[Service] = []
    pairs: list[tuple[Delivery, str]] = []
    causes: list[TrueCause] = []
    begins_s = 0.0
    for case in _read(directory):
        services += _services(case)
        deliveries = _since_first([_delivery(case, alert, begins_s) for alert in case.alerts])
        deliveries += _resolved(deliveries)
        pairs += [(delivery, case.id) for delivery in deliveries]
        causes.append(_cause(case, begins_s))
        begins_s = max((one.offset_s for one in deliveries), default=begins_s) + _BETWEEN_CASES_S
    pairs.sort(key=lambda pair: (pair[0].arrival_s, pair[0].fingerprint))
    truth = Truth(causes=tuple(causes), belongs_to=tuple(belongs_to for _, belongs_to in pairs))
    scenario = Scenario(
        name="real", duration_s=begins_s, deliveries=tuple(delivery for delivery, _ in pairs), truth=truth
    )
    return RealCases(services=tuple(services), scenario=scenario)


def sampled(cases: RealCases, count: int) -> RealCases:
    """Keep so many cases, evenly over all files."""
    causes = cases.scenario.truth.causes
    step = max(1.0, len(causes) / max(1, count))
    chosen = tuple(causes[int(place * step)] for place in range(min(count, len(causes))))
    ids = {cause.id for cause in chosen}
    pairs = [
        pair for pair in zip(cases.scenario.deliveries, cases.scenario.truth.belongs_to, strict=True) if pair[1] in ids
    ]
    truth = replace(cases.scenario.truth, causes=chosen, belongs_to=tuple(case for _, case in pairs))
    scenario = replace(cases.scenario, deliveries=tuple(delivery for delivery, _ in pairs), truth=truth)
    services = tuple(service for service in cases.services if service.key.partition("/")[0] in ids)
    return RealCases(services=services, scenario=scenario)


def _read(directory: Path) -> Iterator[_Case]:
    decoder = msgspec.json.Decoder(_Case)
    for name in REAL_FILES:
        with gzip.open(directory / f"{name}.jsonl.gz", "rb") as lines:
            for line in lines:
                yield decoder.decode(line)


def _renamed(case: _Case, service: str) -> str:
    return f"{case.id}/{service}"


def _services(case: _Case) -> Iterator[Service]:
    callees: defaultdict[str, set[str]] = defaultdict(set)
    for caller, callee in case.topology.edges:
        if caller != callee:
            callees[caller].add(_renamed(case, callee))
    for node in sorted({*case.topology.nodes, *(end for edge in case.topology.edges for end in edge)}):
        yield Service(
            key=_renamed(case, node), name=node, team="platform", tier=2, depends_on=tuple(sorted(callees[node]))
        )


def _start(case: _Case) -> float:
    """Give the moment from which a case's time counts: its first alert, or its fault if there is none."""
    return min([case.truth.start_ts, *(alert.ts for alert in case.alerts)])


def _delivery(case: _Case, alert: _Alert, begins_s: float) -> Delivery:
    labels = {name: str(value) for name, value in alert.labels.items() if value is not None}
    if "peer" in labels:
        labels["peer"] = _renamed(case, labels["peer"])
    at_s = round(begins_s + alert.ts - _start(case), 3)
    return Delivery(
        offset_s=at_s,
        began_s=at_s,
        arrival_s=at_s,
        integration=INTEGRATION,
        sender=Sender.ALERTMANAGER,
        service=_renamed(case, alert.service),
        name=alert.name,
        severity=_SEVERITIES[alert.severity],
        firing=True,
        labels=labels,
        text=alert.text,
        fingerprint=_fingerprint(case.id, alert.service, alert.name, labels),
    )


def _fingerprint(case: str, service: str, name: str, labels: Mapping[str, str]) -> str:
    """Tell conditions apart by what does not change while they last."""
    lasting = (
        labels.get("peer", ""),
        labels.get("operation", ""),
        labels.get("metric", ""),
        labels.get("template", ""),
    )
    return hashlib.blake2b("\x1f".join((case, service, name, *lasting)).encode(), digest_size=8).hexdigest()


def _since_first(deliveries: list[Delivery]) -> list[Delivery]:
    """Let each repeat say when its condition began."""
    began: dict[str, float] = {}
    return [
        replace(one, began_s=began.setdefault(one.fingerprint, one.offset_s))
        for one in sorted(deliveries, key=lambda one: one.offset_s)
    ]


def _resolved(deliveries: list[Delivery]) -> Iterator[Delivery]:
    last = {delivery.fingerprint: delivery for delivery in deliveries}
    for delivery in last.values():
        at_s = delivery.offset_s + _RESOLVED_AFTER_S
        yield replace(delivery, offset_s=at_s, arrival_s=at_s, firing=False)


def _cause(case: _Case, begins_s: float) -> TrueCause:
    return TrueCause(
        id=case.id,
        service=_renamed(case, case.truth.service),
        kind=case.truth.kind,
        starts_s=round(begins_s + case.truth.start_ts - _start(case), 3),
        services=len({alert.service for alert in case.alerts}),
    )
