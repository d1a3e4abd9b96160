"""A long run: six senders post until enough was acknowledged and enough was killed; then everything is judged."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any

import httpx
import psycopg

from bench.chaos.faults import NODE, POSTGRES, Faults
from tests.channels.servers import Receiver
from tests.nodes import Node, wait_until
from tests.stories.fleet import CALLERS, NAMES, Fleet, Ground, caller, environment_of
from tests.stories.proxy import Proxy, to_port, to_socket
from tests.stories.senders import Alert, Senders
from tests.stories.verdict import Verdict, is_quiet, judge

FIRES = 120
BURNING = 12
"""Fires that are told of at a time: the latest."""

ROLES = ("intake", "engine")
"""What loses and pages; the screens would only slow the starts down."""

SETTLE_S = 900.0
QUIET_S = 5.0
EXTRA_CALLS_MOST = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """How much is to happen, at least; `seconds` is how long the storm is meant to last."""

    seed: int
    seconds: float
    acknowledged: int
    node_kills: int
    database_kills: int
    nodes: int = 2
    fires: int = FIRES


class Storm:
    """Alerts without an end until `over` is set, evenly in time; `lit` is how many fires have begun."""

    def __init__(self, goal: Goal) -> None:
        self.over = threading.Event()
        self.lit = 0
        self._dice = random.Random(goal.seed)
        self._fires = goal.fires
        self._gap_s = goal.seconds / (goal.acknowledged * 1.05)
        self._fire_gap_s = goal.seconds / goal.fires

    def __iter__(self) -> Iterator[Alert]:
        number = 0
        while not self.over.is_set():
            at = number * self._gap_s
            if self.lit < self._fires and at >= self.lit * self._fire_gap_s:
                key, self.lit = f"db-{self.lit}", self.lit + 1
                yield Alert(number=number, at_s=at, alias=key, service=key, priority="P1")
            else:
                fire = self._dice.randrange(max(0, self.lit - BURNING), self.lit)
                service = caller(fire, self._dice.randrange(CALLERS))
                yield Alert(number=number, at_s=at, alias=service, service=service, priority="P2", peer=f"db-{fire}")
            number += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run came to. `missed` names what was promised and not reached; empty is what everybody wants."""

    seconds: float
    acknowledged: int
    repeated: int
    gave_up: int
    fires: int
    faults_made: dict[str, int]
    settled: bool
    settled_after_s: float
    verdict: dict[str, Any]
    missed: list[str]


@contextmanager
def fleet_behind_proxies(ground: Ground, name: str, count: int) -> Iterator[tuple[Fleet, list[Proxy], list[Proxy]]]:
    """Nodes that reach the database, and are reached, through proxies: first the senders' side, then the database's."""
    folder = ground.folder / name
    dsn = ground.database(name)
    server = ground.running.socket_folder / ".s.PGSQL.5432"
    with ExitStack() as stack:
        database_side = [stack.enter_context(Proxy(connect=to_socket(server)).listening()) for _ in range(count)]
        nodes = [
            Node(
                folder / f"node-{number}",
                f"postgresql://{NAMES.app}@127.0.0.1:{proxy.port}/{name}?sslmode=disable&gssencmode=disable",
                roles=ROLES,
                environment=environment_of(folder, ground.webhook),
            )
            for number, proxy in enumerate(database_side)
        ]
        senders_side = [stack.enter_context(Proxy(connect=to_port(node.port)).listening()) for node in nodes]
        fleet = Fleet(ground=ground, nodes=nodes, dsn=dsn, folder=folder)
        try:
            for node in nodes:
                node.start()
            for node in nodes:
                wait_until(node.is_ready, 120)
            yield fleet, senders_side, database_side
        finally:
            for node in nodes:
                node.kill()


def play(ground: Ground, receiver: Receiver, goal: Goal) -> Result:
    """Do it all."""
    with fleet_behind_proxies(ground, f"chaos_{goal.seed}", goal.nodes) as (fleet, senders_side, database_side):
        faults = Faults(
            fleet=fleet, dice=random.Random(goal.seed), senders_side=senders_side, database_side=database_side
        )
        senders = Senders([f"http://127.0.0.1:{proxy.port}" for proxy in senders_side], ground.token)
        storm = Storm(goal)
        began = time.monotonic()
        sending = threading.Thread(target=senders.send, args=(storm,))
        sending.start()
        try:
            while not _enough(goal, senders, faults.done, time.monotonic() - began):
                faults.one()
        finally:
            storm.over.set()
            sending.join()
        stormed = time.monotonic()
        settled = settle(fleet)
        verdict = judge(fleet, senders.acknowledged, receiver, fires=storm.lit)
        return Result(
            seconds=round(stormed - began, 1),
            acknowledged=len(senders.acknowledged),
            repeated=senders.repeated,
            gave_up=len(senders.gave_up),
            fires=storm.lit,
            faults_made=dict(faults.done),
            settled=settled,
            settled_after_s=round(time.monotonic() - stormed, 1),
            verdict=asdict(verdict),
            missed=missed(verdict, settled=settled),
        )


def _enough(goal: Goal, senders: Senders, done: Counter[str], lasted_s: float) -> bool:
    told = f"{lasted_s:5.0f} s: {len(senders.acknowledged)} acknowledged, {done[NODE]} + {done[POSTGRES]} kills"
    print(told, end="\r", flush=True)
    return (
        len(senders.acknowledged) >= goal.acknowledged
        and done[NODE] >= goal.node_kills
        and done[POSTGRES] >= goal.database_kills
    )


def settle(fleet: Fleet) -> bool:
    """Wait until nothing is left to do; whether that came."""
    with suppress(AssertionError):
        wait_until(lambda: _is_quiet_for(fleet, QUIET_S), SETTLE_S)
        return True
    return False


def _is_quiet_for(fleet: Fleet, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        fleet.revive()
        try:
            if fleet.spooled() or not is_quiet(fleet):
                return False
        except (psycopg.OperationalError, httpx.TransportError):
            return False
        time.sleep(0.2)
    return True


def missed(verdict: Verdict, *, settled: bool) -> list[str]:
    """What was promised and not kept."""
    found = [f"{count} {fault}" for fault, count in verdict.faults().items()]
    if verdict.extra_calls > EXTRA_CALLS_MOST * verdict.calls:
        found.append(f"{verdict.extra_calls} extra_calls of {verdict.calls}")
    return found if settled else [*found, f"not settled within {SETTLE_S:g} s"]
