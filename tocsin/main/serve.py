"""`tocsin serve`: one command that keeps this node's processes running, and ends them in order."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO

from tocsin.core.config import Config
from tocsin.core.keyring import load as load_keyring
from tocsin.main import boot, database

log = logging.getLogger(__name__)

GRACE_S = 4.0
"""How long a process may take to end before it is killed; open streams end within it."""

SENDING_GRACE_S = 15.0
"""The same for the engine: longer than a call to a provider takes, which would be repeated if it were not recorded."""

RESTART_PAUSE_S = (0.2, 10.0)
"""The first and the longest pause before a process that ended by itself is started again."""


class Role(StrEnum):
    """What a node does. A node without `--role` does all of it."""

    INTAKE = "intake"
    WEB = "web"
    ENGINE = "engine"


def processes_for(roles: frozenset[Role]) -> tuple[str, ...]:
    """The processes of a node: the front serves the port for intake and web; the screens run behind it."""
    names = []
    if roles & {Role.INTAKE, Role.WEB}:
        names.append("front")
    if Role.WEB in roles:
        names.append("web")
    if Role.ENGINE in roles:
        names.append("engine")
    return tuple(names)


@dataclass(slots=True)
class Child:
    """One process of the node, started again with growing pauses when it ends by itself.

    What it prints goes to `output`, None: where ours goes.
    """

    name: str
    output: IO[bytes] | None = None
    process: subprocess.Popen[bytes] | None = None
    pause_s: float = RESTART_PAUSE_S[0]
    start_at: float = 0.0
    started_at: float = 0.0

    def keep_running(self, now: float) -> None:
        if self.process is not None and self.process.poll() is not None:
            log.error("process_ended", extra={"child": self.name, "code": self.process.returncode})
            self.pause_s = (
                RESTART_PAUSE_S[0] if now - self.started_at > 60 else min(RESTART_PAUSE_S[1], self.pause_s * 2)
            )
            self.process, self.start_at = None, now + self.pause_s
        if self.process is None and now >= self.start_at:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tocsin.main.process", self.name], stdout=self.output, stderr=self.output
            )
            self.started_at = now

    def end(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("process_killed", extra={"child": self.name})
            self.process.kill()
            self.process.wait()


def _set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass(slots=True)
class Supervisor:
    """Keeps the children running until it is told to stop. All but the front wait until the database is `usable`."""

    names: tuple[str, ...]
    stopping: threading.Event = field(default_factory=threading.Event)
    usable: threading.Event = field(default_factory=_set)
    output: IO[bytes] | None = None

    def run(self) -> None:
        """Block until `stopping` is set; then every child has ended."""
        children = [Child(name, self.output) for name in self.names]
        try:
            while not self.stopping.is_set():
                for child in children:
                    if child.name == "front" or self.usable.is_set():
                        child.keep_running(time.monotonic())
                self.stopping.wait(0.2)
        finally:
            for child in children:
                if child.process is not None:
                    child.process.send_signal(signal.SIGTERM)
            told_at = time.monotonic()
            for child in children:
                child.end(told_at + (SENDING_GRACE_S if child.name == "engine" else GRACE_S))


def serve(config: Config, roles: frozenset[Role], stopping: threading.Event | None = None) -> None:
    """Run this node until SIGTERM, SIGINT or `stopping`; the embedded database starts first and stops last."""
    load_keyring(config)
    supervisor = Supervisor(processes_for(roles), stopping or threading.Event(), usable=threading.Event())
    if threading.current_thread() is threading.main_thread():
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, lambda *_: supervisor.stopping.set())
    with boot.database(config) as found:
        boot.export_to_environment(found)
        os.environ["TOCSIN_ROLES"] = ",".join(sorted(roles))
        watching = threading.Thread(target=_watch(found, supervisor), name="database")
        watching.start()
        try:
            supervisor.run()
        finally:
            supervisor.stopping.set()
            watching.join()


def _watch(found: boot.Database, supervisor: Supervisor) -> Callable[[], None]:
    """What is to be done about the database from now on. One that answers and cannot be used is an error at once."""
    usable, stopping, cluster = supervisor.usable, supervisor.stopping, found.cluster
    try:
        boot.ensure_usable(found)
    except boot.DatabaseAway as error:
        if cluster is not None:
            raise
        log.warning("database_away", extra={"error": error.message})
        return lambda: database.wait_for(lambda: boot.ensure_usable(found), usable, stopping)
    usable.set()
    return (lambda: None) if cluster is None else (lambda: database.keep_alive(cluster, stopping))
