"""Storms and quiet hours from the pressure law, in the format of the recorded cases, with their truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.correlation.company import Company, Habit, build, habits
from bench.correlation.pressure import STEP_S, Curves, Fault, simulate

EPOCH = 1_750_000_000.0
WARM_UP_S = 1200.0

Row = tuple[float, str, str, str, str, dict[str, str], str, str]
"""At, service, rule, severity, status, labels, text, incident."""
Over = npt.NDArray[np.bool_]
Inertia = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Level:
    """How hard it is to see."""

    services: int = 600
    alerts: int = 25_000
    lasting_s: float = 2400.0
    small: tuple[int, int] = (0, 4)
    storm: bool = True
    peers: float = 0.3
    missing: float = 0.15
    stale: float = 0.05
    unmonitored: float = 0.10
    silent: float = 0.2
    late: float = 0.2
    blips_per_service_hour: float = 0.5


LEVELS = {
    "normal": Level(),
    "hard": Level(peers=0.05, missing=0.40, stale=0.15, unmonitored=0.2),
    "quiet": Level(storm=False, small=(0, 0), lasting_s=4 * 3600.0, alerts=10**9),
}
_OWN = {
    "error": ("critical", "PodCrashLooping", "container of {s} exits with code 1"),
    "slow": ("critical", "PacketLoss", "packet loss between {s} and its network"),
    "load": ("major", "ConnectionPoolExhausted", "no free connection on {i}"),
    "traffic": ("major", "RequestSurge", "{s} gets four times its usual work"),
}
_BLIPS = ("GcPauseLong", "LatencyP99High", "HighErrorRate", "ProbeFailed", "CpuThrottled", "BatchJobLate")
_STANDING = ("CertificateExpiresSoon", "MemoryUsageHigh", "LatencyP99High", "DiskUsageHigh")


def case(seed: int, level_name: str) -> dict[str, Any]:
    """One case; the same seed gives the same case."""
    level, rng = LEVELS[level_name], Random(f"{level_name}/{seed}")
    company = build(rng, level.services)
    ways = habits(rng, company, level.peers)
    faults = _faults(rng, company, level)
    watched = {s for s in range(level.services) if rng.random() >= level.unmonitored}
    modes = {
        f.service: rng.choices(("normal", "late", "silent"), (1 - level.late - level.silent, level.late, level.silent))[
            0
        ]
        for f in faults
    }
    inertia = np.array([1.0 + rng.lognormvariate(0.6, 0.7) for _ in range(level.services)])
    rows = list(_noise(rng, company, level))
    if faults:
        rows += _symptoms(rng, company, ways, faults, watched, modes, level, inertia)
    rows = _thin(rng, rows, level.alerts)
    alerts, labels = _deliver(rng, rows)
    return {
        "id": f"pressure-{level_name}-{seed}",
        "topology": _topology(rng, company, level),
        "changes": _changes(rng, company, faults),
        "alerts": alerts,
        "truth": {
            "service": company.names[faults[0].service] if faults else None,
            "start_ts": EPOCH + faults[0].starts_s if faults else None,
            "incidents": [_true(company, f, modes[f.service]) for f in faults],
            "alert_incident": labels,
        },
    }  # fmt: skip


def _true(company: Company, fault: Fault, mode: str) -> dict[str, Any]:
    name, start = company.names[fault.service], EPOCH + fault.starts_s
    return {"id": fault.id, "service": name, "start_ts": start, "mode": mode}


def _faults(rng: Random, company: Company, level: Level) -> list[Fault]:
    """The storm has many callers at some distance; small ones have few, and none in common by design."""
    above = _above(company)
    taken: set[int] = set()
    faults = []
    low, high = 0.10 * level.services, 0.40 * level.services
    big = [s for s in range(level.services) if low <= len(above[s]) <= high]
    big = big or sorted(range(level.services), key=lambda s: -len(above[s]))[:5]
    minor = [s for s in range(level.services) if 1 <= len(above[s]) <= 12]
    wanted = [(big, "i0", 0.0)] if level.storm else []
    wanted += [(minor, f"i{n + 1}", rng.uniform(-150.0, 450.0)) for n in range(rng.randint(*level.small))]
    for pool, name, shift in wanted:
        service = rng.choice([s for s in pool if s not in taken])
        taken.add(service)
        kind = rng.choice(("error", "error", "slow", "load"))
        strength = {"error": rng.uniform(0.5, 1.0), "slow": rng.uniform(8.0, 20.0), "load": rng.uniform(0.6, 1.2)}[kind]
        ramp_s = rng.choice((5.0, 20.0, 60.0))
        faults.append(Fault(name, service, kind, WARM_UP_S + shift, ramp_s, rng.uniform(500.0, 900.0), strength))
    return faults


def _above(company: Company) -> list[set[int]]:
    callers: list[set[int]] = [set() for _ in company.names]
    for caller, callee, share in company.edges:
        if share > 0.2:
            callers[callee].add(caller)
    found = []
    for service in range(len(company.names)):
        seen, frontier = {service}, [service]
        for _ in range(3):
            frontier = [c for c in dict.fromkeys(c for s in frontier for c in callers[s]) if c not in seen]
            seen.update(frontier)
        found.append(seen - {service})
    return found


def _symptoms(
    rng: Random,
    company: Company,
    ways: list[Habit],
    faults: list[Fault],
    watched: set[int],
    modes: dict[int, str],
    level: Level,
    inertia: Inertia,
) -> list[Row]:
    together = simulate(company, faults, level.lasting_s, inertia)
    alone = [simulate(company, [f], level.lasting_s, inertia) for f in faults]
    blame = np.argmax([np.max(a.error + 0.2 * (a.slow - 1.0) + np.abs(a.work - 1.0), axis=0) for a in alone], axis=0)
    rows: list[Row] = []
    for service in sorted(watched):
        if modes.get(service) == "silent":
            continue
        delay_s = rng.uniform(60.0, 180.0) if modes.get(service) == "late" else 0.0
        incident = faults[int(blame[service])].id
        rows += _watch(rng, company, ways[company.team[service]], together, service, incident, delay_s)
    for fault in faults:
        if fault.service in watched and modes[fault.service] != "silent":
            rows += _own(rng, company, fault, rng.uniform(60.0, 180.0) if modes[fault.service] == "late" else 0.0)
    return rows


def _watch(
    rng: Random, company: Company, habit: Habit, curves: Curves, service: int, incident: str, delay_s: float
) -> Iterator[Row]:
    name = company.names[service]
    checks = (
        ("error", curves.error[:, service] > habit.error, "critical" if rng.random() < 0.4 else "major"),
        ("slow", curves.slow[:, service] > habit.slowness, "warning" if rng.random() < 0.5 else "major"),
        ("drop", curves.work[:, service] < habit.drop, "warning"),
        ("load", curves.load[:, service] > 0.95, "major"),
    )
    for what, over, severity in checks:
        value = int(rng.uniform(20, 95)) if what != "slow" else int(rng.uniform(400, 9000))
        for instance in range(company.instances[service]):
            if rng.random() < 0.75:
                text = habit.texts[what].format(s=name, i=f"{name}-{instance}", v=value)
                yield from _fire(
                    rng,
                    company,
                    service,
                    instance,
                    habit,
                    over,
                    habit.names[what],
                    severity,
                    text,
                    incident,
                    delay_s,
                    None,
                )
    if habit.names_callee:
        for number, (caller, callee, _) in enumerate(company.edges):
            if caller == service:
                over = curves.calls[:, number] > max(habit.error, 0.08)
                peer = company.names[callee]
                yield from _fire(
                    rng,
                    company,
                    service,
                    0,
                    habit,
                    over,
                    "UpstreamErrors",
                    "major",
                    f"calls from {name} to {peer} fail",
                    incident,
                    delay_s,
                    peer,
                )


def _fire(
    rng: Random,
    company: Company,
    service: int,
    instance: int,
    habit: Habit,
    over: Over,
    rule: str,
    severity: str,
    text: str,
    incident: str,
    delay_s: float,
    peer: str | None,
) -> Iterator[Row]:
    """Deliveries of one rule: fires after its hold time, repeats while it lasts, sometimes says that it is over."""
    offset, since, firing = rng.uniform(0.0, habit.every_s), None, False
    labels = {
        "instance": f"{company.names[service]}-{instance}",
        "host": company.hosts[service][instance],
        "team": f"team-{company.team[service]}",
    }
    if peer is not None:
        labels["peer"] = peer
    for at in np.arange(offset, len(over) * STEP_S, habit.every_s):
        if over[int(at // STEP_S)]:
            since = at if since is None else since
            if at - since >= habit.hold_s:
                firing = True
                yield (at + delay_s, company.names[service], rule, severity, "firing", labels, text, incident)
        else:
            if firing and rng.random() < 0.7:
                yield (at + delay_s, company.names[service], rule, severity, "resolved", labels, text, incident)
            since, firing = None, False


def _own(rng: Random, company: Company, fault: Fault, delay_s: float) -> Iterator[Row]:
    severity, rule, text = _OWN[fault.kind]
    name = company.names[fault.service]
    for instance in range(company.instances[fault.service]):
        labels = {
            "instance": f"{name}-{instance}",
            "host": company.hosts[fault.service][instance],
            "team": f"team-{company.team[fault.service]}",
        }
        for at in np.arange(fault.starts_s + rng.uniform(5.0, 25.0), fault.starts_s + fault.lasts_s, 45.0):
            words = text.format(s=name, i=f"{name}-{instance}")
            yield (at + delay_s, name, rule, severity, "firing", labels, words, fault.id)


def _noise(rng: Random, company: Company, level: Level) -> Iterator[Row]:
    def labels(service: int, instance: int) -> dict[str, str]:
        return {
            "instance": f"{company.names[service]}-{instance}",
            "host": company.hosts[service][instance],
            "team": f"team-{company.team[service]}",
        }

    for service in rng.sample(range(level.services), max(level.services // 25, 1)):
        rule, every_s = rng.choice(_STANDING), rng.choice((60.0, 120.0, 300.0))
        at = rng.uniform(0.0, 60.0)
        while at < level.lasting_s:
            yield (
                at,
                company.names[service],
                rule,
                "warning",
                "firing",
                labels(service, 0),
                f"standing: {rule}",
                "chronic",
            )
            at += every_s * rng.uniform(0.9, 1.1)
    expected = level.services * level.blips_per_service_hour * level.lasting_s / 3600.0
    for _ in range(int(expected)):
        service = rng.randrange(level.services)
        at, rule = rng.uniform(0.0, level.lasting_s), rng.choice(_BLIPS)
        severity = rng.choice(("warning", "warning", "major"))
        here = labels(service, rng.randrange(company.instances[service]))
        for repeat in range(rng.choice((1, 1, 1, 2))):
            yield (at + 20.0 * repeat, company.names[service], rule, severity, "firing", here, "short blip", "noise")
        if rng.random() < 0.3:
            yield (at + 50.0, company.names[service], rule, severity, "resolved", here, "short blip", "noise")
    for service in rng.sample(range(level.services), max(level.services // 100, 1)):
        at = rng.uniform(0.0, 300.0)
        while at < level.lasting_s:
            yield (at, company.names[service], "ProbeFailed", "warning", "firing", labels(service, 0), "flaps", "noise")
            yield (
                at + 30.0,
                company.names[service],
                "ProbeFailed",
                "warning",
                "resolved",
                labels(service, 0),
                "flaps",
                "noise",
            )
            at += rng.uniform(90.0, 600.0)


def _thin(rng: Random, rows: list[Row], wanted: int) -> list[Row]:
    """Keep each condition's first delivery; drop repeats evenly until the storm has the wanted size."""
    rows.sort(key=lambda r: r[0])
    if len(rows) <= wanted:
        return rows
    seen: set[tuple[str | None, ...]] = set()
    first = []
    for row in rows:
        key = (row[1], row[2], row[5].get("instance"), row[5].get("peer"))
        first.append(key not in seen)
        seen.add(key)
    keep = (wanted - sum(first)) / (len(rows) - sum(first))
    return [row for row, must in zip(rows, first, strict=True) if must or rng.random() < keep]


