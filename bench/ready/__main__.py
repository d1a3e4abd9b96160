"""`python -m bench.ready [--times N] [--at-most S]`: start to ready of a warm node with its embedded database.

Warm: the database is initialised and migrated, the modules are compiled. With `--at-most` it fails when none of the
times is short enough. Where other work waits for the processors too, the time on them is judged: it is the node's own.
"""

from __future__ import annotations

import argparse
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import httpx

TOCSIN = [sys.executable, "-c", "from tocsin.main.cli import main; main()"]


def start_to_ready(environment: dict[str, str]) -> float:
    """Start a node, wait for its first "ok", end it."""
    url = f"http://127.0.0.1:{environment['TOCSIN_PORT']}/healthz"
    began = time.monotonic()
    process = subprocess.Popen([*TOCSIN, "serve"], env=environment, stderr=subprocess.DEVNULL)
    try:
        while time.monotonic() - began < 60:
            try:
                if httpx.get(url, timeout=3).json()["status"] == "ok":
                    return time.monotonic() - began
            except httpx.TransportError:
                pass
            time.sleep(0.02)
        raise SystemExit("The node was not ready within a minute.")
    finally:
        process.terminate()
        process.wait(20)


def processor_s() -> float:
    """Processor time of every process that was started here and has ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def main() -> None:
    """Once cold, then warm as often as asked."""
    parser = argparse.ArgumentParser(prog="python -m bench.ready", description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--at-most", type=float, metavar="S", help="exit 1 when even the fastest took longer")
    wish = parser.parse_args()
    times = wish.times
    with tempfile.TemporaryDirectory(prefix="tocsin-ready-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
        probe.close()
        environment = os.environ | {"TOCSIN_DATA_DIR": folder, "TOCSIN_PORT": port, "TOCSIN_DATABASE_URL": ""}
        subprocess.run([*TOCSIN, "init"], env=environment, stdout=subprocess.DEVNULL, check=True)
        start_to_ready(environment)
        processors = os.cpu_count() or 1
        began_s, busy = processor_s(), os.getloadavg()[0] > processors
        found = [start_to_ready(environment) for _ in range(times)]
    cost_s = (processor_s() - began_s) / times
    shown = f"fastest {min(found):.1f} s, median {statistics.median(found):.1f} s, slowest {max(found):.1f} s"
    print(f"start to ready, warm, {times} times: {shown}; start to end {cost_s:.1f} s on processors")
    if wish.at_most is not None and (cost_s / processors if busy else min(found)) > wish.at_most:
        raise SystemExit(f"That is more than {wish.at_most:g} s{' on every processor' if busy else ''}.")


if __name__ == "__main__":
    main()
