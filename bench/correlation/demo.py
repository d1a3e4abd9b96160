"""The demo's storms as cases: a third propagation law, written by other hands than the engine and its other benches."""

from __future__ import annotations

from typing import Any

from tocsin.main.demo.company import sample_company
from tocsin.main.demo.delivery import Delivery, Scenario, TrueCause
from tocsin.main.demo.law import Estate
from tocsin.main.demo.storm import quiet, storm, two_fires

EPOCH = 1_760_000_000.0
_SEVERITY = {1: "critical", 2: "major", 3: "warning", 4: "minor", 5: "info"}


def cases(seeds: int) -> list[dict[str, Any]]:
    """Storms of a switch, of other causes, and two fires at once."""
    estate = Estate.of(tuple(sample_company().services or ()))
    switches = sorted(key for key, service in estate.services.items() if "sw" in key and len(estate.callers[key]) > 2)
    found = [two_fires(estate), storm(estate)]
    for seed in range(seeds):
        cause = switches[seed * 7 % len(switches)]
        found.append(storm(estate, seed=seed, cause=cause) if seed % 2 else two_fires(estate, seed=seed))
    return [case(f"demo-{n}-{s.name}", estate, s) for n, s in enumerate(found)]


def quiet_cases(seeds: int) -> list[dict[str, Any]]:
    """Half hours in which nothing has failed."""
    estate = Estate.of(tuple(sample_company().services or ()))
    return [case(f"demo-quiet-{seed}", estate, quiet(estate, seed=seed)) for seed in range(seeds)]


def case(name: str, estate: Estate, scenario: Scenario) -> dict[str, Any]:
    """One scenario in the format of the recorded cases."""
    causes = sorted(scenario.truth.causes, key=lambda c: -c.services)
    edges = [[key, callee] for key, service in sorted(estate.services.items()) for callee in service.depends_on]
    return {
        "id": name,
        "topology": {"nodes": sorted(estate.services), "edges": edges},
        "changes": [],
        "alerts": [_alert(d) for d in scenario.deliveries],
        "truth": {
            "service": causes[0].service if causes else None,
            "start_ts": EPOCH + causes[0].starts_s if causes else None,
            "incidents": [_true(c) for c in causes],
            "alert_incident": [f"i{b}" if any(b == c.id for c in causes) else b for b in scenario.truth.belongs_to],
        },
    }  # fmt: skip


def _true(cause: TrueCause) -> dict[str, Any]:
    return {"id": f"i{cause.id}", "service": cause.service, "start_ts": EPOCH + cause.starts_s, "mode": ""}


def _alert(delivery: Delivery) -> dict[str, Any]:
    return {
        "ts": EPOCH + delivery.offset_s,
        "arrival": EPOCH + delivery.arrival_s,
        "service": delivery.service,
        "name": delivery.name,
        "severity": _SEVERITY[int(delivery.severity)],
        "status": "firing" if delivery.firing else "resolved",
        "labels": {**delivery.labels, "fingerprint": delivery.fingerprint},
        "text": delivery.text,
        "source": delivery.integration,
    }
