"""Where the storms come from: each source gives a case, its services' tiers and who owns them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from random import Random
from typing import Any, TypeAlias

from bench.correlation.__main__ import REAL, recorded
from bench.correlation.company import build
from bench.correlation.demo import case as demo_case
from bench.correlation.generate import LEVELS
from bench.correlation.generate import case as generated
from tocsin.main.demo.company import sample_company
from tocsin.main.demo.law import Estate
from tocsin.main.demo.storm import storm, two_fires

Source: TypeAlias = tuple[Mapping[str, Any], Mapping[str, int], Mapping[str, str]]

_LAYERS = {"entry": 1, "middle": 2, "leaf": 2}
_SMALL = 9_000
"""Deliveries of a demo storm here: repeats wake nobody, so fewer of them say the same sooner."""


@cache
def _estate() -> Estate:
    return Estate.of(tuple(sample_company().services or ()))


def _demo(number: int, scenario: Any) -> Source:
    estate = _estate()
    tiers = {key: service.tier for key, service in estate.services.items()}
    teams = {key: service.team for key, service in estate.services.items() if service.team}
    senders = {one.key: one.team for one in sample_company().integrations or ()}
    case = demo_case(f"{scenario.name}-{number}", estate, scenario)
    for alert in case["alerts"]:
        alert["source"] = senders[alert["source"]]
    return case, tiers, teams


def _causes() -> list[str]:
    """Everything whose failure many would feel, in a mixed order."""
    estate = _estate()
    found = sorted(key for key, callers in estate.callers.items() if len(callers) > 2)
    Random(5).shuffle(found)
    return found


def demo_storm(number: int) -> Source:
    """One failure of anything that several depend on."""
    cause = _causes()[number % len(_causes())]
    return _demo(number, storm(_estate(), seed=200 + number, deliveries=_SMALL, cause=cause))


def demo_switch(number: int) -> Source:
    """The storm of the demonstration, under other seeds."""
    return _demo(number, storm(_estate(), seed=300 + number, deliveries=_SMALL))


def demo_two_fires(number: int) -> Source:
    """The storm of the demonstration with a second failure in it."""
    return _demo(number, two_fires(_estate(), seed=400 + number, deliveries=_SMALL))


def _pressure(number: int, level: str) -> Source:
    case = generated(number, level)
    company = build(Random(f"{level}/{number}"), LEVELS[level].services)
    tiers = {name: _LAYERS[layer] for name, layer in zip(company.names, company.layer, strict=True)}
    teams = {name: f"team-{team}" for name, team in zip(company.names, company.team, strict=True)}
    for alert in case["alerts"]:
        alert["source"] = alert["labels"]["team"]
    return case, tiers, teams


def _recorded(name: str, number: int) -> Source:
    """Every service has a team of its own: the hardest case. All are of tier 1, else hardly anybody would be called."""
    case = recorded(name)[number]
    truth = case["truth"]
    services = {*case["topology"]["nodes"], *(a["service"] for a in case["alerts"]), truth["service"]}
    start = min([truth["start_ts"], *(a["ts"] for a in case["alerts"])])
    incidents = [{"id": "i0", "service": truth["service"], "start_ts": start}]
    labelled = {**truth, "incidents": incidents, "alert_incident": ["i0"] * len(case["alerts"])}
    return {**case, "truth": labelled}, dict.fromkeys(services, 1), {one: one for one in services}


SOURCES: dict[str, Callable[[int], Source]] = {
    "demo storm": demo_switch,
    "demo any cause": demo_storm,
    "demo two fires": demo_two_fires,
    "pressure": lambda number: _pressure(number, "normal"),
    "pressure hard": lambda number: _pressure(number, "hard"),
    **{f"recorded {name}": partial(_recorded, name) for name in REAL},
}


def numbers(name: str, storms: int) -> list[int]:
    """The storms of a source to run: all recorded cases that hold an alert, so many of the others."""
    if not name.startswith("recorded "):
        return list(range(storms))
    return [n for n, case in enumerate(recorded(name.removeprefix("recorded "))) if case["alerts"]]
