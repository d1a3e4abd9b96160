"""A made-up company to break: services in layers, popular stores, teams with habits of their own."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np

_LAYERS = (("entry", 0.13), ("middle", 0.48), ("leaf", 0.39))


@dataclass(slots=True)
class Company:
    """Parallel lists over services; `edges` are (caller, callee, share of the caller's requests that need it)."""

    names: list[str]
    layer: list[str]
    team: list[int]
    instances: list[int]
    hosts: list[list[str]]
    edges: list[tuple[int, int, float]]


@dataclass(frozen=True, slots=True)
class Habit:
    """How one team watches its services: thresholds, intervals, names of rules, and whether alerts name callees."""

    error: float
    slowness: float
    drop: float
    every_s: int
    hold_s: int
    names: dict[str, str]
    texts: dict[str, str]
    names_callee: bool


_DIALECTS: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
    (
        {"error": "HighErrorRate", "slow": "LatencyP99High", "drop": "RequestRateLow", "load": "CpuUsageHigh"},
        {"error": "error ratio of {s} is {v} %", "slow": "p99 of {s} is {v} ms", "drop": "{s} serves {v} % of usual",
         "load": "cpu of {i} at {v} %"},
    ),
    (
        {"error": "api_5xx_ratio", "slow": "slow_responses", "drop": "throughput_low", "load": "pod_cpu_saturated"},
        {"error": "{v}% 5xx", "slow": "responses take {v} ms", "drop": "throughput at {v}%", "load": "{i}: cpu {v}%"},
    ),
    (
        {"error": "Availability below objective", "slow": "Response time above objective", "drop": "Traffic anomaly",
         "load": "Worker pool exhausted"},
        {"error": "availability objective missed on {s}", "slow": "{s} answers in {v} ms", "drop": "{s}: volume {v} %",
         "load": "all workers of {i} are busy"},
    ),
)  # fmt: skip


def build(rng: Random, services: int) -> Company:
    """Fan-out heavy-tailed, stores shared by preferential attachment, a few calls against the grain."""
    layer = [_layer(i / services) for i in range(services)]
    names = [f"{layer[i][0]}{rng.getrandbits(24):06x}" for i in range(services)]
    by_layer = {name: [i for i in range(services) if layer[i] == name] for name, _ in _LAYERS}
    popularity = [1.0] * services
    edges: dict[tuple[int, int], float] = {}
    below = {"entry": ("middle",), "middle": ("middle", "leaf", "leaf"), "leaf": ()}
    for caller in range(services):
        for _ in range(min(2 + int(rng.paretovariate(1.3)), 18) if layer[caller] != "leaf" else 0):
            pool = by_layer[rng.choice(below[layer[caller]])]
            callee = rng.choices(pool, [popularity[i] for i in pool])[0]
            if callee > caller:
                edges[caller, callee] = min(rng.betavariate(2.0, 2.0) + 0.15, 1.0)
                popularity[callee] += 1.0
    for _ in range(services // 100):
        middle = rng.sample(by_layer["middle"], 2)
        edges[max(middle), min(middle)] = 0.1
    instances = [rng.randint(1, 6) for _ in range(services)]
    machines = [f"node-{n}" for n in range(services // 4)]
    hosts = [[rng.choice(machines) for _ in range(n)] for n in instances]
    team = [rng.randrange(max(services // 20, 3)) for _ in range(services)]
    return Company(names, layer, team, instances, hosts, [(a, b, w) for (a, b), w in sorted(edges.items())])


def _layer(place: float) -> str:
    for name, part in _LAYERS:
        if place < part:
            return name
        place -= part
    return "leaf"


def habits(rng: Random, company: Company, names_callee: float) -> list[Habit]:
    """One habit per team."""
    found = []
    for _ in range(max(company.team) + 1):
        names, texts = rng.choice(_DIALECTS)
        found.append(
            Habit(
                error=rng.choice((0.03, 0.05, 0.10, 0.20)),
                slowness=rng.choice((1.6, 2.0, 3.0)),
                drop=rng.choice((0.4, 0.6)),
                every_s=rng.choice((10, 20, 30)),
                hold_s=rng.choice((0, 0, 30, 60)),
                names=names,
                texts=texts,
                names_callee=rng.random() < names_callee,
            )
        )
    return found


def matrices(company: Company) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Callers, callees and shares as arrays."""
    return (
        np.array([e[0] for e in company.edges]),
        np.array([e[1] for e in company.edges]),
        np.array([e[2] for e in company.edges]),
    )
