"""What commands print, to people, pipes and machines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tocsin.ui.terminal import Column, print_fields, print_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    key: str
    at: datetime
    done: bool
    share: float


ROW = Row(key="a\tb\nc", at=datetime(2026, 3, 4, 4, 4, 5, tzinfo=UTC), done=True, share=0.126)
COLUMNS = (
    Column[Row]("KEY", lambda row: row.key),
    Column[Row]("AT", lambda row: row.at),
    Column[Row]("DONE", lambda row: row.done),
    Column[Row]("SHARE", lambda row: row.share),
)


@pytest.fixture
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.ui.terminal.is_terminal", lambda: True)


def test_pipe_gets_one_line_a_row_whatever_the_cells_hold(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([ROW], COLUMNS, as_json=False)
    assert capsys.readouterr().out == "KEY\tAT\tDONE\tSHARE\na b c\t2026-03-04 04:04:05Z\tyes\t0.13\n"


def test_machine_gets_values_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([ROW], COLUMNS, as_json=True)
    assert json.loads(capsys.readouterr().out)[0]["at"] == "2026-03-04T04:04:05Z"


@pytest.mark.usefixtures("_terminal")
def test_terminal_gets_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([ROW], COLUMNS, as_json=False)
    shown = capsys.readouterr().out
    assert "\t" not in shown
    heading, row = (line.split() for line in shown.splitlines()[:2])
    assert heading == ["KEY", "AT", "DONE", "SHARE"]
    assert row[0] == "a"


@pytest.mark.usefixtures("_terminal")
def test_terminal_says_when_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([], COLUMNS, as_json=False)
    assert capsys.readouterr().out == "Nothing.\n"


@pytest.mark.usefixtures("_terminal")
def test_brackets_of_an_alert_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    print_fields([("TITLE", "[red]disk[/red] 90 %")])
    assert "[red]disk[/red] 90 %" in capsys.readouterr().out


def test_field_without_a_value_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    print_fields([("TEAM", None), ("TITLE", "x")])
    assert capsys.readouterr().out == "TITLE\tx\n"
