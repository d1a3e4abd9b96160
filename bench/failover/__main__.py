"""`python -m bench.failover [--kills N] [--patroni PROGRAM] [--json]`: the machine of the primary dies, several times.

Two nodes on three PostgreSQL servers under Patroni (synchronous, strict), while six senders post and a fire begins
every two seconds. Each kill (-9) takes Patroni and PostgreSQL of the primary; the member comes back once another has
taken over and pages go out again. Exit 1 when the intake paused longer than 2 s, or something acknowledged was lost,
stored twice, not paged or paged twice.

Debian: apt-get install postgresql etcd-server patroni. Another Patroni must be readable for the user `postgres`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg

from bench.chaos.__main__ import of_its_own
from bench.chaos.run import ROLES, Goal, Storm, missed, settle
from bench.failover.patroni import Patroni
from tests.channels.servers import Receiver
from tests.nodes import Node, wait_until
from tests.stories.fleet import NAMES, TOCSIN, Fleet, OwnDatabase, company, environment_of, run
from tests.stories.senders import Senders
from tests.stories.verdict import judge
from tocsin.core.postgres import roles

FIRES = 250
FIRE_GAP_S = 2.0
RATE = 25
"""Alerts a second."""

PAUSE_MOST_S = 2.0
STEADY_S = 8.0
"""Between two kills everything goes well for so long."""

PAGED_AGAIN_S = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """What one kill of the primary cost, in seconds: without writes, without an answer to senders, without a page."""

    without_writes_s: float
    intake_paused_s: float
    pages_paused_s: float


def prepare(patroni: Patroni, folder: Path, webhook: str) -> str:
    """Roles, tables and the company; returns the sender's key."""
    with closing(psycopg.connect(patroni.dsn("postgres", "postgres"), autocommit=True)) as admin:
        for role in (NAMES.owner, NAMES.app):
            admin.execute(f'create role "{role}" login'.encode())
        admin.execute(f'create database "{NAMES.database}" owner "{NAMES.owner}"'.encode())
    owner = patroni.dsn(NAMES.owner, NAMES.database)
    roles.grant(owner, NAMES)
    run([sys.executable, "-m", "tocsin.main.migrate"], owner)
    file = folder / "company.yaml"
    file.write_text(json.dumps(company(webhook, fires=FIRES)))
    applied = run([*TOCSIN, "apply", "--json", str(file)], patroni.dsn(NAMES.app, NAMES.database))
    return str(json.loads(applied)["secrets"]["sample"])


@contextmanager
def fleet_on(patroni: Patroni, folder: Path, receiver: Receiver) -> Iterator[Fleet]:
    """Two nodes, ready."""
    token = prepare(patroni, folder, receiver.url)
    dsn = patroni.dsn(NAMES.app, NAMES.database)
    environment = environment_of(folder, receiver.url)
    nodes = [Node(folder / f"node-{n}", dsn, roles=ROLES, environment=dict(environment)) for n in range(2)]
    try:
        for node in nodes:
            node.start()
        for node in nodes:
            wait_until(node.is_ready, 120)
        yield Fleet(ground=OwnDatabase(data=folder, token=token), nodes=nodes, dsn=dsn, folder=folder)
    finally:
        for node in nodes:
            node.kill()


def kill_primary(patroni: Patroni, senders: Senders, receiver: Receiver) -> Kill:
    """One kill, until pages go out again and the killed member is back."""
    time.sleep(STEADY_S)
    victim = patroni.primary()
    assert victim is not None
    killed_at = time.monotonic()
    victim.kill()
    without_writes_s = patroni.writable_s()
    told = len(receiver.requests)
    wait_until(lambda: len(receiver.requests) > told, PAGED_AGAIN_S)
    paged_at = time.monotonic()
    victim.start(patroni.bin_dir)
    wait_until(patroni.is_whole, 180)
    answers = sorted(at for at in list(senders.answered_at) if at > killed_at - 1)
    return Kill(
        without_writes_s=round(without_writes_s, 2),
        intake_paused_s=round(max(after - before for before, after in pairwise(answers)), 2),
        pages_paused_s=round(paged_at - killed_at, 2),
    )


def play(program: str, kills: int, folder: Path) -> dict[str, Any]:
    """The whole run; what came of it."""
    with (
        Patroni.running(folder / "patroni", program=program) as patroni,
        Receiver.listening() as receiver,
        fleet_on(patroni, folder, receiver) as fleet,
    ):
        seconds = FIRES * FIRE_GAP_S
        goal = Goal(
            seed=1, seconds=seconds, acknowledged=int(seconds * RATE), node_kills=0, database_kills=0, fires=FIRES
        )
        storm, senders = Storm(goal), Senders([node.url for node in fleet.nodes], fleet.ground.token)
        sending = threading.Thread(target=senders.send, args=(storm,))
        sending.start()
        done: list[Kill] = []
        try:
            for _ in range(kills):
                done.append(kill_primary(patroni, senders, receiver))
                print(done[-1], file=sys.stderr, flush=True)
        finally:
            storm.over.set()
            sending.join()
        settled = settle(fleet)
        verdict = judge(fleet, senders.acknowledged, receiver, fires=storm.lit)
    failed = missed(verdict, settled=settled)
    failed += [f"the intake paused {kill.intake_paused_s} s" for kill in done if kill.intake_paused_s > PAUSE_MOST_S]
    return {
        "kills": [asdict(kill) for kill in done],
        "acknowledged": len(senders.acknowledged),
        "spooled": senders.spooled,
        "repeated": senders.repeated,
        "gave_up": len(senders.gave_up),
        "fires": storm.lit,
        "verdict": asdict(verdict),
        "missed": failed,
    }


def main() -> None:
    """Run it once."""
    parser = argparse.ArgumentParser(prog="python -m bench.failover", description=__doc__)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--patroni", default=shutil.which("patroni") or "patroni", metavar="PROGRAM")
    parser.add_argument("--json", action="store_true")
    wish = parser.parse_args()
    of_its_own()
    with tempfile.TemporaryDirectory(prefix="failover-") as name:
        os.chmod(name, 0o755)  # noqa: S103 - the user `postgres` has a folder in it
        found = play(wish.patroni, wish.kills, Path(name))
    if wish.json:
        print(json.dumps(found, indent=1))
    else:
        for key, value in found.items():
            print(f"{key:<16} {value}")
    raise SystemExit(bool(found["missed"]))


if __name__ == "__main__":
    main()
