"""How a failure spreads through an estate: the demonstration's own law, made without a look at any scorer's.

From the service that fails, each caller is hit along its edge with a probability that depends on what is called and
falls with distance, after a log-normal delay. Callers in trouble retry, and with some luck overload a healthy thing
they also call, which then reports too though nothing is wrong with it.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from tocsin.main.apply.document import Service

_PASSES = {
    "switch": 0.97,
    "host": 0.93,
    "database": 0.8,
    "queue": 0.7,
    "service": 0.62,
    "gateway": 0.5,
    "external": 0.3,
}
"""The probability that a caller of a failed thing of this kind fails too, next to it."""

_MEDIAN_DELAY_S = {"switch": 4.0, "host": 9.0, "database": 14.0, "queue": 26.0, "service": 18.0, "gateway": 22.0}
_DELAY_SPREAD = 0.8
_DECAY_PER_HOP = 0.96
_OVERLOADS = 0.12
_OVERLOAD_AFTER_S = (20.0, 120.0)
_RETRIED_KINDS = frozenset({"database", "queue", "service"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A service in trouble since ``at_s``, ``depth`` hops from the cause; overloaded ones are only under pressure."""

    service: str
    at_s: float
    depth: int
    overloaded: bool = False


@dataclass(frozen=True, slots=True)
class Estate:
    """Services by key, and who depends on each, in a fixed order."""

    services: Mapping[str, Service]
    callers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, services: tuple[Service, ...]) -> Estate:
        """Index a list of services."""
        callers: dict[str, list[str]] = {service.key: [] for service in services}
        for service in services:
            for callee in service.depends_on:
                callers[callee].append(service.key)
        return cls(
            {service.key: service for service in services},
            {callee: tuple(sorted(found)) for callee, found in callers.items()},
        )


def spread(estate: Estate, cause: str, at_s: float, until_s: float, rng: Random) -> dict[str, Failing]:
    """Let a failure spread until a moment; give every service in trouble, the cause first."""
    hit: dict[str, Failing] = {}
    ahead = [(at_s, 0, cause)]
    while ahead:
        when, depth, service = heapq.heappop(ahead)
        if service in hit or when >= until_s:
            continue
        hit[service] = Failing(service=service, at_s=when, depth=depth)
        kind = estate.services[service].kind
        for caller in estate.callers[service]:
            if caller not in hit and rng.random() < _PASSES[kind] * _DECAY_PER_HOP**depth:
                heapq.heappush(ahead, (when + _delay(kind, rng), depth + 1, caller))
    return hit | _overloaded(estate, hit, until_s, rng)


def _delay(kind: str, rng: Random) -> float:
    return rng.lognormvariate(math.log(_MEDIAN_DELAY_S.get(kind, 18.0)), _DELAY_SPREAD)


def _overloaded(estate: Estate, hit: Mapping[str, Failing], until_s: float, rng: Random) -> dict[str, Failing]:
    """Choose healthy things that retries of failing callers put under pressure."""
    pressed: dict[str, Failing] = {}
    for failing in hit.values():
        if estate.services[failing.service].kind not in {"service", "gateway"}:
            continue
        for callee in estate.services[failing.service].depends_on:
            healthy = callee not in hit and callee not in pressed
            if healthy and estate.services[callee].kind in _RETRIED_KINDS and rng.random() < _OVERLOADS:
                when = failing.at_s + rng.uniform(*_OVERLOAD_AFTER_S)
                if when < until_s:
                    pressed[callee] = Failing(service=callee, at_s=when, depth=failing.depth + 1, overloaded=True)
    return pressed
