"""What commands print: tables on a terminal, tab-separated lines in a pipe, JSON for machines."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin.core.errors import InvalidInput

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True)  # without slots: `Column[Row](…)` sets an attribute that they refuse
class Column(Generic[T]):
    """A heading, and how a row gives the cell beneath it."""

    title: str
    of: Callable[[T], object]


def reading(command: F) -> F:
    """The options of a command that shows something: `as_json`, and `login` for whom it acts."""
    as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
    return as_json(acting(command))


def acting(command: F) -> F:
    """The option of every command: `login` for whom it acts."""
    return click.option(
        "--as", "login", metavar="LOGIN", help="Act as this person, with their rights; else as the server's operator."
    )(command)


def is_terminal() -> bool:
    """Whether a person reads along, rather than a pipe."""
    return sys.stdout.isatty()


def say(state: str) -> None:
    """What has become of what the command was about, as a sentence of one word."""
    click.echo(f"{state[:1].upper()}{state[1:]}.")


def print_rows(rows: Sequence[T], columns: Sequence[Column[T]], *, as_json: bool, whole: object = None) -> None:
    """A list. As JSON it is `whole` (or the rows); in a pipe one line a row, under a line of headings."""
    if as_json:
        print_json(rows if whole is None else whole)
    elif is_terminal():
        _table(rows, columns)
    else:
        click.echo("\t".join(column.title for column in columns))
        for row in rows:
            click.echo("\t".join(_cell(column.of(row)) for column in columns))


def print_fields(fields: Iterable[tuple[str, object]]) -> None:
    """One record: a line for each field that has a value."""
    shown = [(name, text) for name, value in fields if (text := _cell(value))]
    if not is_terminal():
        for name, text in shown:
            click.echo(f"{name}\t{text}")
        return
    table = Table.grid(padding=(0, 2))
    for name, text in shown:
        table.add_row(Text(name, style="dim"), Text(text))
    Console().print(table)


def print_json(value: object) -> None:
    """Any frozen dataclass, or list of them, as the API tells it."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def _table(rows: Sequence[T], columns: Sequence[Column[T]]) -> None:
    if not rows:
        click.echo("Nothing.")
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in columns:
        table.add_column(column.title, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(column.of(row))) for column in columns))
    Console().print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}"
    return " ".join(str(value).split())


def parse_moment(text: str, now: datetime) -> datetime:
    """`30m`, `2h`, `1d` from now, or an ISO 8601 time with its zone; InvalidInput shows both."""
    if match := re.fullmatch(r"(\d{1,6})([smhd])", text.strip()):
        return now + timedelta(seconds=int(match[1]) * _UNITS_S[match[2]])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInput("“{text}” is no time: write 30m, 2h or 1d, or 2026-03-04T03:04:05Z.", text=text)
    return moment
