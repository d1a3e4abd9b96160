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


def test_only_named_checks_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(check, "STEPS", (step("good", 0, ""), step("bad", 3, "")))
    assert check.main(["good"]) == 0
    assert "bad" not in capsys.readouterr().out


def test_unknown_check_lists_the_known_ones() -> None:
    with pytest.raises(SystemExit, match="types"):
        check.main(["typos"])
