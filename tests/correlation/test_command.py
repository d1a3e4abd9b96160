import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.correlation.cases import recorded
from tocsin.main.cli.correlate import correlate_command


def test_a_broken_line_is_reported_and_the_others_are_answered(tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl.gz"
    good = recorded("itbench-oteldemo")[:2]
    lines = [json.dumps(good[0]), '{"alerts": 7}', "not json", json.dumps(good[1])]
    cases.write_bytes(gzip.compress("\n".join(lines).encode()))
    out = tmp_path / "out.jsonl"
    result = CliRunner().invoke(correlate_command, [str(cases), "--out", str(out)])
    assert result.exit_code == 0
    assert "2 cases answered, 2 passed over" in result.output
    answers = [json.loads(line) for line in out.read_text().splitlines()]
    assert [a["id"] for a in answers] == [case["id"] for case in good]
    assert set(answers[0]) == {"id", "incidents", "set_aside", "seconds"}
    assert set(answers[0]["incidents"][0]) >= {"cause", "alerts", "opened_ts", "decided_ts"}
    assert set(answers[0]["incidents"][0]["cause"][0]) == {"service", "score", "confidence", "evidence"}


def test_cases_may_lack_everything_but_alerts(tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    odd = {"ts": 5, "service": "a", "name": "X", "severity": "odd", "labels": {"colour": "blue", "n": 3}}
    rows = [{"id": "empty", "alerts": []}, {"id": "odd", "alerts": [odd, {"ts": "soon"}, {}]}]
    cases.write_text("\n".join(map(json.dumps, rows)))
    result = CliRunner().invoke(correlate_command, [str(cases)])
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    assert answers[0]["incidents"] == []
    places = [a for group in answers[1]["set_aside"] + answers[1]["incidents"] for a in group["alerts"]]
    assert sorted(places) == [0, 1, 2]


FIRES = {"ts": 5, "service": "a", "name": "X", "severity": "critical", "text": "a is down"}
ODD = [
    {"topology": [1], "changes": 7},
    {"topology": {"nodes": 3, "edges": 5}},
    {"topology": {"edges": [["a"], 4, ["a", "b", 0.5]]}, "changes": [None, {"ts": float("nan"), "service": "a"}]},
    {"alerts": [None, 5, {**FIRES, "ts": float("nan")}, {**FIRES, "ts": float("inf")}, {**FIRES, "labels": [1]}]},
    {"alerts": [{**FIRES, "arrival": 1e308}, {**FIRES, "ts": "2026-01-01T00:00:00Z"}]},
]


@pytest.mark.parametrize("odd", ODD)
def test_what_is_odd_in_a_case_is_left_out_and_the_rest_is_answered(tmp_path: Path, odd: dict[str, object]) -> None:
    cases = tmp_path / "cases.jsonl"
    alerts = [*odd.get("alerts", []), FIRES]
    rows = [{"id": "odd", **odd, "alerts": alerts}, {"id": "next", "alerts": [FIRES]}]
    cases.write_text("\n".join(map(json.dumps, rows)))
    result = CliRunner().invoke(correlate_command, [str(cases)])
    assert result.exit_code == 0, result.output
    found, after = (json.loads(line) for line in result.stdout.splitlines() if line.startswith("{"))
    places = [a for group in found["set_aside"] + found["incidents"] for a in group["alerts"]]
    assert (sorted(places), after["id"]) == (list(range(len(alerts))), "next")
    unreadable = [group["alerts"] for group in found["set_aside"] if group["reason"] == "unreadable"]
    assert unreadable == ([list(range(len(alerts) - 1))] if len(alerts) > 1 else [])


def test_the_truth_of_a_case_is_not_looked_at(tmp_path: Path) -> None:
    case = recorded("itbench-oteldemo")[0]
    cases = tmp_path / "cases.jsonl"
    blind = {key: value for key, value in case.items() if key not in {"truth", "meta"}}
    false = {**case, "truth": {"service": "nobody"}, "meta": None}
    cases.write_text("\n".join(map(json.dumps, [case, blind, false])))
    result = CliRunner().invoke(correlate_command, [str(cases)])
    answers = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    assert [{**each, "seconds": 0} for each in answers] == [{**answers[0], "seconds": 0}] * 3
