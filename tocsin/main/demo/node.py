"""A node of the demonstration's own: folder, keys, database, and the processes of `tocsin serve`, gone at the end."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx

from tocsin.core import config as configs
from tocsin.core import keyring
from tocsin.core.config import PREFIX, Config
from tocsin.core.errors import Conflict, InvalidInput, Unavailable
from tocsin.core.postgres import Cluster
from tocsin.main import boot
from tocsin.main.serve import Role, Supervisor, processes_for

MARKER = "tocsin-demo"
"""A file that says: this folder is a demonstration's, and may be emptied. Locked while one runs."""

USUAL_PORT = 8080
READY_WITHIN_S = 30.0
_KEPT_SETTINGS = frozenset({f"{PREFIX}PG_BIN", f"{PREFIX}HOST", f"{PREFIX}LANGUAGE", f"{PREFIX}ZONE"})


@contextmanager
def own_folder(folder: Path) -> Iterator[Path]:
    """Empty the folder of an earlier demonstration, or make it, and hold it against a second one.

    Raises InvalidInput when it holds anything else, Conflict when another demonstration runs in it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / MARKER
    if not marker.exists() and any(folder.iterdir()):
        raise InvalidInput("{folder} holds other things. Give --data-dir a new or empty folder.", folder=folder)
    with marker.open("a") as lock:
        _hold(lock, folder)
        _end_leftover_server(folder / "postgres")
        with _emptied_beside(folder):
            yield folder


@contextmanager
def _emptied_beside(folder: Path) -> Iterator[None]:
    """Move what an earlier demonstration left out of the way, and delete it meanwhile: a database is many files."""
    leftovers = folder / "leftovers"
    leftovers.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path not in {folder / MARKER, leftovers}:
            path.rename(leftovers / f"{path.name}-{time.time_ns()}")
    deleting = threading.Thread(target=shutil.rmtree, args=(leftovers,), kwargs={"ignore_errors": True})
    deleting.start()
    try:
        yield
    finally:
        deleting.join()


def _hold(lock: IO[str], folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Conflict("Another demo runs in {folder}. Stop it, or give this one --data-dir.", folder=folder) from None


def _end_leftover_server(data: Path) -> None:
    """A demonstration that was killed may have left its database running: take it over, and stop it."""
    if (data / "cluster" / "postmaster.pid").exists():
        with Cluster(data):
            pass


def choose_port(wanted: int | None) -> int:
    """The port asked for, else the usual one where it is free, else any that is."""
    for port in (wanted,) if wanted is not None else (USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            chosen: int = probe.getsockname()[1]
            return chosen
    raise Conflict("Port {wanted} is taken. Give --port another one.", wanted=wanted)


@contextmanager
def running_node(folder: Path, port: int, **settings: str) -> Iterator[Config]:
    """Run a whole node, with further `settings` if wanted; Django is connected to its database meanwhile.

    What its processes print goes to `node.log`.
    """
    _point_environment_at(folder, port)
    os.environ.update({f"{PREFIX}{name.upper()}": value for name, value in settings.items()})
    config = configs.load()
    keyring.create(config.data_dir)
    stopping = threading.Event()
    with boot.connected(config), (folder / "node.log").open("ab") as log:
        os.environ["TOCSIN_ROLES"] = ",".join(sorted(Role))
        supervisor = Supervisor(processes_for(frozenset(Role)), stopping, output=log)
        thread = threading.Thread(target=supervisor.run, name="supervisor")
        thread.start()
        try:
            yield config
        finally:
            stopping.set()
            thread.join()
            _disconnect()


def _point_environment_at(folder: Path, port: int) -> None:
    """Nothing of an installation around us may be read or written: not its database, keys or settings."""
    for name in [name for name in os.environ if name.startswith(PREFIX) and name not in _KEPT_SETTINGS]:
        del os.environ[name]
    os.environ[f"{PREFIX}CONFIG"] = os.devnull
    os.environ[f"{PREFIX}DATA_DIR"] = str(folder)
    os.environ[f"{PREFIX}PORT"] = str(port)


def _disconnect() -> None:
    from django.db import connection  # noqa: PLC0415 - Django is set up by `boot`

    connection.close()


def wait_ready(config: Config) -> None:
    """Return once the node says that it works; Unavailable when it does not within half a minute. How full the disk is
    does not matter here."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        try:
            said = httpx.get(f"{config.url}/healthz", timeout=2).json()
            if said["engine"] == "working" and said["screens"] == "here":
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise Unavailable("The node did not become ready; {log} says why.", log=config.data_dir / "node.log")
