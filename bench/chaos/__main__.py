"""`python -m bench.chaos [--seconds N] [--seed S] [--bug NAME | --bugs] [--json]`: faults while six senders post.

Nodes and PostgreSQL are killed (-9), nodes are paused, sockets between node and database and between sender and node
get stuck, reset and slow, and nodes start with their clock an hour off, until enough was acknowledged and killed; a
busy machine takes longer. Exit 1 when something acknowledged was lost, stored twice, not paged or paged twice, or when
more than 2 % of the calls to receivers were repeats.

`--bug` plants a mistake in the nodes, which the run must find: exit 1 when it does not.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from bench.chaos.run import FIRES, Goal, Result, play
from tests.channels.servers import Receiver
from tests.stories import chaos
from tests.stories.bugs import BUGS, Bug, found
from tests.stories.fleet import Ground


@contextmanager
def ground_and_receiver(fires: int) -> Iterator[tuple[Ground, Receiver]]:
    """A durable server with the company, and whoever receives Anna's webhooks."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder, Receiver.listening() as receiver:
        ground = Ground.prepared(Path(folder), webhook=receiver.url, fires=fires)
        try:
            yield ground, receiver
        finally:
            ground.cluster.stop()


def of_its_own() -> None:
    """No setting of whoever runs this; a key ring for all nodes."""
    for name in [name for name in os.environ if name.startswith("TOCSIN_") and name != "TOCSIN_PG_BIN"]:
        del os.environ[name]
    os.environ["TOCSIN_CONFIG"] = os.devnull
    ring = [{"id": "chaos", "key": base64.b64encode(os.urandom(32)).decode()}]
    os.environ["TOCSIN_KEYRING"] = json.dumps(ring)


def show(result: Result) -> None:
    """The result as a table."""
    rows = {
        "acknowledged": f"{result.acknowledged:,} in {result.seconds:,.0f} s",
        "repeated by senders / given up": f"{result.repeated:,} / {result.gave_up}",
        "fires": str(result.fires),
        **{name: str(count) for name, count in sorted(result.faults_made.items())},
        "settled": f"after {result.settled_after_s:.0f} s" if result.settled else "NOT",
    }
    for name, value in result.verdict.items():
        rows[name] = str(len(value) if isinstance(value, list) else value)
    print()
    for name, text in rows.items():
        print(f"{name:<45} {text:>20}")
    print("missed:", "; ".join(result.missed) or "nothing")


def caught(bugs: list[Bug], seed: int) -> dict[str, dict[str, int]]:
    """What a run of each bug found, told as it comes."""
    faults = {}
    with ground_and_receiver(fires=6) as (ground, receiver):
        for bug in bugs:
            faults[bug.name] = found(*chaos.play(ground, receiver, bug.plan(seed)))
            verdict = "caught" if bug.fault in faults[bug.name] else "NOT CAUGHT"
            print(f"{bug.title:<28} {bug.name:<22} {verdict:<12} {faults[bug.name]}", flush=True)
    return faults


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1200, help="how long the storm is meant to last")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--acknowledged", type=int, default=20_000)
    parser.add_argument("--node-kills", type=int, default=100)
    parser.add_argument("--database-kills", type=int, default=20)
    parser.add_argument("--bug", choices=[bug.name for bug in BUGS])
    parser.add_argument("--bugs", action="store_true", help="each planted bug, one after the other")
    parser.add_argument("--json", action="store_true")
    wish = parser.parse_args()
    of_its_own()
    if wish.bug or wish.bugs:
        bugs = [bug for bug in BUGS if wish.bugs or bug.name == wish.bug]
        faults = caught(bugs, wish.seed)
        print(json.dumps(faults) if wish.json else "")
        raise SystemExit(any(bug.fault not in faults[bug.name] for bug in bugs))
    goal = Goal(
        seed=wish.seed,
        seconds=wish.seconds,
        acknowledged=wish.acknowledged,
        node_kills=wish.node_kills,
        database_kills=wish.database_kills,
    )
    with ground_and_receiver(FIRES) as (ground, receiver):
        result = play(ground, receiver, goal)
    print(json.dumps(asdict(result), indent=1)) if wish.json else show(result)
    raise SystemExit(bool(result.missed))


if __name__ == "__main__":
    main()
