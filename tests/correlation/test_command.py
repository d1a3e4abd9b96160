import gzip
import json
from pathlib import Path

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
