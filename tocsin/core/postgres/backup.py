"""Dump and restore with `pg_dump` and `pg_restore` of the same version as the server, with progress."""

import os
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import psycopg

from tocsin.core.postgres.errors import PostgresError
from tocsin.core.postgres.programs import find_programs


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a dump or a restore is: `done` of `total` objects, and which one is next."""

    done: int
    total: int
    name: str


OnProgress = Callable[[Progress], None]


def dump(dsn: str, file: Path, *, bin_dir: Path | None = None, on_progress: OnProgress | None = None) -> None:
    """Write the whole database to `file` (PostgreSQL's custom format, mode 0600), complete or not at all."""
    part = file.with_name(file.name + ".part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    except OSError as error:
        raise PostgresError(f"{file} cannot be written: {error.strerror}.", code="postgres_dump") from None
    command = [
        find_programs(bin_dir).path("pg_dump"),
        "--format=custom",
        "--verbose",
        f"--file={part}",
        f"--dbname={dsn}",
    ]
    try:
        _run(command, marker="dumping contents of table", total=_tables(dsn), on_progress=on_progress)
        with open(part, "rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def restore(dsn: str, file: Path, *, bin_dir: Path | None = None, on_progress: OnProgress | None = None) -> None:
    """Replace what the database holds by what `file` holds, in one transaction: all of it or nothing."""
    program = find_programs(bin_dir).path("pg_restore")
    listed = subprocess.run([program, "--list", str(file)], capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        raise PostgresError(
            f"{file} is not a dump that pg_restore can read: {listed.stderr.strip()}", code="postgres_dump"
        )
    total = sum(1 for line in listed.stdout.splitlines() if line and not line.startswith(";"))
    command = [program, "--clean", "--if-exists", "--no-owner", "--exit-on-error", "--single-transaction", "--verbose"]
    _run([*command, f"--dbname={dsn}", str(file)], marker="creating ", total=total, on_progress=on_progress)


def _tables(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("select count(*) from pg_stat_user_tables").fetchone()
    return int(row[0]) if row else 0


def _run(command: list[str], *, marker: str, total: int, on_progress: OnProgress | None) -> None:
    with TemporaryFile("w+", encoding="utf-8") as said:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        assert child.stderr is not None
        _follow(_kept(child.stderr, said.write), marker=marker, total=total, on_progress=on_progress)
        if child.wait() != 0:
            said.seek(0)
            tail = "".join(said.readlines()[-6:]).strip()
            raise PostgresError(f"{Path(command[0]).name} failed: {tail}", code="postgres_dump")


def _kept(lines: Iterable[str], keep: Callable[[str], int]) -> Iterable[str]:
    for line in lines:
        keep(line)
        yield line


def _follow(lines: Iterable[str], *, marker: str, total: int, on_progress: OnProgress | None) -> None:
    done = 0
    for line in lines:
        if marker in line and on_progress is not None:
            done += 1
            on_progress(Progress(done=min(done, total), total=total, name=line.partition(marker)[2].strip().strip('"')))
