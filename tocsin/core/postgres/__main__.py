"""`python -m tocsin.core.postgres --data DIR`: run a private server in the foreground and print where to connect."""

import argparse
import signal
import threading
from pathlib import Path

from tocsin.core.postgres.cluster import Cluster


def main() -> None:
    """Start, print the connection URLs, stay until a signal or the server's end, stop."""
    parser = argparse.ArgumentParser(prog="python -m tocsin.core.postgres", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the launcher; made when missing")
    parser.add_argument("--bin", type=Path, default=None, help="folder of PostgreSQL's programs; default: the wheel's")
    arguments = parser.parse_args()
    asked_to_stop = threading.Event()
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, lambda *_: asked_to_stop.set())
    with Cluster(arguments.data, arguments.bin) as running:
        print(f"owner {running.dsn}\napp   {running.app_dsn}\nadmin {running.admin_dsn}", flush=True)
        while running.is_alive() and not asked_to_stop.wait(0.5):
            pass


main()
