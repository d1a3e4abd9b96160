"""A dump brings back exactly what was there, says how far it is, and never leaves half a file."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tocsin.core.postgres import Cluster, Progress, Running, dump, restore
from tocsin.core.postgres.errors import PostgresError


@pytest.fixture
def running(stocked: Path) -> Iterator[Running]:
    with Cluster(stocked / "db", settings={"fsync": "off"}) as running:
        with psycopg.connect(running.dsn) as connection:
            connection.execute("create extension if not exists pg_trgm")
            connection.execute("create table note (id int primary key, body text)")
            connection.execute("insert into note select n, 'note ' || n from generate_series(1, 100) n")
        yield running


def bodies(running: Running) -> list[str]:
    with psycopg.connect(running.app_dsn) as connection:
        return [row[0] for row in connection.execute("select body from note order by id")]


def test_restore_brings_back_rows_and_rights_and_drops_later_changes(running: Running, base: Path) -> None:
    before = bodies(running)
    dump(running.dsn, base / "file.dump")
    with psycopg.connect(running.dsn) as connection:
        connection.execute("delete from note where id > 5")
    restore(running.dsn, base / "file.dump")
    assert bodies(running) == before


def test_restore_into_a_fresh_cluster(running: Running, base: Path) -> None:
    dump(running.dsn, base / "file.dump")
    with Cluster(base / "other", settings={"fsync": "off"}) as other:
        restore(other.dsn, base / "file.dump")
        assert bodies(other) == bodies(running)


def test_progress_reaches_its_total(running: Running, base: Path) -> None:
    dumped: list[Progress] = []
    restored: list[Progress] = []
    dump(running.dsn, base / "file.dump", on_progress=dumped.append)
    restore(running.dsn, base / "file.dump", on_progress=restored.append)
    assert [(step.done, step.total, step.name) for step in dumped] == [(1, 1, "public.note")]
    assert restored
    assert all(step.done <= step.total for step in restored)


def test_file_is_for_its_owner_only(running: Running, base: Path) -> None:
    dump(running.dsn, base / "file.dump")
    assert (base / "file.dump").stat().st_mode & 0o777 == 0o600


def test_failed_dump_keeps_the_file_that_was_there(running: Running, base: Path) -> None:
    (base / "file.dump").write_text("yesterday", encoding="utf-8")
    with pytest.raises((PostgresError, psycopg.OperationalError)):
        dump(running.dsn.replace("/tocsin?", "/absent?"), base / "file.dump")
    assert (base / "file.dump").read_text(encoding="utf-8") == "yesterday"
    assert not list(base.glob("*.part"))


def test_something_else_than_a_dump_is_refused(running: Running, base: Path) -> None:
    (base / "letter").write_text("not a dump", encoding="utf-8")
    with pytest.raises(PostgresError, match="not a dump"):
        restore(running.dsn, base / "letter")
