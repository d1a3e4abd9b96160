"""The runner says which check failed, and what it said."""

import sys

import pytest

from dev import check


def step(name: str, code: int, said: str) -> check.Step:
    return check.Step(name, (sys.executable, "-c", f"import sys; print({said!r}); sys.exit({code})"))


def test_failed_check_is_named_with_its_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "STEPS", (step("good", 0, "quiet"), step("bad", 3, "line 7 is wrong")))
    assert check.main([]) == 1
    said = capsys.readouterr().out
    assert "ok     good" in said
    assert "line 7 is wrong" in said
    assert "quiet" not in said
    assert said.strip().endswith("Failed: bad")


def busy(name: str, seconds: float) -> check.Step:
    """Keeps a processor busy, in a process of its process."""
    burn = f"import time\nwhile time.process_time() < {seconds}: pass"
    return check.Step(
        name, (sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])")
    )


def test_total_time_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(check, "STEPS", (step("good", 0, ""),))
    assert check.main([]) == 0
    assert "of them on processors; at most 40 s." in capsys.readouterr().out


def test_checks_that_cost_too_much_fail_where_they_are_timed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "STEPS", (busy("long", 0.6),))
    monkeypatch.setattr(check, "MOST_S", 0.5)
    assert check.main([]) == 0, "a cold cache is nobody's fault"
    assert check.main(["--timed"]) == 1
    assert capsys.readouterr().out.strip().endswith("Failed: time")


def test_waiting_for_a_processor_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "MOST_S", 5.0)
    now = check.time.monotonic
    monkeypatch.setattr(check.time, "monotonic", lambda: now() * 1000)
    monkeypatch.setattr(check, "STEPS", (step("good", 0, ""),))
    assert check.main(["--timed"]) == 0


def test_only_named_checks_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(check, "STEPS", (step("good", 0, ""), step("bad", 3, "")))
    assert check.main(["good"]) == 0
    assert "bad" not in capsys.readouterr().out


def test_unknown_check_lists_the_known_ones() -> None:
    with pytest.raises(SystemExit, match="types"):
        check.main(["typos"])
