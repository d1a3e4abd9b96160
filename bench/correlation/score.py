"""What one answer is worth, given the truth that the engine never saw."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bench.correlation.metrics import adjusted_rand, v_measure

MISSED = 10_000


def rank(services: list[str], truth: str) -> int:
    """0 for the first; MISSED when it is not there."""
    return services.index(truth) if truth in services else MISSED


def causes(incident: dict[str, Any]) -> list[str]:
    """Suspects of one incident, best first."""
    return [cause["service"] for cause in incident["cause"]]


@dataclass(slots=True)
class Storm:
    """Figures of one storm."""

    main: int
    small: list[int]
    v: float
    ari: float
    together: float
    purity: float
    shown: int
    real: int
    held_s: float
    seconds: float
    confidence: float
    wrong: list[str] = field(default_factory=list)


def storm(case: dict[str, Any], answer: dict[str, Any]) -> Storm:
    """Judge an answer to a generated storm."""
    truth, alerts, incidents = case["truth"], case["alerts"], answer["incidents"]
    owner: dict[int, str] = {a: f"g{n}" for n, i in enumerate(incidents) for a in i["alerts"]}
    units: dict[str, Counter[tuple[str, str]]] = {}
    for number, (alert, label) in enumerate(zip(alerts, truth["alert_incident"], strict=True)):
        print_ = alert["labels"]["fingerprint"]
        units.setdefault(print_, Counter())[label, owner.get(number, "")] += 1
    true, found = [], []
    for number, pairs in enumerate(units.values()):
        (label, group), _ = pairs.most_common(1)[0]
        true.append(label if label.startswith("i") else f"alone{number}")
        found.append(group or f"alone{number}")
    real = [(t, f) for t, f in zip(true, found, strict=True) if t.startswith("i")]
    main_id = truth["incidents"][0]["id"]
    groups = Counter(f for t, f in real if t == main_id)
    biggest = groups.most_common(1)[0][0] if groups else ""
    inside = [t for t, f in zip(true, found, strict=True) if f == biggest]
    seen = {t for t, _ in real}
    small = [i for i in truth["incidents"][1:] if i["id"] in seen]
    others = incidents[1:]
    first = incidents[0] if incidents else None
    return Storm(
        main=rank(causes(first), truth["service"]) if first else MISSED,
        small=[min((rank(causes(g), i["service"]) for g in others), default=MISSED) for i in small],
        v=v_measure(true, found),
        ari=adjusted_rand([t for t, _ in real], [f for _, f in real]),
        together=groups[biggest] / max(sum(groups.values()), 1) if biggest.startswith("g") else 0.0,
        purity=sum(t == main_id for t in inside) / max(len(inside), 1),
        shown=len(incidents),
        real=len(seen),
        held_s=(first["decided_ts"] - _first_victim(case)) if first else 1e9,
        seconds=answer["seconds"],
        confidence=first["cause"][0]["confidence"] if first else 0.0,
    )


def _first_victim(case: dict[str, Any]) -> float:
    """When the first alert of the main failure arrived."""
    main = case["truth"]["incidents"][0]["id"]
    labels = case["truth"]["alert_incident"]
    arrivals = (a.get("arrival", a["ts"]) for a, label in zip(case["alerts"], labels, strict=True) if label == main)
    return float(min(arrivals))
