"""Recorded and made-up cases for the tests."""

import gzip
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from tocsin.correlation import Edge, Engine, Observation, Severity

DATA = Path(__file__).parents[2] / "bench" / "data"
NOON = 1_800_000_000.0


@lru_cache
def recorded(name: str) -> tuple[dict[str, Any], ...]:
    """The open cases of one set; `truth` is still in them, the engine never reads it."""
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt") as lines:
        return tuple(json.loads(line) for line in lines)


def alert(
    service: str, name: str = "ErrorRateHigh", at: float = 0.0, *, severity: Severity = Severity.MAJOR,
    firing: bool = True, key: str = "", **labels: str,
) -> Observation:  # fmt: skip
    """One delivery `at` seconds after noon, received a second later."""
    fingerprint = "/".join((service, name, *labels.values()))
    return Observation(
        key=key or f"{fingerprint}@{at}",
        fingerprint=fingerprint,
        service=service,
        name=name,
        severity=severity,
        at=NOON + at,
        arrival=NOON + at + 1.0,
        firing=firing,
        labels=labels,
        text=f"{name} at {service}",
    )


def company() -> Engine:
    """Two databases, each below eight services of which four are called by two front ends; nothing is wrong yet."""
    engine = Engine()
    edges = []
    for side in ("red", "blue"):
        edges += [Edge(caller=f"{side}-{n}", callee=f"{side}-db") for n in range(8)]
        edges += [Edge(caller=f"{side}-web-{n % 2}", callee=f"{side}-{n}") for n in range(4)]
    edges += [Edge(caller=f"other-{n}", callee=f"other-{n + 1}") for n in range(40)]
    engine.learn_topology([], edges)
    return engine


def outage(side: str, at: float) -> list[Observation]:
    """`side`'s database fails; its callers fail after it and go on failing."""
    deliveries = []
    for repeat in range(5):
        later = at + 30.0 * repeat
        deliveries.append(alert(f"{side}-db", "DbConnectionsExhausted", later, severity=Severity.CRITICAL))
        deliveries += [alert(f"{side}-{n}", "ErrorRateHigh", later + 4.0 + n) for n in range(8)]
        deliveries += [alert(f"{side}-web-{n}", "LatencyHigh", later + 15.0 + n) for n in range(2)]
    return sorted(deliveries, key=lambda d: d.arrival)
