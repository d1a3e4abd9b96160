"""From nothing to a connected Django: find or start the database, migrate what is ours to migrate, set Django up."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django
import psycopg

import tocsin
from tocsin.core import config as configs
from tocsin.core.config import Config
from tocsin.core.errors import TocsinError, Unavailable
from tocsin.core.postgres import Cluster

OWNER_URL = "TOCSIN_OWNER_URL"
"""Where the embedded server's owner role is reached; handed to child processes that migrate."""

OLDEST_SERVER = 150_000


class DatabaseAway(Unavailable):
    """Nobody answers at the database's address, or not us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where the application connects, and where the owner of the tables does (empty: nobody told us).

    `cluster` is the embedded server, None when the database is an external one.
    """

    url: str
    owner_url: str
    cluster: Cluster | None = None


@contextmanager
def database(config: Config) -> Iterator[Database]:
    """The database while it is needed: an external one as it is, else the embedded one, started or joined."""
    if config.database_url:
        yield Database(url=config.database_url, owner_url=os.environ.get(OWNER_URL, ""))
        return
    cluster = Cluster(config.data_dir / "postgres", Path(config.pg_bin) if config.pg_bin else None)
    with cluster as running:
        yield Database(url=running.app_dsn, owner_url=running.dsn, cluster=cluster)


def export_to_environment(found: Database) -> None:
    """Let Django's settings, and processes we start, connect to this database."""
    os.environ["TOCSIN_DATABASE_URL"] = found.url
    if found.owner_url:
        os.environ[OWNER_URL] = found.owner_url


def set_up_django() -> None:
    """Load settings and apps, with every reaction and port wired."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.main.settings")
    django.setup()
    from tocsin.main import wiring  # noqa: PLC0415 - imports models, so only after set-up

    wiring.plug()


@contextmanager
def connected(config: Config | None = None) -> Iterator[Database]:
    """A command's whole road: database up, migrated if it is the embedded one, Django ready."""
    config = config or configs.load()
    with database(config) as found:
        export_to_environment(found)
        ensure_usable(found)
        set_up_django()
        yield found


def ensure_usable(found: Database) -> None:
    """Migrate the embedded database; refuse an external one that is too old or not migrated, and say what to run."""
    try:
        with psycopg.connect(found.owner_url or found.url, connect_timeout=3) as connection:
            _refuse_old_server(connection.info.server_version)
            waiting = pending(connection, to_serve=found.cluster is None)
    except psycopg.OperationalError as error:
        raise DatabaseAway("The database cannot be reached: {error}", error=str(error).strip()) from None
    if not waiting:
        return
    if found.cluster is None:
        raise Unavailable(
            "The database lacks {count} migrations, the first is {first}. Run `tocsin migrate` with the "
            "role that owns the tables, then start again.",
            count=len(waiting),
            first=waiting[0],
            code="not_migrated",
        )
    _migrate(found.owner_url)


def _migrate(owner_url: str) -> None:
    """Migrate as the owner in a process of its own, because this one's Django connects as the application."""
    environment = os.environ | {"TOCSIN_DATABASE_URL": owner_url}
    done = subprocess.run([sys.executable, "-m", "tocsin.main.migrate"], env=environment, check=False)
    if done.returncode != 0:
        raise TocsinError("The database could not be migrated; the reason stands above.", code="migration_failed")


def _refuse_old_server(version: int) -> None:
    if version < OLDEST_SERVER:
        raise Unavailable(
            "The database is PostgreSQL {version}; Tocsin needs 15 or later.",
            version=version // 10_000,
            code="old_server",
        )


def pending(connection: psycopg.Connection[tuple[object, ...]], *, to_serve: bool = False) -> list[str]:
    """Migrations of this release that the database does not have; found without setting Django up.

    `to_serve`: only those that this release cannot serve without, which are all but those of phase `post`.
    """
    exists = connection.execute("SELECT to_regclass('django_migrations') IS NOT NULL").fetchone()
    applied: set[object] = set()
    if exists and exists[0]:
        applied = {f"{app}.{name}" for app, name in connection.execute("SELECT app, name FROM django_migrations")}
    return [name for name in shipped_migrations(to_serve=to_serve) if name not in applied]


def shipped_migrations(*, to_serve: bool = False) -> list[str]:
    """`app.name` of every migration of Tocsin's own rooms, in alphabetical order."""
    root = Path(tocsin.__file__).parent
    files = [file for file in root.glob("*/migrations/[0-9]*.py") if not (to_serve and _ends_an_upgrade(file))]
    return sorted(f"{file.parent.parent.name}.{file.stem}" for file in files)


def _ends_an_upgrade(file: Path) -> bool:
    return 'phase: ClassVar = "post"' in file.read_text(encoding="utf-8")
