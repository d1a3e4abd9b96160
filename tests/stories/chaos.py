"""One run of the crash story: a storm is sent while nodes and the database are killed; then everything is judged."""

from __future__ import annotations

import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg

from tests.channels.servers import Receiver
from tests.nodes import wait_until
from tests.stories.fleet import Fleet, Ground
from tests.stories.senders import Alert, Senders, storm
from tests.stories.verdict import Verdict, is_quiet, judge

AMBUSH_S = 40.0
"""How long to lie in wait for a marked moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run does; the same seed gives the same storm and the same kills at the same moments.

    `drain_s` is how long after the last kill everything may take that the storm asked for (24 s on a machine that had
    ten times as much to do: it is slow then, not stuck); nothing waits for `quiet_s` before that counts as the end,
    because one piece of work leads to another. With a planted `bug`, nodes are killed `ambushes` times, in moments that
    the bug has marked, instead of by the clock; the database still is, before that.
    """

    seed: int
    fires: int
    alerts: int
    over_s: float
    kill_every_s: float = 3.0
    database_kills: int = 0
    ambushes: int = 0
    drain_s: float = 90.0
    quiet_s: float = 1.0
    nodes: int = 2
    bug: str = ""

    def storm(self) -> list[Alert]:
        """What is sent."""
        return storm(self.seed, fires=self.fires, alerts=self.alerts, over_s=self.over_s)

    def kills(self) -> list[tuple[float, int]]:
        """Moments in seconds with the number of the node to kill; -1 is the database."""
        dice = random.Random(self.seed)
        count = self.database_kills if self.bug else int(self.over_s / self.kill_every_s)
        moments = [(number + dice.uniform(0.2, 0.8)) * self.kill_every_s for number in range(count)]
        targets = [dice.randrange(self.nodes) for _ in range(count - self.database_kills)] + [-1] * self.database_kills
        dice.shuffle(targets)
        return list(zip(moments, targets, strict=True))


@dataclass(kw_only=True)
class Run:
    """What happened, for the verdict and for whoever reads a failure. `settled`: nothing waits to be done any more."""

    plan: Plan
    fleet: Fleet
    receiver: Receiver
    senders: Senders
    settled: bool = False

    def play(self) -> Verdict:
        """Storm and kills at once; then wait until nothing is left to do."""
        sending = threading.Thread(target=self.senders.send, args=(self.plan.storm(),))
        sending.start()
        self._disturb()
        self._ambush()
        sending.join()
        assert self.senders.gave_up == []
        with suppress(AssertionError):  # what is missing by then is for the verdict to say
            wait_until(self._has_settled, self.plan.drain_s)
            self.settled = True
        return judge(self.fleet, self.senders.acknowledged, self.receiver, fires=self.plan.fires)

    def _disturb(self) -> None:
        began = time.monotonic()
        for moment, target in self.plan.kills():
            time.sleep(max(0.0, began + moment - time.monotonic()))
            if target < 0:
                self.fleet.kill_database()
            else:
                self.fleet.kill_node(self._at_work(target))
            self.fleet.revive()

    def _ambush(self) -> None:
        """Kill nodes in the moments that a planted bug marks; that a moment comes is part of the story."""
        for _ in range(self.plan.ambushes):
            wait_until(lambda: bool(self._in_a_moment()), AMBUSH_S)
            number = self._in_a_moment()[0]
            self.fleet.kill_node(number)
            self._moment(number).unlink()

    def _in_a_moment(self) -> list[int]:
        return [number for number in range(self.plan.nodes) if self._moment(number).exists()]

    def _moment(self, number: int) -> Path:
        return self.fleet.nodes[number].data_dir / "moment"

    def _at_work(self, wanted: int) -> int:
        """The wanted node, or the next that is at work: killing one that only just starts shows little."""
        numbers = [(wanted + step) % self.plan.nodes for step in range(self.plan.nodes)]
        return next((number for number in numbers if self.fleet.is_at_work(number)), wanted)

    def _has_settled(self) -> bool:
        self.fleet.revive()
        return self._is_quiet() and self._stays_quiet()

    def _stays_quiet(self) -> bool:
        until = time.monotonic() + self.plan.quiet_s
        while time.monotonic() < until:
            if not self._is_quiet():
                return False
            time.sleep(0.1)
        return True

    def _is_quiet(self) -> bool:
        try:
            return self.fleet.spooled() == 0 and is_quiet(self.fleet)
        except (psycopg.OperationalError, httpx.TransportError):
            return False

    def extra_calls_most(self) -> int:
        """Only a call between whose making and whose record something was killed may be made again."""
        return self.fleet.in_flight


def play(ground: Ground, receiver: Receiver, plan: Plan) -> tuple[Run, Verdict]:
    """Run a plan on a fleet of its own."""
    name = f"story_{plan.bug or 'right'}_{plan.seed}"
    receiver.requests.clear()
    with Fleet.running(ground, name, *[()] * plan.nodes, bug=plan.bug) as fleet:
        senders = Senders([node.url for node in fleet.nodes], ground.token)
        run = Run(plan=plan, fleet=fleet, receiver=receiver, senders=senders)
        return run, run.play()
