"""The recorded cases: floors that a change may not fall below, and what must make no difference."""

from collections.abc import Callable
from math import fsum
from random import Random
from typing import Any

import pytest

from tests.correlation.cases import recorded
from tocsin.correlation.cases import answer

Case = dict[str, Any]
SETS = ("petshop", "nezha-trainticket", "nezha-onlineboutique", "itbench-oteldemo")


def ranking(case: Case) -> list[str]:
    incidents = answer({key: value for key, value in case.items() if key != "truth"})["incidents"]
    return [cause["service"] for cause in incidents[0]["cause"]] if incidents else []


@pytest.mark.parametrize(
    ("name", "first", "three"),
    [
        ("petshop", 0.57, 0.80),
        ("nezha-trainticket", 0.36, 0.54),
        ("nezha-onlineboutique", 0.67, 0.82),
        ("itbench-oteldemo", 0.68, 0.86),
    ],
)
def test_causes_of_recorded_failures_are_found_at_least_this_often(name: str, first: float, three: float) -> None:
    cases = recorded(name)
    found = [(case["truth"]["service"], ranking(case)) for case in cases]
    assert sum(truth in order[:1] for truth, order in found) / len(cases) >= first
    assert sum(truth in order[:3] for truth, order in found) / len(cases) >= three


def test_every_alert_is_in_exactly_one_place_and_evidence_adds_up() -> None:
    for name in SETS:
        for case in recorded(name)[:6]:
            result = answer(case)
            places = [a for i in result["incidents"] for a in i["alerts"]]
            places += [a for group in result["set_aside"] for a in group["alerts"]]
            assert sorted(places) == list(range(len(case["alerts"])))
            for incident in result["incidents"]:
                for cause in incident["cause"]:
                    assert cause["score"] == fsum(e["points"] for e in cause["evidence"])


def _shuffled_ties(case: Case) -> Case:
    alerts = list(case["alerts"])
    Random(1).shuffle(alerts)
    return {**case, "alerts": sorted(alerts, key=lambda a: a["ts"])}


def _doubled(case: Case) -> Case:
    return {**case, "alerts": [alert for alert in case["alerts"] for _ in range(2)]}


def _later(case: Case) -> Case:
    return {**case, "alerts": [{**alert, "ts": alert["ts"] + 86_400.0 * 365} for alert in case["alerts"]]}


def _renamed(case: Case) -> Case:
    nodes = sorted({*case["topology"]["nodes"], *(a["service"] for a in case["alerts"])})
    new = {old: f"unit{number:03d}q" for number, old in enumerate(Random(3).sample(nodes, len(nodes)))}
    alerts = []
    for alert in case["alerts"]:
        labels = {k: new.get(v, v) if isinstance(v, str) else v for k, v in alert["labels"].items()}
        alerts.append({**alert, "service": new[alert["service"]], "labels": labels, "text": ""})
    edges = [[new[a], new[b]] for a, b in case["topology"]["edges"]]
    return {**case, "topology": {"nodes": list(new.values()), "edges": edges}, "alerts": alerts, "new": new}


def _far_away(case: Case) -> Case:
    stray = {
        "ts": case["alerts"][-1]["ts"], "service": "lighthouse", "name": "LampLow", "severity": "warning", "labels": {},
        "text": "",
    }  # fmt: skip
    nodes = [*case["topology"]["nodes"], "lighthouse"]
    return {**case, "topology": {**case["topology"], "nodes": nodes}, "alerts": [*case["alerts"], stray]}


@pytest.mark.parametrize("change", [_shuffled_ties, _doubled, _later, _far_away])
def test_what_means_nothing_changes_no_first_cause(change: Callable[[Case], Case]) -> None:
    cases = [case for name in SETS for case in recorded(name) if case["alerts"]]
    same = sum(ranking(case)[:1] == ranking(change(case))[:1] for case in cases)
    assert same >= 0.93 * len(cases)


def test_names_mean_nothing() -> None:
    cases = [case for name in SETS for case in recorded(name) if case["alerts"]]
    same = 0
    for case in cases:
        textless = {**case, "alerts": [{**alert, "text": ""} for alert in case["alerts"]]}
        other = _renamed(textless)
        same += [other["new"][service] for service in ranking(textless)[:1]] == ranking(other)[:1]
    assert same >= 0.97 * len(cases)
