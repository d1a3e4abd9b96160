"""The engine: digest, reactions, paging, sending, upkeep. Any number of nodes run it; the database says who does what.

Each loop has a thread and a database connection of its own, works while there is work, then sleeps until it is woken
by NOTIFY or its pause is over. Losing a wake-up costs one pause, never an alert.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from dataclasses import dataclass, field

import psycopg
from django.db import InterfaceError, OperationalError, connection

from tocsin.core.config import Config
from tocsin.main import presence, upkeep, wiring
from tocsin.main.loops import Loop

log = logging.getLogger(__name__)

ERROR_PAUSE_S = 0.5


@dataclass(slots=True)
class Engine:
    """All loops of this process."""

    dsn: str
    loops: tuple[Loop, ...]
    stopping: threading.Event = field(default_factory=threading.Event)
    wakes: dict[str, threading.Event] = field(default_factory=dict)

    def run(self) -> None:
        """Run every loop until `stopping` is set; each ends after the piece of work it is at."""
        self.wakes = {loop.name: threading.Event() for loop in self.loops}
        threads = [threading.Thread(target=self._run_loop, args=(loop,), name=loop.name) for loop in self.loops]
        threads.append(threading.Thread(target=self._listen, name="listen", daemon=True))
        for thread in threads:
            thread.start()
        self.stopping.wait()
        self._wake_all()
        for thread in threads[:-1]:
            thread.join()

    def _run_loop(self, loop: Loop) -> None:
        wake = self.wakes[loop.name]
        while not self.stopping.is_set():
            wake.clear()
            try:
                done = loop.work()
            except (OperationalError, InterfaceError) as error:
                log.warning("database_away", extra={"loop": loop.name, "error": str(error).strip()})
                connection.close()
                done = 0
                self.stopping.wait(ERROR_PAUSE_S)
            except Exception:  # the process boundary of a loop: it is logged, and the next turn tries again
                log.exception("loop_failed", extra={"loop": loop.name})
                connection.close()
                done = 0
                self.stopping.wait(ERROR_PAUSE_S)
            if not done:
                wake.wait(loop.pause_s)
        _end(loop)
        connection.close()

    def _wake_all(self) -> None:
        for wake in self.wakes.values():
            wake.set()

    def _wake(self, channel: str) -> None:
        """Only those who wait for it: in a storm the intake notifies often, and waking everybody would cost the digest
        its processor."""
        for loop in self.loops:
            if loop.wakes_on == channel:
                self.wakes[loop.name].set()

    def _listen(self) -> None:
        while not self.stopping.is_set():
            try:
                with psycopg.connect(self.dsn, autocommit=True, connect_timeout=2) as link:
                    for channel in {loop.wakes_on for loop in self.loops} - {""}:
                        link.execute(f"LISTEN {channel}")
                    self._wake_all()
                    while not self.stopping.is_set():
                        for note in link.notifies(timeout=1.0, stop_after=1):
                            self._wake(note.channel)
            except psycopg.Error:
                self.stopping.wait(ERROR_PAUSE_S)


def _end(loop: Loop) -> None:
    if loop.end is None:
        return
    try:
        loop.end()
    except Exception:  # the process boundary of a loop: the others have to end too
        log.exception("loop_not_ended", extra={"loop": loop.name})


def run(config: Config) -> None:
    """Run the engine until SIGTERM or SIGINT."""
    name = presence.node_name(config)
    engine = Engine(config.database_url, (*wiring.loops(config, name), *upkeep.loops(name)))
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda *_: engine.stopping.set())
    log.info("engine_started", extra={"node": name})
    engine.run()
    # A farewell that cannot be said is no reason to fail: an engine that is silent counts as gone by itself.
    with contextlib.suppress(OperationalError, InterfaceError):
        upkeep.leave(name)
    log.info("engine_stopped", extra={"node": name})
