"""How good the engine is, beside rules of thumb: `python -m bench.correlation [--storms N] [--hours N] [--json FILE]`.

`--only WORD` runs the parts whose name holds the word.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from bench.correlation.demo import cases as demo_cases
from bench.correlation.demo import quiet_cases
from bench.correlation.generate import case as generated
from bench.correlation.metrics import interval
from bench.correlation.rules import RULES
from bench.correlation.score import Storm, causes, rank, storm
from tocsin.correlation.cases import answer

DATA = Path(__file__).parents[1] / "data"
REAL = ("petshop", "nezha-trainticket", "nezha-onlineboutique", "itbench-oteldemo")
Case = dict[str, Any]


def recorded(name: str) -> list[Case]:
    """The open cases of one set."""
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def blind(case: Case) -> Case:
    """The case without anything that would give the answer away."""
    return {key: case[key] for key in ("id", "topology", "changes", "alerts") if key in case}


def unmapped(case: Case) -> Case:
    """Nobody has told who calls whom."""
    return {**case, "topology": {"nodes": case["topology"]["nodes"], "edges": []}}


def unnamed(case: Case) -> Case:
    """And no alert names a callee."""
    alerts = [{**a, "labels": {k: v for k, v in a["labels"].items() if k != "peer"}} for a in case["alerts"]]
    return {**unmapped(case), "alerts": alerts}


def renamed(case: Case, seed: int = 7) -> Case:
    """The same case with other names throughout, consistently, in an order that has nothing to do with the old one."""
    names = sorted(set(case["topology"]["nodes"]) | {a["service"] for a in case["alerts"]} | {case["truth"]["service"]})
    shuffled = random.Random(seed).sample(range(len(names)), len(names))
    new = {old: f"svc{number:04d}x" for old, number in zip(names, shuffled, strict=True)}
    longest = sorted(new, key=len, reverse=True)

    def swap(text: str) -> str:
        for old in longest:
            if old in text:
                text = text.replace(old, new[old])
        return text

    alerts = []
    for alert in case["alerts"]:
        labels = {k: new.get(v, v) if isinstance(v, str) else v for k, v in alert["labels"].items()}
        alerts.append({**alert, "service": new[alert["service"]], "labels": labels, "text": swap(alert["text"])})
    edges = [[new[a], new[b]] for a, b in case["topology"]["edges"]]
    topology = {"nodes": sorted(new.values()), "edges": edges}
    return {
        **case,
        "topology": topology,
        "alerts": alerts,
        "truth": {**case["truth"], "service": new[case["truth"]["service"]]},
    }


def real(name: str, change: Callable[[Case], Case] = lambda case: case) -> dict[str, Any]:
    """Top-1/3/5 on one recorded set, engine and rules, with calibration."""
    ranks: dict[str, list[int]] = {"engine": [], **{rule: [] for rule in RULES}}
    sure = []
    started = time.perf_counter()
    incidents = 0
    for case in map(change, recorded(name)):
        truth = case["truth"]["service"]
        got = answer(blind(case))["incidents"]
        incidents += len(got)
        ranks["engine"].append(rank(causes(got[0]) if got else [], truth))
        if got:
            sure.append((got[0]["cause"][0]["confidence"], ranks["engine"][-1] == 0))
        for rule, order in RULES.items():
            ranks[rule].append(rank(order(case), truth))
    cases = len(ranks["engine"])
    high = [right for confidence, right in sure if confidence >= 0.8]
    return {
        "set": name,
        "cases": cases,
        **{rule: [round(sum(r < k for r in found) / cases, 3) for k in (1, 3, 5)] for rule, found in ranks.items()},
        "top1_interval": [round(x, 2) for x in interval(sum(r == 0 for r in ranks["engine"]), cases)],
        "incidents_per_case": round(incidents / cases, 2),
        "said_080": round(len(high) / cases, 3),
        "right_080": round(sum(high) / len(high), 3) if high else None,
        "seconds": round(time.perf_counter() - started, 2),
    }


def storms(name: str, cases: Iterable[Case], change: Callable[[Case], Case] = lambda case: case) -> dict[str, Any]:
    """All figures over some storms."""
    found: list[Storm] = []
    alerts = 0
    for case in cases:
        alerts += len(case["alerts"])
        found.append(storm(case, answer(blind(change(case)))))
    small = [r for s in found for r in s.small]
    sure = [s for s in found if s.confidence >= 0.8]
    return {
        "set": name,
        "cases": len(found),
        "main": [round(_mean([s.main < k for s in found]), 3) for k in (1, 3, 5)],
        "small": [round(_mean([r < k for r in small]), 3) for k in (1, 3, 5)],
        "small_cases": len(small),
        "v": round(_mean([s.v for s in found]), 3),
        "ari": round(_mean([s.ari for s in found]), 3),
        "together": round(_mean([s.together for s in found]), 3),
        "purity": round(_mean([s.purity for s in found]), 3),
        "shown": round(_mean([s.shown for s in found]), 2),
        "real": round(_mean([s.real for s in found]), 2),
        "held_60s": round(_mean([s.main == 0 and s.held_s <= 60.0 for s in found]), 3),
        "said_080": round(len(sure) / len(found), 3),
        "right_080": round(_mean([s.main == 0 for s in sure]), 3),
        "seconds_per_25000": round(sum(s.seconds for s in found) / alerts * 25_000, 2),
    }


def quiet(hours: int) -> dict[str, Any]:
    """Incidents opened by noise alone, per hour; counted as ever opened, not as open at the end."""
    opened = 0
    watched = 0.0
    days = [generated(seed, "quiet") for seed in range(max(hours // 4, 1))] + quiet_cases(hours)
    for case in days:
        opened += len(ever_opened(case))
        watched += (case["alerts"][-1]["arrival"] - case["alerts"][0]["arrival"]) / 3600.0
    return {"set": "quiet noise", "hours": round(watched, 1), "false_per_hour": round(opened / watched, 3)}


def ever_opened(case: Case) -> set[str]:
    """Ids of all incidents that were ever shown while the case went by."""
    from tocsin.correlation.cases import Case as Run

    run = Run(blind(case))
    seen: set[str] = set()
    decide = run.engine.decide

    def watch(now: float) -> Any:
        decision = decide(now)
        seen.update(i.id for i in decision.incidents)
        return decision

    run.engine.decide = watch  # type: ignore[method-assign]  # the bench listens in on the engine it runs
    run.run()
    seen.update(i.id for i in run.decision.incidents)
    return seen


def _mean(values: list[Any]) -> float:
    return sum(values) / len(values) if values else 0.0


def _renamed(name: str) -> dict[str, Any]:
    return {**real(name, renamed), "set": f"{name} renamed"}


def _storms(
    name: str, source: Callable[[], list[Case]], change: Callable[[Case], Case] = lambda case: case
) -> dict[str, Any]:
    """The cases are made only when it is their turn."""
    return storms(name, source(), change)


def main() -> None:
    """Run everything, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--storms", type=int, default=8)
    parser.add_argument("--hours", type=int, default=12)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    rows: list[dict[str, Any]] = []
    jobs: list[tuple[str, Callable[[], dict[str, Any]]]] = [(n, partial(real, n)) for n in REAL]
    jobs += [(f"{n} renamed", partial(_renamed, n)) for n in REAL]
    jobs += [("quiet", lambda: quiet(arguments.hours))]
    sources: tuple[tuple[str, Callable[[], list[Case]]], ...] = (
        ("synthetic", lambda: recorded("storms-synthetic")),
        ("pressure", lambda: [generated(seed, "normal") for seed in range(arguments.storms)]),
        ("demo", lambda: demo_cases(arguments.storms // 2)),
        ("pressure hard", lambda: [generated(seed, "hard") for seed in range(arguments.storms)]),
    )
    for name, source in sources:
        jobs.append((name, partial(_storms, name, source)))
        for word, change in (("no map", unmapped), ("no map, no peers", unnamed)):
            title = f"{name}, {word}"
            jobs.append((title, partial(_storms, title, source, change)))
    for name, job in jobs:
        if arguments.only in name:
            rows.append(job())
            print("  ".join(f"{k}={v}" for k, v in rows[-1].items()), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
