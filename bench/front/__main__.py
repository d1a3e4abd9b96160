"""`python -m bench.front`: p99 of single-alert POSTs alone and while screens load, in both arrangements, back to back.

Each cell is the median over the rounds; rounds take the arrangements in turn, so that a noisy spell hits both.
Needs `wrk` (Debian package). Writes JSON with --json FILE.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tocsin.core import keyring
from tocsin.core.postgres import Cluster

PORT = 18099
ARRANGEMENTS = {
    "behind a Unix socket": [sys.executable, "-c", "from tocsin.main.cli import main; main()", "serve"],
    "in the same process": [
        *(sys.executable, "-m", "uvicorn", "bench.front.inside:front", "--port", str(PORT)),
        *("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"),
    ],
}
MAKE_KEY = """
from tocsin.main import boot
boot.set_up_django()
from tocsin.accounts.actions import issue_key
from tocsin.accounts.rules import SYSTEM, KeyScope
from tocsin.alerts.actions import IntegrationDetails, save_integration
from tocsin.core.refs import Ref
made = save_integration(IntegrationDetails(key="bench", name="Bench", kind="opsgenie"), actor=SYSTEM)
subject = Ref("alerts.integration", made.uuid)
print(issue_key(name="bench", scope=KeyScope.INTEGRATION, subject=subject, actor=SYSTEM)[1])
"""


@contextmanager
def serving(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    """The arrangement, answering."""
    roles = ["--role", "intake", "--role", "web"] if command[-1] == "serve" else []
    process = subprocess.Popen([*command, *roles], env=environment)
    try:
        for _ in range(300):
            try:
                if httpx.get(f"http://127.0.0.1:{PORT}/sign-in", timeout=5).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def screens_loading(readers: int) -> Iterator[None]:
    """People who each open a rendered screen ten times a second: far more than people do."""
    over = threading.Event()

    def read() -> None:
        with httpx.Client(timeout=30) as client:
            while not over.is_set():
                client.get(f"http://127.0.0.1:{PORT}/sign-in")
                over.wait(0.1)

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def measure(key: str, seconds: int) -> tuple[float, float]:
    """Requests per second and p99 in milliseconds, by wrk with 32 connections."""
    script = Path(__file__).parent / "post.lua"
    command = [
        "wrk",
        "-t1",
        "-c32",
        f"-d{seconds}s",
        "--latency",
        "-s",
        str(script),
        f"http://127.0.0.1:{PORT}",
        "--",
        key,
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    if bad:
        raise SystemExit(f"{bad[1]} requests were refused")
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()  # type: ignore[union-attr]  # wrk prints it
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert rate is not None
    return float(rate[1]), float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


def run(rounds: int, seconds: int) -> dict[str, dict[str, float]]:
    """Median rate and p99 of every cell."""
    cells: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder, Cluster(Path(folder) / "postgres") as server:
        keyring.create(Path(folder))
        environment = os.environ | {
            "TOCSIN_DATA_DIR": folder,
            "TOCSIN_DATABASE_URL": server.app_dsn,
            "TOCSIN_PORT": str(PORT),
            "TOCSIN_ROLES": "intake,web",
        }
        subprocess.run(
            [sys.executable, "-m", "tocsin.main.migrate"],
            env=environment | {"TOCSIN_DATABASE_URL": server.dsn},
            check=True,
        )
        key = subprocess.run(
            [sys.executable, "-c", MAKE_KEY], env=environment, capture_output=True, text=True, check=True
        ).stdout.strip()
        for _ in range(rounds):
            for name, command in ARRANGEMENTS.items():
                with serving(command, environment):
                    measure(key, 1)
                    cells.setdefault(f"{name}, alone", []).append(measure(key, seconds))
                    with screens_loading(2):
                        cells.setdefault(f"{name}, while 2 people load screens", []).append(measure(key, seconds))
    return {
        name: {
            "requests_per_s": round(statistics.median(rate for rate, _ in values)),
            "p99_ms": round(statistics.median(p99 for _, p99 in values), 1),
        }
        for name, values in cells.items()
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.front", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = run(arguments.rounds, arguments.seconds)
    for name, cell in found.items():
        print(f"{name:55} {cell['requests_per_s']:>7,} requests/s   p99 {cell['p99_ms']:>7,.1f} ms")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
