"""`python -m bench.steady [--rate N] [--seconds N] [--json FILE]`: a stream of alerts that goes on and on.

1,000 single-alert POSTs a second for 60 s, by 39 sites about 12,000 conditions, each of which fires again and again.
Twice a second a probe is posted beside them: how long until the row that the screens read is there? How much more
memory does the whole node take, PostgreSQL included, at the end than when half of it was over?
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import httpx
import psycopg
from rich.console import Console

from bench.figures import tell
from bench.memory import Memory
from bench.sites import company
from tocsin.core.postgres import roles
from tocsin.core.postgres.sockets import socket_folder
from tocsin.main.demo.delivery import Delivery, Sender, Severity
from tocsin.main.demo.node import choose_port, running_node, wait_ready
from tocsin.main.progress import measured

if TYPE_CHECKING:
    from tocsin.core.config import Config

GROUPS, CONDITIONS = 40, 12_000
PROBE_EVERY_S, LOOK_EVERY_S, VISIBLE_WITHIN_S = 0.5, 0.01, 30.0
Figures = dict[str, float | int]


def stream(rate: int, seconds: float) -> list[Delivery]:
    """Deliveries of severity 3, in the order they arrive: every condition fires as often, at random moments."""
    rng = Random(1)
    conditions = company.deliveries(CONDITIONS, GROUPS, seconds, seed=1)
    found = [
        replace(
            conditions[number % CONDITIONS],
            sender=Sender.OPSGENIE,
            severity=Severity.WARNING,
            arrival_s=(at_s := rng.uniform(0.0, seconds)),
            offset_s=at_s,
        )
        for number in range(int(rate * seconds))
    ]
    return sorted(found, key=lambda one: one.arrival_s)


@dataclass(slots=True, kw_only=True)
class Probes:
    """Alerts posted beside the stream; `seen_after_s` from the moment the POST was begun."""

    url: str
    secret: str
    dsn: str
    seen_after_s: list[float] = field(default_factory=list)
    lost: int = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Go on until the block ends."""
        stopped = threading.Event()
        thread = threading.Thread(target=self._run, args=(stopped,), name="probes", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join()

    def _run(self, stopped: threading.Event) -> None:
        with httpx.Client(timeout=30) as client, psycopg.connect(self.dsn, autocommit=True) as database:
            number = 0
            while not stopped.wait(PROBE_EVERY_S):
                number += 1
                self._probe(client, database, f"probe-{number}")

    def _probe(self, client: httpx.Client, database: psycopg.Connection, alias: str) -> None:
        began = time.perf_counter()
        headers = {"Authorization": f"GenieKey {self.secret}"}
        body = {"message": "A probe", "alias": alias, "entity": "probe", "priority": "P4"}
        client.post(f"{self.url}/v2/alerts", json=body, headers=headers).raise_for_status()
        while time.perf_counter() - began < VISIBLE_WITHIN_S:
            if database.execute("SELECT 1 FROM alerts_alert WHERE fingerprint = %s", [alias]).fetchone():
                self.seen_after_s.append(time.perf_counter() - began)
                return
            time.sleep(LOOK_EVERY_S)
        self.lost += 1


def measure(config: Config, given: argparse.Namespace, console: Console) -> Figures:
    """One stream on a fresh node; Django is set up by now."""
    from tocsin.accounts.rules import SYSTEM
    from tocsin.core import clock
    from tocsin.main.apply import execute
    from tocsin.main.demo.session import Session

    with measured(console, "Company applied") as progress:
        applied = execute.apply(company.company(GROUPS), file="company.yaml", actor=SYSTEM, progress=progress)
    wait_ready(config)
    session = Session(url=config.url, secrets=applied.secrets, epoch=clock.now(), console=console)
    names = roles.Names()
    sockets = socket_folder(config.data_dir / "postgres", (os.geteuid(), os.getegid()))
    probes = Probes(
        url=config.url, secret=applied.secrets["site-00"], dsn=roles.dsn(sockets, names.app, names.database)
    )
    alerts = stream(given.rate, given.seconds)
    with Memory() as memory, probes.running(), measured(console, "Alerts sent", len(alerts)) as progress:
        tally = session.send(alerts, progress, speed=1.0)
    digest_s = session.wait_digested(tally.accepted)
    seen = sorted(probes.seen_after_s)
    half = memory.at(tally.started_at + tally.wall_s / 2)
    return {
        "accepted": tally.accepted,
        "sent_again": tally.retries,
        "alerts_per_s": round(tally.accepted / tally.wall_s),
        "behind_at_the_end_s": round(digest_s, 1),
        "probes": len(seen),
        "probes_not_seen": probes.lost,
        "visible_median_s": round(seen[len(seen) // 2], 2),
        "visible_p95_s": round(seen[int(0.95 * (len(seen) - 1))], 2),
        "visible_slowest_s": round(seen[-1], 2),
        "half_way_mib": round(half),
        "end_mib": round(memory.at(tally.started_at + tally.wall_s)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.steady", description=__doc__)
    parser.add_argument("--rate", type=int, default=1_000, help="alerts a second; default 1,000")
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long; default 60")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    given = parser.parse_args()
    console = Console()
    with (
        tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder,
        running_node(Path(folder), choose_port(0)) as config,
    ):
        found = measure(config, given, console)
    tell(console, found, given.json)


if __name__ == "__main__":
    main()
