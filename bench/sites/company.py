"""39 data centres full of databases, each with applications that call it: each that fails is a failure of its own."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import yaml

from tocsin.main.demo.delivery import Delivery, Sender, Severity

SITES = 39
_BEGIN_WITHIN = 0.75
"""Part of the time within which every failure begins; its alerts go on until the end."""
_LATE_S = 1.0
_CALLERS = 4
"""Applications that call one database."""


def company(groups: int) -> str:
    """A company file: a team with one person on call for each site; databases and their callers, over the sites."""
    sites = [f"site-{number:02}" for number in range(SITES)]
    told = {
        "tocsin": 1,
        "organisation": {"name": "Example Messaging (sample)", "language": "en", "zone": "UTC"},
        "people": [
            {
                "login": f"p-{site}",
                "name": f"Person {site}",
                "role": "admin" if site == sites[0] else "responder",
                "contacts": [{"channel": "file", "address": site}],
            }
            for site in sites
        ],
        "teams": [
            {"key": site, "name": f"Team {site}", "members": [f"p-{site}"], "lead": f"p-{site}"} for site in sites
        ],
        "services": [service for number in range(groups) for service in _services(number, sites[number % SITES])],
        "rotations": [
            {
                "key": f"{site}-primary",
                "team": site,
                "zone": "UTC",
                "handoff": {"weekday": "monday", "time": "09:00"},
                "starts_on": "2024-01-01",
                "participants": [f"p-{site}"],
            }
            for site in sites
        ],
        "policies": [
            {
                "key": f"{site}-default",
                "team": site,
                "steps": [{"after_s": 0, "notify": [{"rotation": f"{site}-primary"}]}],
            }
            for site in sites
        ],
        "integrations": [
            {"key": site, "name": f"Prometheus {site}", "kind": "alertmanager", "team": site} for site in sites
        ],
        "keys": [{"name": site, "scope": "integration", "integration": site} for site in sites],
    }
    return yaml.safe_dump(told, sort_keys=False)


def _services(number: int, site: str) -> Iterator[dict[str, object]]:
    database = database_key(number)
    yield {"key": database, "name": database, "team": site, "tier": 1, "kind": "database"}
    for place in range(_CALLERS):
        caller = _caller_key(number, place)
        yield {"key": caller, "name": caller, "team": site, "tier": 2, "kind": "service", "depends_on": [database]}


def database_key(number: int) -> str:
    """The cause of a group."""
    return f"db-{number:03}"


def _caller_key(number: int, place: int) -> str:
    return f"app-{number:03}-{place}"


def deliveries(alerts: int, groups: int, seconds: float, seed: int) -> list[Delivery]:
    """Distinct alerts in the order they arrive: each database first, then what it takes along."""
    return sorted(_made(alerts, groups, seconds, Random(seed)), key=lambda one: one.arrival_s)


def _made(alerts: int, groups: int, seconds: float, rng: Random) -> Iterator[Delivery]:
    begins = [rng.uniform(0.0, _BEGIN_WITHIN * seconds) for _ in range(groups)]
    for number in range(alerts):
        group, instance = number % groups, number // groups
        at_s = begins[group] if instance == 0 else rng.uniform(begins[group], seconds - _LATE_S)
        yield _alert(group, instance, at_s)


def _alert(group: int, instance: int, at_s: float) -> Delivery:
    """One in five is of the database itself, the others of its callers, who name it."""
    place, database = instance % (_CALLERS + 1), database_key(group)
    service = database if place == 0 else _caller_key(group, place - 1)
    labels = {"instance": f"{service}-{instance:03}"}
    return Delivery(
        offset_s=at_s,
        began_s=at_s,
        arrival_s=at_s,
        integration=f"site-{group % SITES:02}",
        sender=Sender.ALERTMANAGER,
        service=service,
        name="DiskSaturated" if place == 0 else "UpstreamTimeout",
        severity=Severity.CRITICAL if place == 0 else Severity.MAJOR,
        firing=True,
        labels=labels if place == 0 else {**labels, "peer": database},
        text=f"{service}: disk busy" if place == 0 else f"{service}: timeouts calling {database}",
        fingerprint=f"{group}-{instance}",
    )
