"""The supervisor: which processes a node has, that they come back when they end, that they all end with it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from tests.nodes import wait_until
from tocsin.core.errors import Unavailable
from tocsin.main import database, serve
from tocsin.main.boot import DatabaseAway
from tocsin.main.serve import Child, Role, Supervisor, processes_for


@pytest.mark.parametrize(
    ("roles", "names"),
    [
        ({Role.INTAKE}, ("front",)),
        ({Role.WEB}, ("front", "web")),
        ({Role.ENGINE}, ("engine",)),
        (set(Role), ("front", "web", "engine")),
    ],
)
def test_processes_of_each_role(roles: set[Role], names: tuple[str, ...]) -> None:
    assert processes_for(frozenset(roles)) == names


@pytest.fixture
def sleeping_children(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def start(_command: list[str], **_options: object) -> subprocess.Popen[bytes]:
        started.append(real([sys.executable, "-c", "import time; time.sleep(600)"]))
        return started[-1]

    monkeypatch.setattr(serve.subprocess, "Popen", start)
    return started


def test_ended_process_is_started_again_and_all_end_on_stop(sleeping_children: list[subprocess.Popen[bytes]]) -> None:
    supervisor = Supervisor(("front", "engine"))
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    wait_until(lambda: len(sleeping_children) == 2)
    sleeping_children[0].kill()
    wait_until(lambda: len(sleeping_children) == 3)
    supervisor.stopping.set()
    thread.join(10)
    assert not thread.is_alive()
    assert all(child.poll() is not None for child in sleeping_children)


def test_only_the_front_is_started_before_the_database_is_usable(
    sleeping_children: list[subprocess.Popen[bytes]],
) -> None:
    supervisor = Supervisor(("front", "web", "engine"), usable=threading.Event())
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    wait_until(lambda: bool(sleeping_children))
    before = len(sleeping_children)
    supervisor.usable.set()
    wait_until(lambda: len(sleeping_children) == 3)
    supervisor.stopping.set()
    thread.join(10)
    assert before == 1


def test_database_that_is_away_is_waited_for_with_growing_pauses() -> None:
    refusals = [DatabaseAway("It is away."), DatabaseAway("It is away."), Unavailable("It is not migrated.")]
    ready, stopping = threading.Event(), Patience()

    def usable() -> None:
        if refusals:
            raise refusals.pop(0)

    database.wait_for(usable, ready, stopping)
    assert ready.is_set()
    assert stopping.waited_s == [0.2, 0.4, 0.8, 1.6]


class Patience(threading.Event):
    """Nobody waits; it is only written down for how long they would have."""

    def __init__(self) -> None:
        super().__init__()
        self.waited_s: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited_s.append(timeout)
        return self.is_set()


def test_process_that_keeps_ending_is_started_with_growing_pauses(
    sleeping_children: list[subprocess.Popen[bytes]],
) -> None:
    child = Child("web")
    now = time.monotonic()
    pauses = []
    for _ in range(8):
        child.keep_running(now)
        sleeping_children[-1].kill()
        sleeping_children[-1].wait()
        child.keep_running(now)
        pauses.append(child.start_at - now)
        now = child.start_at
    assert pauses == sorted(pauses)
    assert pauses[-1] == serve.RESTART_PAUSE_S[1]
