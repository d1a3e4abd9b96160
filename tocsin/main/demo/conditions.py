"""What monitoring sees of failures and of ordinary days: conditions that fire for a while, one per rule and instance.

Observation is as poor as in life: some services are not monitored for what hit them, some report minutes late, three in
ten say whom they wait for and some of those name the load balancer in between.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from tocsin.main.apply.document import Service
from tocsin.main.demo.delivery import NOISE_BLIP, NOISE_STANDING, Sender
from tocsin.main.demo.law import Estate, Failing
from tocsin.main.demo.sites import SITES
from tocsin.main.demo.symptoms import CAUGHT, NOISE, OVERLOADED, OWN, Symptom, sender_of

_SILENT, _LATE = 0.12, 0.15
_CAUSE_SILENT, _CAUSE_LATE = 0.2, 0.2
_LATE_BY_S = (60.0, 240.0)
_PEER_NAMED = 0.3
_PEER_IS_BALANCER = 0.1
_FLAPPING = 0.15
_RESOLVES_BY_ITSELF = 0.08
_DETECTED_AFTER_S = (5.0, 45.0)
_STANDING_SHARE = 0.04
_BLIPS_PER_SERVICE_S = 0.25 / 1800
_BLIP_S = (30.0, 180.0)
_INSTANCES = {"switch": 1, "host": 1, "database": 2, "queue": 3, "service": 8, "gateway": 16, "external": 1}

_HUB_OF = {site.code: site.hub for site in SITES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One rule firing on one instance from ``starts_s`` to ``ends_s``; ``belongs_to`` is the truth about it.

    One that does not resolve still fires when the scenario ends.
    """

    service: Service
    symptom: Symptom
    instance: str
    peer: str | None
    starts_s: float
    ends_s: float
    resolves: bool
    flapping: bool
    belongs_to: str
    integration: str
    sender: Sender

    @property
    def fingerprint(self) -> str:
        """What tells this condition from all others."""
        parts = (self.integration, self.service.key, self.symptom.name, self.instance, self.peer or "")
        return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()

    @property
    def labels(self) -> dict[str, str]:
        """Give the labels the sender puts on it."""
        labels = {"instance": self.instance, "site": self.service.site or ""}
        if host := host_of(self.service):
            labels["host"] = host
        if self.peer is not None:
            labels["peer"] = self.peer
        return labels


def host_of(service: Service) -> str | None:
    """Give the host a service stands on, if any."""
    return next((callee for callee in service.depends_on if callee.startswith("host-")), None)


def of_failure(
    estate: Estate, hit: Mapping[str, Failing], cause: str, belongs_to: str, until_s: float, rng: Random
) -> Iterator[Condition]:
    """See one failure: some conditions for each service in trouble that is monitored for it."""
    for failing in hit.values():
        is_cause = failing.service == cause
        silent, late = (_CAUSE_SILENT, _CAUSE_LATE) if is_cause else (_SILENT, _LATE)
        luck = rng.random()
        if luck < silent:
            continue
        since = failing.at_s + (rng.uniform(*_LATE_BY_S) if luck < silent + late else 0.0)
        service = estate.services[failing.service]
        for symptom, instance in _reported(service, _rules(service, failing, is_cause=is_cause), rng):
            starts_s = since + rng.uniform(*_DETECTED_AFTER_S)
            if starts_s >= until_s:
                continue
            resolves = rng.random() < _RESOLVES_BY_ITSELF
            yield _condition(
                service,
                symptom,
                instance,
                starts_s=starts_s,
                ends_s=rng.uniform(starts_s, until_s) if resolves else until_s,
                resolves=resolves,
                peer=_peer(estate, service, symptom, hit, starts_s, rng),
                flapping=rng.random() < _FLAPPING,
                belongs_to=belongs_to,
            )


def _rules(service: Service, failing: Failing, *, is_cause: bool) -> tuple[Symptom, ...]:
    if is_cause:
        return OWN[service.kind]
    return (OVERLOADED if failing.overloaded else CAUGHT)[service.kind]


def _reported(service: Service, rules: tuple[Symptom, ...], rng: Random) -> Iterator[tuple[Symptom, str]]:
    """Choose the rules that fire and the instances they fire on."""
    names = instances(service)
    for symptom in rng.sample(rules, rng.randint(1, len(rules))):
        for instance in rng.sample(names, rng.randint((len(names) + 1) // 2, len(names))):
            yield symptom, instance


def instances(service: Service) -> list[str]:
    """Name the instances of a service: a fixed number for each, up to what its kind has."""
    most = _INSTANCES[service.kind]
    count = most - zlib.crc32(service.key.encode()) % max(1, most // 2 + 1)
    return [service.key] if count == 1 else [f"{service.key}-{number}" for number in range(count)]


def _peer(
    estate: Estate, service: Service, symptom: Symptom, hit: Mapping[str, Failing], at_s: float, rng: Random
) -> str | None:
    """Name a failing callee three times in ten, now and then by the balancer in front of it."""
    if not symptom.names_peer or rng.random() >= _PEER_NAMED:
        return None
    waited_for = [callee for callee in service.depends_on if callee in hit and hit[callee].at_s <= at_s]
    if not waited_for:
        return None
    peer = rng.choice(waited_for)
    balanced = estate.services[peer].kind in {"service", "database"} and rng.random() < _PEER_IS_BALANCER
    return f"lb-{peer}" if balanced else peer


def of_ordinary_day(estate: Estate, until_s: float, rng: Random) -> Iterator[Condition]:
    """See what is there on any day: standing conditions that nobody mends, and short blips all over."""
    for service in estate.services.values():
        symptom = rng.choice(NOISE[service.kind])
        instance = rng.choice(instances(service))
        if rng.random() < _STANDING_SHARE:
            starts_s = rng.uniform(0.0, 30.0)
            yield _condition(service, symptom, instance, starts_s=starts_s, ends_s=until_s, belongs_to=NOISE_STANDING)
        elif rng.random() < _BLIPS_PER_SERVICE_S * until_s:
            starts_s = rng.uniform(0.0, until_s)
            ends_s = starts_s + rng.uniform(*_BLIP_S)
            yield _condition(
                service,
                symptom,
                instance,
                starts_s=starts_s,
                ends_s=min(ends_s, until_s),
                resolves=ends_s < until_s,
                belongs_to=NOISE_BLIP,
            )


def _condition(
    service: Service,
    symptom: Symptom,
    instance: str,
    *,
    starts_s: float,
    ends_s: float,
    belongs_to: str,
    resolves: bool = False,
    peer: str | None = None,
    flapping: bool = False,
) -> Condition:
    integration, sender = sender_of(service.kind, service.key, _HUB_OF[service.site or "waw"])
    return Condition(
        service=service,
        symptom=symptom,
        instance=instance,
        peer=peer,
        starts_s=starts_s,
        ends_s=ends_s,
        resolves=resolves,
        flapping=flapping,
        belongs_to=belongs_to,
        integration=integration,
        sender=sender,
    )
