"""The scenarios: conditions turned into deliveries, as late, repeated, doubled and out of order as senders make them.

Everything is a fixed function of the seed. The number of deliveries is exact: what changes of state there are come
first, repeats of what is still firing fill up the rest.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from random import Random

from tocsin.main.demo.conditions import Condition, of_failure, of_ordinary_day
from tocsin.main.demo.delivery import NOISE_KINDS, Delivery, Scenario, TrueCause, Truth
from tocsin.main.demo.law import Estate, spread

STORM_DELIVERIES = 25_000
QUIET_DELIVERIES = 2_000
STORM_S = 900.0
QUIET_S = 1800.0
FIRST_FIRE_S = 240.0
SECOND_FIRE_S = 420.0
FIRST_FIRE = "core-sw-waw-02"
SECOND_FIRE = "billing-db-sin"

_DUPLICATED = 0.05
_DUPLICATE_AFTER_S = (0.0, 5.0)
_MEDIAN_TRANSIT_S, _TRANSIT_SPREAD = 2.0, 0.7
_DELAYED, _DELAYED_BY_S = 0.02, (30.0, 120.0)
_CLOCK_SKEW_S = 2.0
_FLAP_S = (20.0, 60.0)
_RETRY_SPREAD = 1.0
_NOISE_REPEATS_LESS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fire:
    """A failure to start in a scenario."""

    service: str
    starts_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signal:
    """One thing a condition says at a moment of true time, before clocks and networks get at it."""

    condition: Condition
    at_s: float
    began_s: float
    firing: bool


def storm(estate: Estate, *, seed: int = 7, deliveries: int = STORM_DELIVERIES, cause: str = FIRST_FIRE) -> Scenario:
    """One failure, thousands of alerts; with the default seed the cause is neither the first nor the loudest."""
    return burning(estate, "storm", (Fire(service=cause, starts_s=FIRST_FIRE_S),), seed=seed, deliveries=deliveries)


def two_fires(estate: Estate, *, seed: int = 12, deliveries: int = STORM_DELIVERIES) -> Scenario:
    """The storm, and inside it a second failure in another hub that has nothing to do with it."""
    fires = (
        Fire(service=FIRST_FIRE, starts_s=FIRST_FIRE_S),
        Fire(service=SECOND_FIRE, starts_s=SECOND_FIRE_S),
    )
    return burning(estate, "two-fires", fires, seed=seed, deliveries=deliveries)


def quiet(estate: Estate, *, seed: int = 1, deliveries: int = QUIET_DELIVERIES) -> Scenario:
    """Half an hour of any day: nothing has failed and nobody is to be woken."""
    return burning(estate, "quiet", (), seed=seed, deliveries=deliveries, duration_s=QUIET_S)


def burning(
    estate: Estate,
    name: str,
    fires: Sequence[Fire],
    *,
    seed: int,
    deliveries: int,
    duration_s: float = STORM_S,
) -> Scenario:
    """Make a scenario of any fires on any estate.

    Raises ``ValueError`` when the changes of state alone are more than the deliveries asked for.
    """
    rng = Random(f"{name}/{seed}")  # noqa: S311 reproducible weather, no secret
    conditions = list(of_ordinary_day(estate, duration_s, rng))
    causes: list[TrueCause] = []
    burnt: set[str] = set()
    for number, fire in enumerate(fires, 1):
        hit = spread(estate, fire.service, fire.starts_s, duration_s, rng)
        mine = {service: failing for service, failing in hit.items() if service not in burnt}
        burnt |= set(mine)
        cause = TrueCause(
            id=f"fire-{number}",
            service=fire.service,
            kind=estate.services[fire.service].kind,
            starts_s=fire.starts_s,
            services=sum(not failing.overloaded for failing in mine.values()),
        )
        causes.append(cause)
        conditions += of_failure(estate, mine, fire.service, cause.id, duration_s, rng)
    pairs = _delivered(_distinct(conditions), deliveries, rng)
    return Scenario(
        name=name,
        duration_s=duration_s,
        deliveries=tuple(delivery for delivery, _ in pairs),
        truth=Truth(causes=tuple(causes), belongs_to=tuple(belongs_to for _, belongs_to in pairs)),
    )


def _distinct(conditions: Sequence[Condition]) -> list[Condition]:
    """Keep the first condition of each fingerprint: a sender cannot tell a second one from it."""
    found: dict[str, Condition] = {}
    for condition in conditions:
        found.setdefault(condition.fingerprint, condition)
    return list(found.values())


def _delivered(conditions: Sequence[Condition], total: int, rng: Random) -> list[tuple[Delivery, str]]:
    """Give exactly ``total`` deliveries with the truth about each, in the order they arrive."""
    signals = [signal for condition in conditions for signal in _changes(condition, rng)]
    doubled = int(total * _DUPLICATED)
    room = total - len(signals) - doubled
    if room < 0:
        raise ValueError(f"{len(signals)} changes of state and {doubled} duplicates do not fit into {total} deliveries")
    signals += islice(_repeats(conditions, rng), room)
    skews = {one: rng.gauss(0.0, _CLOCK_SKEW_S) for one in sorted({one.integration for one in conditions})}
    pairs = [(_deliver(signal, skews, rng), signal.condition.belongs_to) for signal in signals]
    for delivery, belongs_to in rng.sample(pairs, doubled):
        pairs.append((_again(delivery, rng), belongs_to))
    return sorted(pairs, key=lambda pair: (pair[0].arrival_s, pair[0].fingerprint))


def _changes(condition: Condition, rng: Random) -> Iterator[_Signal]:
    """Give the changes of state of one condition: firing, flapping in between, and resolved if it ends in time."""
    at_s, firing, began_s = condition.starts_s, True, condition.starts_s
    while at_s < condition.ends_s:
        began_s = at_s if firing else began_s
        yield _Signal(condition=condition, at_s=at_s, began_s=began_s, firing=firing)
        if not condition.flapping:
            break
        at_s, firing = at_s + rng.uniform(*_FLAP_S), not firing
    if condition.resolves:
        yield _Signal(condition=condition, at_s=condition.ends_s, began_s=began_s, firing=False)


def _repeats(conditions: Sequence[Condition], rng: Random) -> Iterator[_Signal]:
    """Give repeats without end, more of what lasts long and retries hard, fewer of noise, none of what flaps."""
    steady = [condition for condition in conditions if not condition.flapping]
    weights = [
        (condition.ends_s - condition.starts_s)
        * rng.lognormvariate(0.0, _RETRY_SPREAD)
        * (_NOISE_REPEATS_LESS if condition.belongs_to in NOISE_KINDS else 1.0)
        for condition in steady
    ]
    while steady:
        for condition in rng.choices(steady, weights, k=1000):
            at_s = rng.uniform(condition.starts_s, condition.ends_s)
            yield _Signal(condition=condition, at_s=at_s, began_s=condition.starts_s, firing=True)


def _deliver(signal: _Signal, skews: dict[str, float], rng: Random) -> Delivery:
    """Send one signal: stamped by the sender's clock, late by what the network takes."""
    condition = signal.condition
    transit = rng.lognormvariate(math.log(_MEDIAN_TRANSIT_S), _TRANSIT_SPREAD)
    delayed = rng.uniform(*_DELAYED_BY_S) if rng.random() < _DELAYED else 0.0
    skew = skews[condition.integration]
    return Delivery(
        offset_s=round(signal.at_s + skew, 3),
        began_s=round(signal.began_s + skew, 3),
        arrival_s=round(signal.at_s + transit + delayed, 3),
        integration=condition.integration,
        sender=condition.sender,
        service=condition.service.key,
        name=condition.symptom.name,
        severity=condition.symptom.severity,
        firing=signal.firing,
        labels=condition.labels,
        text=condition.symptom.text.format(service=condition.service.key, n=rng.randint(2, 99)),
        fingerprint=condition.fingerprint,
    )


def _again(delivery: Delivery, rng: Random) -> Delivery:
    """Deliver the very same thing a second time, a little later."""
    return replace(delivery, arrival_s=round(delivery.arrival_s + rng.uniform(*_DUPLICATE_AFTER_S), 3))
