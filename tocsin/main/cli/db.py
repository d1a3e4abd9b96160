"""Commands about the database: migrate, dump, restore."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import psycopg
from rich.progress import Progress as Bar

from tocsin.core import config as configs
from tocsin.core.errors import Conflict
from tocsin.core.postgres import Progress, dump, restore
from tocsin.core.postgres.backup import OnProgress
from tocsin.main import boot, migrate

# Sessions of people and nodes: what PostgreSQL runs for itself, such as autovacuum, belongs to no role.
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL
"""


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
@click.option("--yes", is_flag=True, help="Replace what is there without asking.")
def restore_command(file: Path, yes: bool) -> None:
    """Replace everything in the database by what FILE holds. Stop `tocsin serve` first, on every node."""
    config = configs.load()
    with boot.database(config) as found:
        owner = found.owner_url or found.url
        _refuse_in_use(owner)
        if not yes:
            _ask_about(_facts_in(owner))
        with _progress("restore") as on_progress:
            restore(owner, file, bin_dir=_bin_dir(config), on_progress=on_progress)
    click.echo(f"Restored {file}.")


def _refuse_in_use(url: str) -> None:
    """A node that serves would see its tables vanish, and hold the locks that replacing them needs."""
    with psycopg.connect(url, connect_timeout=3) as connection:
        row = connection.execute(_OTHERS).fetchone()
    if row and row[0]:
        raise Conflict(
            "{count} connections use this database. Stop `tocsin serve` on every node, then restore.", count=row[0]
        )


def _facts_in(url: str) -> int:
    """How many facts would be replaced; none in a database that no Tocsin has used."""
    with psycopg.connect(url, connect_timeout=3) as connection:
        used = connection.execute("SELECT to_regclass('journal_fact') IS NOT NULL").fetchone()
        row = connection.execute("SELECT count(*) FROM journal_fact").fetchone() if used and used[0] else None
    return int(row[0]) if row else 0


def _ask_about(facts: int) -> None:
    if facts and not sys.stdin.isatty():
        raise Conflict(
            "The database is not empty: it holds {facts:,} facts. Say --yes to replace everything in it.", facts=facts
        )
    if facts:
        click.confirm(f"This replaces everything in the database, {facts:,} facts among it. Go on?", abort=True)


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
