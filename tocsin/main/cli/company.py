"""`tocsin apply` and `tocsin export`: the whole company as one file that can be kept under version control."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from tocsin.core.errors import InvalidInput
from tocsin.main.progress import measured


@click.command("apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--plan", "only_plan", is_flag=True, help="Show the difference and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--as", "login", metavar="LOGIN", help="Act as this person, with their rights; else as the server.")
def apply_command(file: Path, only_plan: bool, as_json: bool, login: str | None) -> None:
    """Make everything as FILE says: people, teams, services, rotations, policies, integrations, keys,
    heartbeats, silences.

    Sections that FILE leaves out are not touched; what a section no longer lists is removed. Applying again changes
    nothing. If anything is wrong with FILE, every problem is shown with its line and nothing is applied. Secrets of new
    keys are printed once. "-" reads standard input.
    """
    from tocsin.main import boot  # noqa: PLC0415 - loads the launcher and the driver

    text = _text_of(file)
    name = "standard input" if str(file) == "-" else str(file)
    with boot.connected(), _refusals():
        if only_plan:
            _show_plan(text, name, as_json=as_json)
        else:
            _apply(text, name, login, as_json=as_json)


def _show_plan(text: str, name: str, *, as_json: bool) -> None:
    from tocsin.main.apply import execute, render  # noqa: PLC0415 - imports models

    changes = execute.planned(text, file=name)
    click.echo(render.as_json(changes) if as_json else render.as_text(changes).rstrip())


def _apply(text: str, name: str, login: str | None, *, as_json: bool) -> None:
    from tocsin.accounts.queries import actor_for_login  # noqa: PLC0415 - imports models
    from tocsin.main.apply import execute, render  # noqa: PLC0415 - imports models

    with measured(Console(stderr=True), "Applying") as progress:
        applied = execute.apply(text, file=name, actor=actor_for_login(login), progress=progress)
    show = render.as_json if as_json else render.outcome
    click.echo(show(applied.changes, applied.secrets).rstrip())


@contextmanager
def _refusals() -> Iterator[None]:
    """Every problem of the file on a line of its own, as editors read them; exit 2."""
    from tocsin.main.apply.read import CompanyFileError  # noqa: PLC0415 - with the rest of what reads

    try:
        yield
    except CompanyFileError as refused:
        click.echo(refused.message, err=True)
        count = len(refused.problems)
        click.echo(f"{count} problem{'s' if count > 1 else ''}; nothing was applied.", err=True)
        sys.exit(2)


@click.command("export")
@click.argument("file", required=False, type=click.Path(dir_okay=False, writable=True, path_type=Path))
def export_command(file: Path | None) -> None:
    """Write the company file that describes what is here now, to FILE or standard output. It holds no secrets."""
    from tocsin.main import boot  # noqa: PLC0415 - loads the launcher and the driver

    with boot.connected():
        from tocsin.main.apply import render  # noqa: PLC0415 - imports models
        from tocsin.main.apply.current import current  # noqa: PLC0415 - imports models

        text = render.dump(current())
    if file is None:
        click.echo(text, nl=False)
        return
    file.write_text(text, encoding="utf-8")
    click.echo(f"Wrote {file}, {len(text.splitlines()):,} lines.", err=True)


def _text_of(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput("{file} is not UTF-8 text: {error}. Save it as UTF-8.", file=file, error=error) from None
