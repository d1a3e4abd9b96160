"""`python -m bench.intake [--seconds N] [--rounds N] [--json FILE]`: durable intake beside Debian's Alertmanager.

The same wrk script posts to both by turns: 1, 64 and 500 alerts a request. Ours commits every alert (fsync on) before
it answers, with keys and limits on; Alertmanager keeps alerts in memory. Rates are alerts a second, p99 in ms,
CPU in microseconds an alert (user and system, of the front and PostgreSQL, or of Alertmanager).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from bench.front.__main__ import MAKE_KEY
from tocsin.core import keyring
from tocsin.core.postgres import Cluster

SCRIPT = Path(__file__).with_name("post.lua")
CELLS = ((1, 128), (64, 16), (500, 8))
"""Alerts a request, connections."""

OURS, PEER = 18098, 18097


@contextmanager
def serving(command: Sequence[str], port: int, environment: dict[str, str]) -> Iterator[psutil.Process]:
    """A server, answering on its port, until the block ends."""
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(300):
                try:
                    httpx.get(f"http://127.0.0.1:{port}/", timeout=2)
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


def cpu_s(processes: Sequence[psutil.Process]) -> float:
    """User and system seconds of whole process trees."""
    trees = [each for root in processes for each in (root, *root.children(recursive=True))]
    return float(sum(each.cpu_times().user + each.cpu_times().system for each in trees))


def cell(
    port: int, size: int, connections: int, seconds: int, key: str, processes: Sequence[psutil.Process]
) -> dict[str, float]:
    """Rate, p99 and CPU of one run."""
    before = cpu_s(processes)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), f"http://127.0.0.1:{port}"]
    printed = subprocess.run([*command, "--", str(size), key], capture_output=True, text=True, check=True).stdout
    line = next(line for line in printed.splitlines() if line.startswith("RESULT"))
    requests, duration_us, errors, p99_ms = line.split()[1:]
    alerts = int(requests) * size
    return {
        "alerts_per_s": alerts / (int(duration_us) / 1e6),
        "p99_ms": float(p99_ms),
        "cpu_us": (cpu_s(processes) - before) / max(alerts, 1) * 1e6,
        "errors": int(errors),
    }


def run(seconds: int, rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """The median of each cell over the rounds."""
    found: dict[str, dict[str, list[dict[str, float]]]] = {}
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as name:
        folder = Path(name)
        keyring.create(folder / "data")
        with Cluster(folder / "pg") as server:
            ours = {**os.environ, "TOCSIN_DATA_DIR": str(folder / "data"), "TOCSIN_PORT": str(OURS)}
            owner = ours | {"TOCSIN_DATABASE_URL": server.dsn}
            subprocess.run([sys.executable, "-m", "tocsin.main.migrate"], env=owner, check=True)
            made = subprocess.run(
                [sys.executable, "-c", MAKE_KEY], env=owner, check=True, capture_output=True, text=True
            )
            ours |= {"TOCSIN_DATABASE_URL": server.app_dsn, "TOCSIN_ROLES": "intake"}
            front = [sys.executable, "-m", "uvicorn", "tocsin.main.asgi:front", "--port", str(OURS), "--loop", "uvloop"]
            front += ["--http", "httptools", "--no-access-log", "--log-level", "warning"]
            peer = ["prometheus-alertmanager", f"--web.listen-address=127.0.0.1:{PEER}", "--cluster.listen-address="]
            peer += [f"--config.file={_peer_configuration(folder)}", f"--storage.path={folder / 'peer'}"]
            postmaster = [each for each in psutil.process_iter(["cmdline"]) if str(folder / "pg") in _words(each)]
            with serving(front, OURS, ours) as one, serving(peer, PEER, dict(os.environ)) as other:
                for _ in range(rounds):
                    for size, connections in CELLS:
                        for label, port, key, processes in (
                            ("tocsin", OURS, made.stdout.strip(), [one, *postmaster[:1]]),
                            ("alertmanager", PEER, "", [other]),
                        ):
                            figures = cell(port, size, connections, seconds, key, processes)
                            found.setdefault(str(size), {}).setdefault(label, []).append(figures)
    return {
        size: {
            label: {name: round(statistics.median(one[name] for one in runs), 1) for name in runs[0]}
            for label, runs in labels.items()
        }
        for size, labels in found.items()
    }


def _words(process: psutil.Process) -> str:
    return " ".join(process.info["cmdline"] or ())


def _peer_configuration(folder: Path) -> Path:
    path = folder / "alertmanager.yml"
    path.write_text("route: {receiver: none}\nreceivers: [{name: none}]\n", encoding="utf-8")
    return path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.intake", description=__doc__)
    parser.add_argument("--seconds", type=int, default=4, help="of each run; default 4")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each cell; default 3")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    arguments = parser.parse_args()
    found = run(arguments.seconds, arguments.rounds)
    for size, labels in found.items():
        ratio = labels["tocsin"]["alerts_per_s"] / labels["alertmanager"]["alerts_per_s"]
        print(f"{size} a request: {ratio:.2f} of Alertmanager's rate")
        for label, figures in labels.items():
            print(f"  {label:>12}  " + "  ".join(f"{name} {value:,}" for name, value in figures.items()))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
