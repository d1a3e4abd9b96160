"""`python -m bench.storm [--alerts N] [--json FILE]`: distinct single-alert POSTs against a whole node.

Times from the first POST: the last answer; everything digested; everything in a group or set aside with the true cause
named; and how long after its first alert people were called. 128 connections of `wrk`, which takes little of the two
processors that everything shares; `tocsin serve` with its embedded PostgreSQL, fsync on.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from bench.figures import tell
from tocsin.main.demo.delivery import Delivery, Scenario, Sender
from tocsin.main.demo.node import choose_port, running_node
from tocsin.main.demo.prepare import Name, Wish, prepare
from tocsin.main.demo.wire import Address, Outgoing, lanes
from tocsin.main.progress import measured

if TYPE_CHECKING:
    from tocsin.core.config import Config

SCRIPT = Path(__file__).with_name("post.lua")
CONNECTIONS = 128
WITHIN_S = 120.0


def distinct(scenario: Scenario) -> list[Delivery]:
    """The storm with every delivery an alert of its own, posted alone."""
    return [
        replace(one, sender=Sender.OPSGENIE, firing=True, fingerprint=f"{number}-{one.fingerprint}"[:200])
        for number, one in enumerate(scenario.deliveries)
    ]


def post(requests: Sequence[Outgoing], url: str, folder: Path) -> float:
    """Post each once; returns the seconds from the start to the last answer. Exits when any is not taken."""
    path = folder / "requests.txt"
    with path.open("wb") as file:
        file.writelines(f"{one.authorization}\t{one.sent_at}\t".encode() + one.body + b"\n" for one in requests)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{WITHIN_S:.0f}s", "-s", str(SCRIPT), url, "--", str(path)]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        line = next((line.strip() for line in client.stdout if line.startswith("RESULT")), "RESULT 0 0")
        took_s = time.perf_counter() - began
        client.terminate()
    if line != f"RESULT {len(requests)} 0":
        raise SystemExit(
            f"{line} (taken, refused) of {len(requests)}: this machine is too slow, or something is wrong."
        )
    return took_s


def measure(config: Config, wish: Wish, console: Console) -> dict[str, float | int | str]:
    """One storm on a fresh node; Django is set up by now."""
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts.models import Alert, Batch, Group
    from tocsin.core import clock
    from tocsin.main.apply import execute
    from tocsin.main.demo.node import wait_ready
    from tocsin.main.demo.run import _length

    prepared = prepare(wish)
    with measured(console, "Company applied") as progress:
        applied = execute.apply(prepared.company_file, file="company.yaml", actor=SYSTEM, progress=progress)
    wait_ready(config)
    address = Address(secrets=applied.secrets, epoch=clock.now() - _length(prepared))
    (requests,) = lanes(distinct(prepared.scenario), address, 1)
    began = time.perf_counter()
    sent_s = post(requests, config.url, config.data_dir)
    truth = prepared.scenario.truth.causes[0].service
    digested_s = named_s = 0.0
    called: Group | None = None
    while (now_s := time.perf_counter() - began) < WITHIN_S and not (digested_s and named_s and called):
        if not digested_s and not Batch.objects.exists():
            digested_s = now_s
        groups = Group.objects.filter(cause_service__key=truth, merged_into__isnull=True)
        waiting = Alert.objects.filter(group__isnull=True, set_aside="").exists()
        if digested_s and not named_s and groups.exists() and not waiting:
            named_s = now_s
        called = groups.filter(needs_people_at__isnull=False).first()
        time.sleep(0.05)
    called_at = called.needs_people_at if called else None
    return {
        "alerts": len(requests),
        "stored": Alert.objects.count(),
        "last_answer_s": round(sent_s, 2),
        "posts_per_s": round(len(requests) / sent_s),
        "digested_s": round(digested_s, 2),
        "grouped_and_named_s": round(named_s, 2),
        "people_called_s": round((called_at - called.first_at).total_seconds(), 2) if called and called_at else -1,
        "groups": Group.objects.filter(merged_into__isnull=True).count(),
        "cause": truth,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.storm", description=__doc__)
    parser.add_argument("--alerts", type=int, default=25_000, help="distinct alerts; default 25,000")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    arguments = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        wish = Wish(name=Name.STORM, alerts=arguments.alerts)
        with running_node(Path(folder), choose_port(0)) as config:
            found = measure(config, wish, console)
    tell(console, found, arguments.json)


if __name__ == "__main__":
    main()
