"""Commands about the database: migrate, dump, restore."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.progress import Progress as Bar

from tocsin.core import config as configs
from tocsin.core.postgres import Progress, dump, restore
from tocsin.core.postgres.backup import OnProgress
from tocsin.main import boot, migrate


@click.command("migrate")
@click.option("--phase", type=click.Choice([each.value for each in migrate.Phase]), default="post", show_default=True)
def migrate_command(phase: str) -> None:
    """Bring the tables to this release. `pre` while the previous release still runs, then `post`."""
    with boot.database(configs.load()) as found:
        os.environ["TOCSIN_DATABASE_URL"] = found.owner_url or found.url
        boot.set_up_django()
        applied = migrate.run(migrate.Phase(phase))
    for name in applied:
        click.echo(f"applied {name}")
    click.echo(f"{len(applied)} migrations applied.")


@click.group("db")
def db_command() -> None:
    """Copy the whole database out, or replace it: for backups and upgrades of PostgreSQL."""


@db_command.command("dump")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def dump_command(file: Path) -> None:
    """Write the whole database to FILE (PostgreSQL's custom format), complete or not at all."""
    config = configs.load()
    with boot.database(config) as found, _progress("dump") as on_progress:
        dump(found.owner_url or found.url, file, bin_dir=_bin_dir(config), on_progress=on_progress)
    click.echo(f"Wrote {file}, {file.stat().st_size:,} bytes.")


@db_command.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore_command(file: Path, yes: bool) -> None:
    """Replace everything in the database by what FILE holds. Stop `tocsin serve` first."""
    if not yes:
        click.confirm("This replaces everything in the database. Go on?", abort=True)
    config = configs.load()
    with boot.database(config) as found, _progress("restore") as on_progress:
        restore(found.owner_url or found.url, file, bin_dir=_bin_dir(config), on_progress=on_progress)
    click.echo(f"Restored {file}.")


def _bin_dir(config: configs.Config) -> Path | None:
    return Path(config.pg_bin) if config.pg_bin else None


@contextmanager
def _progress(verb: str) -> Iterator[OnProgress]:
    """A bar on a terminal, a line for each object when piped."""
    if not sys.stderr.isatty():
        yield lambda at: click.echo(f"{verb} {at.done}/{at.total} objects: {at.name}", err=True)
        return
    with Bar(transient=True) as bar:
        task = bar.add_task(verb, total=None)

        def show(at: Progress) -> None:
            bar.update(task, total=at.total, completed=at.done, description=f"{verb} {at.name}")

        yield show
