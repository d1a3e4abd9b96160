"""`python -m bench.screens [--alerts N] [--times N]`: how long the screen of an incident takes with a storm behind it.

Each part is asked for through Django as a browser would ask (session, permissions, template), on a PostgreSQL of its
own with default settings. `--profile PART` shows where Python spends its time.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from tocsin.core.postgres import Cluster, roles
from tocsin.core.postgres.sockets import socket_folder

PARTS = ("head", "storm", "cause", "responders", "timeline")
NAMES = roles.Names()


class SqlTime:
    """Adds up what the database takes."""

    def __init__(self) -> None:
        self.seconds, self.queries = 0.0, 0
        self.backend = _backend()
        self.slowest: tuple[float, str] = (0.0, "")

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Django's hook around each query."""
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = time.perf_counter() - began
            self.seconds += took
            self.queries += 1
            self.slowest = max(self.slowest, (took, " ".join(sql.split())[:90]))


def _backend() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _processor_s(pid: int) -> float:
    """What a process has spent on processors; steady also where others keep them busy."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(get: Callable[[], Any], times: int, between: Callable[[], None]) -> str:
    """p50 and p95 in milliseconds, the database's share, and the processor time of both. `between` is not timed."""
    from django.db import connection

    taken, sql, spent_s, backend_s = [], SqlTime(), 0.0, 0.0
    get()  # caches, prepared templates
    for _ in range(times):
        between()
        with connection.execute_wrapper(sql):
            began, processor, backend = time.perf_counter(), time.process_time(), _processor_s(sql.backend)
            get()
            taken.append(1000 * (time.perf_counter() - began))
            spent_s += time.process_time() - processor
            backend_s += _processor_s(sql.backend) - backend
    p95 = statistics.quantiles(taken, n=20)[-1]
    share = f"{1000 * sql.seconds / times:6.1f} | {1000 * spent_s / times:6.1f} | {1000 * backend_s / times:6.1f}"
    slowest = f"{sql.queries / times:5.1f} | {1000 * sql.slowest[0]:.0f} ms {sql.slowest[1]}"
    return f"{statistics.median(taken):6.1f} | {p95:6.1f} | {share} | {slowest}"


def _nothing() -> None:
    """Nobody sends anything."""


def arrive() -> None:
    """What a turn of the digest tells open screens: whatever is kept of the group is out of date."""
    from tocsin.alerts.models import Group
    from tocsin.core import live

    live.publish(["alerts", *(f"group:{group}" for group in Group.objects.values_list("uuid", flat=True))])


def start(folder: Path, stack: ExitStack) -> None:
    """A PostgreSQL of our own, with Django on it."""
    sockets = socket_folder(folder / "pg", (os.geteuid(), os.getegid()))
    os.environ |= {
        "TOCSIN_CONFIG": os.devnull,
        "TOCSIN_DATA_DIR": str(folder / "data"),
        "TOCSIN_DATABASE_URL": roles.dsn(sockets, NAMES.app, NAMES.database),
        "DJANGO_SETTINGS_MODULE": "tocsin.main.settings",
        "TOCSIN_KEYRING": '[{"id": "bench", "key": "YmVuY2guLi4uLi4uLi4uLi4uLi4uLi4uLi4uLi4uLi4="}]',
    }
    stack.enter_context(Cluster(folder / "pg"))
    from tocsin.main import boot

    boot.set_up_django()
    from django.core.management import call_command
    from django.db import connection

    connection.settings_dict["USER"] = NAMES.owner
    call_command("migrate", verbosity=0, interactive=False)


def main() -> None:
    """Build, then measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.screens", description=__doc__)
    parser.add_argument("--alerts", type=int, default=25_000)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--profile", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-screens-") as folder, ExitStack() as stack:
        start(Path(folder), stack)
        from django.contrib.auth import get_user_model
        from django.db import connection
        from django.test import Client

        from bench.screens.incident import build

        key = build(options.alerts)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        client = Client(headers={"host": "localhost"})
        client.force_login(get_user_model().objects.get(login="alice"))
        addresses = {"whole screen": f"/incidents/{key}"}
        addresses |= {part: f"/incidents/{key}/part/{part}" for part in PARTS}
        if options.profile:
            profile(lambda: client.get(addresses[options.profile]))
        print(f"{options.alerts:,} alerts and deliveries, {options.times} times each, milliseconds")
        print(
            "part         | status |    p50 |    p95 |    SQL | Python CPU | PostgreSQL CPU | queries | slowest query"
        )
        for between in (_nothing, arrive):
            print("nothing new" if between is not arrive else "new alerts before each")
            for name, address in addresses.items():
                status = client.get(address).status_code
                found = measure(partial(client.get, address), options.times, between)
                print(f"{name:12} | {status} | {found}")


def profile(get: Callable[[], Any]) -> None:
    """Where Python spends its time, by its own seconds."""
    get()
    with cProfile.Profile() as profiler:
        for _ in range(10):
            get()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)


if __name__ == "__main__":
    main()
