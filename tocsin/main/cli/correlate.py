"""`tocsin correlate`: the correlation engine on recorded cases, without server or database."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tocsin.correlation.cases import answer

_GZIP = b"\x1f\x8b"


@click.command("correlate")
@click.argument("cases", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write here, not to stdout."
)
def correlate_command(cases: Path, out: Path | None) -> None:
    """Find incidents and their causes in CASES, a file of JSON lines, plain or gzipped.

    One line of output for each case. A line that cannot be read is reported on standard error and passed over.
    """
    lines = list(_lines(cases))
    refused = 0
    with ExitStack() as stack:
        target: IO[str] = stack.enter_context(out.open("w", encoding="utf-8")) if out else sys.stdout
        progress = stack.enter_context(_progress())
        task = progress.add_task(cases.name, total=len(lines))
        for number, line in lines:
            try:
                result = answer(_case(line))
            except ValueError as problem:
                refused += 1
                progress.console.print(f"{cases.name}:{number}: passed over: {problem}", markup=False, highlight=False)
            else:
                target.write(json.dumps(result, ensure_ascii=False, separators=(",", ":")) + "\n")
            progress.advance(task)
    click.echo(f"{len(lines) - refused} cases answered, {refused} passed over.", err=True)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as probe:
        packed = probe.read(2) == _GZIP
    try:
        with gzip.open(path) if packed else path.open("rb") as source:
            for number, line in enumerate(source, start=1):
                if line.strip():
                    yield number, line
    except (OSError, EOFError) as problem:
        raise click.ClickException(f"{path} cannot be read: {problem}") from problem


def _case(line: bytes) -> dict[str, Any]:
    """The case of one line; ValueError in words a person can act on."""
    case = json.loads(line)
    if not isinstance(case, dict) or not isinstance(case.get("alerts"), list):
        raise ValueError('a case is a JSON object with a list "alerts"')
    return case


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))
