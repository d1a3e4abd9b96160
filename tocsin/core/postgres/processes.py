"""What runs in a data folder, read from /proc.

A postmaster that was killed and not reaped stays as a zombie: `kill(pid, 0)` still succeeds and `pg_ctl` says it runs.
So a process counts only when it is neither zombie nor dead and its working folder is the data folder, which PostgreSQL
makes true of the postmaster and all its children. That also tells a recycled pid from ours.
"""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ORPHANS_LEAVE_S = 3.0
"""How long the children of a killed postmaster get to notice by themselves (they poll its death)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PidFile:
    """The lines of postmaster.pid that we use."""

    pid: int
    socket_folder: Path
    ready: bool


def read_pid_file(data: Path) -> PidFile | None:
    """The pid file of the data folder, or None when there is none or it is cut short."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return PidFile(
            pid=abs(int(lines[0])), socket_folder=Path(lines[4]), ready=len(lines) > 7 and lines[7].strip() == "ready"
        )
    except (OSError, ValueError, IndexError):
        return None


def is_alive(pid: int) -> bool:
    """Whether the process exists and is more than a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            state = stat.read().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state not in "ZXx"


def started_at(pid: int) -> str:
    """The start time of a process in clock ticks since boot, empty when it is gone: tells a pid from its reuse."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def works_in(pid: int, data: Path) -> bool:
    """Whether the living process `pid` has the data folder as its working folder."""
    try:
        return is_alive(pid) and os.path.samefile(f"/proc/{pid}/cwd", data)
    except OSError:
        return False


def all_in(data: Path) -> list[int]:
    """Every living process of the data folder: the postmaster, or what a killed one left behind."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and works_in(int(name), data)]


def wait_until(true: Callable[[], bool], *, timeout_s: float, poll_s: float = 0.02) -> bool:
    """Poll `true` until it holds; False when it does not within `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() >= deadline:
            return False
        time.sleep(poll_s)
    return True


def clear_leftovers(data: Path, sockets: Path) -> None:
    """Make the folder of a dead postmaster safe to start in: its children gone, its pid and socket files removed.

    The pid file is what stops two servers from sharing one folder, so it goes only after every process has gone;
    children that do not notice the death are told (SIGQUIT) and then killed, which crash recovery is made for.
    """
    if not wait_until(lambda: not all_in(data), timeout_s=ORPHANS_LEAVE_S):
        for told in (signal.SIGQUIT, signal.SIGKILL):
            for pid in all_in(data):
                send(pid, told)
            if wait_until(lambda: not all_in(data), timeout_s=ORPHANS_LEAVE_S):
                break
    for stale in (data / "postmaster.pid", *sockets.glob(".s.PGSQL.*")):
        stale.unlink(missing_ok=True)


def send(pid: int, told: signal.Signals) -> None:
    """Send a signal to a process that may have gone."""
    try:
        os.kill(pid, told)
    except ProcessLookupError:
        return
