"""What goes wrong in a long run: one fault after the other, each where something is at work."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.nodes import Node
from tests.stories.fleet import LEASE_S, PLANTED, Fleet
from tests.stories.proxy import Proxy

AT_WORK_S = 120.0
"""How long to wait for a node that is at work; a busy machine starts them slowly."""

LONG_S = LEASE_S + 3.0
"""A pause or a stuck socket outlives the lease of what is held."""

LATENCY_S = 0.5
CLOCKS = (0, 0, 3600, -3600)
"""Offsets of a node's clock in seconds, drawn at each of its starts."""

NODE, POSTGRES = "kill -9 of a node", "kill -9 of PostgreSQL"


@dataclass(kw_only=True)
class Faults:
    """The faults of one run, drawn by `dice`; `done` counts them. Each node has a proxy on either side."""

    fleet: Fleet
    dice: random.Random
    senders_side: list[Proxy]
    database_side: list[Proxy]
    done: Counter[str] = field(default_factory=Counter)

    def one(self) -> None:
        """Wait until some node is at work, let one thing go wrong with it, and mend it."""
        number = self._at_work()
        time.sleep(self.dice.uniform(0.2, 1.5))
        name = self.dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        MAKE[name](self, number)
        self.done[name] += 1
        self.fleet.revive()

    def _at_work(self) -> int:
        """A node that is at work, any; when there is none for long, one that is not will do."""
        until = time.monotonic() + AT_WORK_S
        numbers = list(range(len(self.fleet.nodes)))
        self.dice.shuffle(numbers)
        while time.monotonic() < until:
            self.fleet.revive()
            for number in numbers:
                if self.fleet.is_at_work(number):
                    return number
            time.sleep(0.1)
        return numbers[0]

    def kill_node(self, number: int) -> None:
        """It starts again with another clock."""
        clock = self.dice.choice(CLOCKS)
        set_clock(self.fleet.nodes[number], clock)
        self.done["start of a node with its clock an hour off"] += bool(clock)
        self.fleet.kill_node(number)

    def kill_database(self, _number: int) -> None:
        self.fleet.kill_database()

    def pause_node(self, number: int) -> None:
        process = self.fleet.nodes[number].process
        assert process is not None
        os.killpg(process.pid, signal.SIGSTOP)
        time.sleep(LONG_S)
        os.killpg(process.pid, signal.SIGCONT)

    def stall_database(self, number: int) -> None:
        _stall(self.database_side[number])

    def reset_database(self, number: int) -> None:
        self.database_side[number].reset()

    def slow_database(self, number: int) -> None:
        _slow(self.database_side[number])

    def stall_senders(self, number: int) -> None:
        _stall(self.senders_side[number])

    def reset_senders(self, number: int) -> None:
        self.senders_side[number].reset()

    def slow_senders(self, number: int) -> None:
        _slow(self.senders_side[number])


def set_clock(node: Node, offset_s: int) -> None:
    """By how much the node's own clock is wrong from its next start on."""
    node.environment |= {"PLANTED_CLOCK_S": str(offset_s), "PYTHONPATH": str(PLANTED)}


def _stall(proxy: Proxy) -> None:
    proxy.stalled = True
    time.sleep(LONG_S)
    proxy.heal()


def _slow(proxy: Proxy) -> None:
    proxy.latency_s = LATENCY_S
    time.sleep(LONG_S)
    proxy.heal()


MAKE: dict[str, Callable[[Faults, int], None]] = {
    NODE: Faults.kill_node,
    POSTGRES: Faults.kill_database,
    "node paused for longer than its lease": Faults.pause_node,
    "database's sockets stuck": Faults.stall_database,
    "database's sockets reset": Faults.reset_database,
    "database 500 ms away": Faults.slow_database,
    "senders' sockets stuck": Faults.stall_senders,
    "senders' sockets reset": Faults.reset_senders,
    "senders 500 ms away": Faults.slow_senders,
}
WEIGHTS = dict.fromkeys(MAKE, 4) | {NODE: 100, POSTGRES: 22}
