"""`python -m bench.repeats [--alerts N] [--rounds N] [--every S] [--json FILE]`: what alerts cost that go on firing.

A whole node (`tocsin serve`, embedded PostgreSQL, fsync on) and senders that say what Prometheus says: every minute
all alerts that fire, 64 a request, each with the `startsAt` it had and an `endsAt` four minutes ahead. Rounds are sent
in real time, because time alone costs something too. Figures are of the rounds after the first four: processor seconds
by process, and what the database and its write-ahead log grew by, as an hour of such minutes would.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psutil

from tocsin.main.demo.node import choose_port, running_node, wait_ready

if TYPE_CHECKING:
    from datetime import datetime

    from tocsin.core.config import Config

A_REQUEST = 64
SERVICES = 500
SENDERS = 4
"""Prometheus servers, an integration each."""

WARM_UP = 4
"""Rounds before the measured ones: the first stores the alerts, then what they come to is decided, then it is calm."""

PROCESSES = ("front", "engine", "web")

Figures = dict[str, float | int]


def bodies(alerts: int, started_at: datetime, now: datetime) -> list[bytes]:
    """One minute of Prometheus's posts."""
    posted = [
        {
            "labels": {
                "alertname": f"Rule{number % 40}",
                "service": f"service-{number % SERVICES}",
                "instance": f"10.{number // 65536}.{number // 256 % 256}.{number % 256}:9100",
                "job": "node",
                "severity": ("critical", "warning", "info")[number % 3],
            },
            "annotations": {
                "summary": f"Rule{number % 40} fires on 10.{number // 65536}.{number // 256 % 256}.{number % 256}",
                "description": "The value has been above the threshold for ten minutes. See the runbook.",
            },
            "startsAt": (started_at - timedelta(seconds=number % 600)).isoformat(),
            "endsAt": (now + timedelta(minutes=4)).isoformat(),
            "generatorURL": f"http://prometheus:9090/graph?g0.expr=rule{number % 40}&g0.tab=1",
        }
        for number in range(alerts)
    ]
    return [json.dumps(posted[start : start + A_REQUEST]).encode() for start in range(0, alerts, A_REQUEST)]


def processor_s(config: Config) -> dict[str, float]:
    """User and system seconds so far of the node's processes, by what they are; those that have ended count with who
    started them, as autovacuum's workers and closed connections do with PostgreSQL."""
    own = psutil.Process()
    spent = dict.fromkeys(("PostgreSQL", *PROCESSES), 0.0) | {"ended": _seconds_of_ended(own)}
    for process in psutil.process_iter(["cmdline"]):
        words = " ".join(process.info["cmdline"] or ())
        if str(config.data_dir / "postgres") in words:
            for each in (process, *process.children(recursive=True)):
                spent["PostgreSQL"] += _seconds(each)
    for child in own.children(recursive=True):
        words = " ".join(child.cmdline())
        name = next((name for name in PROCESSES if words.endswith(f" {name}")), "")
        if name:
            spent[name] += _seconds(child)
    return spent


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system) + _seconds_of_ended(process)


def _seconds_of_ended(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.children_user + times.children_system)


def sizes() -> Counter[str]:
    """Bytes of the database, by what has them, and of the write-ahead log since ever."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()), pg_current_wal_lsn() - '0/0'")
        database, wal = cursor.fetchone()
        cursor.execute("SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r'")
        tables = {f"table {name}": size for name, size in cursor.fetchall()}
    return Counter({"database": int(database), "wal": int(wal)} | tables)


def make_keys() -> list[str]:
    """Integrations to post to."""
    return [_make_key(f"bench-{number}") for number in range(SENDERS)]


def _make_key(name: str) -> str:
    from tocsin.accounts.actions import issue_key
    from tocsin.accounts.rules import SYSTEM, KeyScope
    from tocsin.alerts.actions import IntegrationDetails, save_integration
    from tocsin.core.refs import Ref

    made = save_integration(IntegrationDetails(key=name, name=name, kind="alertmanager"), actor=SYSTEM)
    subject = Ref("alerts.integration", made.uuid)
    return issue_key(name=name, scope=KeyScope.INTEGRATION, subject=subject, actor=SYSTEM)[1]


def send(client: httpx.Client, keys: list[str], alerts: int, started_at: datetime) -> None:
    """One round; every request is acknowledged from the database."""
    from tocsin.core import clock

    for number, body in enumerate(bodies(alerts, started_at, clock.now())):
        headers = {"Authorization": f"Bearer {keys[number % len(keys)]}", "Content-Type": "application/json"}
        answer = client.post("/api/v2/alerts", content=body, headers=headers)
        answer.raise_for_status()
        assert answer.headers["Tocsin-Durability"] == "database"


def measure(config: Config, arguments: argparse.Namespace) -> Figures:
    """The rounds; Django is set up by now."""
    from django.db.models import Sum

    from tocsin.alerts.models import Alert, Batch
    from tocsin.core import clock

    wait_ready(config)
    keys = make_keys()
    started_at = clock.now()
    spent, grown = processor_s(config), sizes()
    with httpx.Client(base_url=config.url, timeout=60) as client:
        for number in range(WARM_UP + arguments.rounds):
            began = time.monotonic()
            if number == WARM_UP:
                spent, grown = processor_s(config), sizes()
            send(client, keys, arguments.alerts, started_at)
            print(f"round {number + 1}: sent in {time.monotonic() - began:.1f} s", flush=True)
            time.sleep(max(0.0, began + arguments.every - time.monotonic()))
    spent_s = {name: seconds - spent[name] for name, seconds in processor_s(config).items()}
    grown_b = sizes() - grown
    while Batch.objects.exists():
        time.sleep(0.1)
    told = Alert.objects.aggregate(told=Sum("count"))["told"]
    assert told == arguments.alerts * (WARM_UP + arguments.rounds), f"{told} were counted"
    return _figures(spent_s, grown_b, arguments)


def _figures(spent_s: dict[str, float], grown_b: Counter[str], arguments: argparse.Namespace) -> Figures:
    rounds = arguments.rounds
    found: Figures = {"alerts": arguments.alerts, "rounds": rounds}
    for name, seconds in sorted(spent_s.items()):
        found[f"{name}, s a round"] = round(seconds / rounds, 2)
    found["% of one core"] = round(100 * sum(spent_s.values()) / rounds / arguments.every, 1)
    for name, size in grown_b.most_common(8):
        found[f"{name}, MB an hour"] = round(size / rounds * 60 / 1e6, 1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.repeats", description=__doc__)
    parser.add_argument("--alerts", type=int, default=25_000, help="alerts that fire; default 25,000")
    parser.add_argument("--rounds", type=int, default=10, help="measured rounds; default 10")
    parser.add_argument("--every", type=float, default=60.0, help="seconds from round to round; default 60")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder,
        running_node(Path(folder), choose_port(0)) as config,
    ):
        found = measure(config, arguments)
    for name, value in found.items():
        print(f"{name:>40}  {value:,}")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