def _deliver(rng: Random, rows: list[Row]) -> tuple[list[dict[str, Any]], list[str]]:
    """Delays, late ones, skewed clocks, duplicates, losses; in order of arrival."""
    skew: dict[str, float] = {}
    found: list[tuple[dict[str, Any], str]] = []
    for at, service, rule, severity, status, labels, text, incident in rows:
        team = labels["team"]
        if team not in skew:
            skew[team] = rng.choice((-120.0, 120.0)) if rng.random() < 0.02 else rng.gauss(0.0, 4.0)
        if rng.random() < 0.01:
            continue
        print_ = f"{service}/{rule}/{labels['instance']}/{labels.get('peer', '')}"
        for _ in range(2 if rng.random() < 0.1 else 1):
            delay = rng.uniform(60.0, 300.0) if rng.random() < 0.03 else rng.lognormvariate(1.1, 0.6)
            row = {"ts": round(EPOCH + at + skew[team], 1), "arrival": round(EPOCH + at + delay, 1), "service": service,
                   "name": rule, "severity": severity, "status": status, "labels": {**labels, "fingerprint": print_},
                   "text": text}  # fmt: skip
            found.append((row, incident))
    found.sort(key=lambda pair: pair[0]["arrival"])
    return [row for row, _ in found], [incident for _, incident in found]


def _topology(rng: Random, company: Company, level: Level) -> dict[str, Any]:
    known = [(a, b) for a, b, _ in company.edges if rng.random() >= level.missing]
    stale = range(int(level.stale * len(company.edges)))
    known += [(rng.randrange(level.services), rng.randrange(level.services)) for _ in stale]
    edges = [[company.names[a], company.names[b]] for a, b in known if a != b]
    return {"nodes": sorted(company.names), "edges": sorted(edges)}


def _changes(rng: Random, company: Company, faults: list[Fault]) -> list[dict[str, Any]]:
    rows = [
        (WARM_UP_S + rng.uniform(-3000.0, 600.0), rng.randrange(len(company.names))) for _ in range(rng.randint(8, 20))
    ]
    rows += [(f.starts_s - rng.uniform(20.0, 400.0), f.service) for f in faults if rng.random() < 0.6]
    found = []
    for at, service in sorted(rows):
        kind = rng.choice(("deploy", "config", "flag"))
        row = {"ts": round(EPOCH + at, 1), "service": company.names[service], "kind": kind, "text": "new version"}
        found.append(row)
    return found
