"""A folder short enough for a socket, and small helpers to look at a private server from outside."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tocsin.core.postgres import Cluster
from tocsin.core.postgres.processes import all_in, send, wait_until


@pytest.fixture
def base() -> Iterator[Path]:
    """A fresh folder below the machine's temporary folder; its parents are open to all."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    """A folder whose `db` is an initialised cluster: making its thousand files is most of the time of a first start."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    with Cluster(folder / "db") as running:
        version = (folder / "db" / "cluster" / "PG_VERSION").read_text(encoding="utf-8")
        assert running.is_alive()
    (folder / "version").write_text(version, encoding="utf-8")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def stocked(made_once: Path) -> Iterator[Path]:
    """The same folder for one test after the other: nothing runs in it before or after, and no table is left."""
    yield made_once
    data = made_once / "db" / "cluster"
    for pid in all_in(data):
        send(pid, signal.SIGKILL)
    assert wait_until(lambda: not all_in(data), timeout_s=10)
    shutil.copy(made_once / "version", data / "PG_VERSION")
    with Cluster(made_once / "db") as running, psycopg.connect(running.dsn, autocommit=True) as connection:
        connection.execute("drop table if exists note")
