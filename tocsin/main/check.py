"""`tocsin check`: is this node healthy, and why not. Each line says what was looked at, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psycopg

from tocsin.core import keyring
from tocsin.core.config import Config
from tocsin.core.errors import TocsinError
from tocsin.core.postgres.processes import read_pid_file
from tocsin.core.postgres.roles import Names, dsn
from tocsin.main import boot
from tocsin.main.front.health import ENGINE_LATE_S

Connection = psycopg.Connection[tuple[object, ...]]


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One thing looked at. `detail` says what was found and, unless it is ok, what to do."""

    name: str
    state: State
    detail: str


def examine(config: Config) -> list[Result]:
    """Look at everything that can be looked at without changing anything."""
    results = [_keyring(config), _front_end()]
    url = config.database_url or _running_embedded(config)
    if not url:
        detail = "The embedded database is not running. Start `tocsin serve`."
        return [*results, Result(name="database", state=State.BAD, detail=detail)]
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            results.append(_server(connection))
            results += [look(connection) for look in _LOOKS]
    except psycopg.OperationalError as error:
        results.append(Result(name="database", state=State.BAD, detail=f"It cannot be reached: {str(error).strip()}"))
    return results


def _running_embedded(config: Config) -> str:
    found = read_pid_file(config.data_dir / "postgres" / "cluster")
    names = Names()
    return dsn(found.socket_folder, names.app, names.database) if found else ""


def _keyring(config: Config) -> Result:
    try:
        keyring.load(config)
    except TocsinError as error:
        return Result(name="key ring", state=State.BAD, detail=error.message)
    path = config.data_dir / keyring.FILE_NAME
    if not config.keyring and path.stat().st_mode & 0o077:
        return Result(name="key ring", state=State.WARN, detail=f"Others can read {path}: chmod 600 it.")
    return Result(name="key ring", state=State.OK, detail="readable by this user alone")


def _front_end() -> Result:
    manifest = Path(__file__).parent.parent / "ui" / "static" / "dist" / "manifest.json"
    if manifest.is_file():
        return Result(name="front end", state=State.OK, detail="built")
    detail = "The front end is not built. Install the package again: `pip install .`"
    return Result(name="front end", state=State.BAD, detail=detail)


def _server(connection: Connection) -> Result:
    version = connection.info.server_version
    state = State.OK if version >= boot.OLDEST_SERVER else State.BAD
    hint = "" if state is State.OK else ": Tocsin needs 15 or later"
    return Result(name="database", state=state, detail=f"PostgreSQL {version // 10_000}.{version % 10_000}{hint}")


def _migrations(connection: Connection) -> Result:
    if waiting := boot.pending(connection, to_serve=True):
        return Result(name="migrations", state=State.BAD, detail=f"{len(waiting)} wait: run `tocsin migrate`.")
    if waiting := boot.pending(connection):
        detail = f"{len(waiting)} wait until no older node is left: run `tocsin migrate --phase post` then."
        return Result(name="migrations", state=State.OK, detail=detail)
    return Result(name="migrations", state=State.OK, detail="all applied")


def _durability(connection: Connection) -> Result:
    names = ("fsync", "synchronous_commit", "full_page_writes")
    off = [name for name in names if _value(connection, f"SHOW {name}") == "off"]
    if off:
        detail = f"{', '.join(off)} is off: acknowledged alerts can be lost. Turn it on."
        return Result(name="durability", state=State.BAD, detail=detail)
    return Result(name="durability", state=State.OK, detail="an acknowledged alert is on disk")


def _append_only(connection: Connection) -> Result:
    may_change = _value(
        connection,
        "SELECT has_table_privilege('journal_fact', 'UPDATE') OR has_table_privilege('journal_fact', 'DELETE')",
    )
    if may_change:
        detail = "This role may change facts. Let one role own the tables (tocsin migrate) and another serve."
        return Result(name="journal", state=State.WARN, detail=detail)
    return Result(name="journal", state=State.OK, detail="the serving role can only add facts")


def _engine(connection: Connection) -> Result:
    age = _value(
        connection,
        "SELECT extract(epoch FROM tocsin_now() - max(seen_at))::float8 FROM core_node WHERE role = 'engine'",
    )
    if age is None:
        return Result(name="engine", state=State.BAD, detail="No engine runs: start `tocsin serve`. Nobody is paged.")
    seconds = float(str(age))
    state = State.OK if seconds < ENGINE_LATE_S else State.BAD
    return Result(name="engine", state=state, detail=f"last seen {seconds:.1f} s ago")


def _queue(connection: Connection) -> Result:
    failed = int(str(_value(connection, "SELECT count(*) FROM core_job WHERE failed_at IS NOT NULL")))
    if failed:
        kind = _value(connection, "SELECT kind FROM core_job WHERE failed_at IS NOT NULL ORDER BY id LIMIT 1")
        detail = (
            f"{failed} jobs were given up, the first is {kind}: see `tocsin queue list`, then `tocsin queue retry`."
        )
        return Result(name="queue", state=State.BAD, detail=detail)
    return Result(name="queue", state=State.OK, detail="nothing was given up")


def _value(connection: Connection, query: str) -> object:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


_LOOKS: tuple[Callable[[Connection], Result], ...] = (_migrations, _durability, _append_only, _engine, _queue)
