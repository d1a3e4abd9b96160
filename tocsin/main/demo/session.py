"""One demonstration against one node: sending deliveries to it, and waiting until they have had their effect."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import uvloop
from rich.console import Console

from tocsin.main.demo import figures
from tocsin.main.demo.delivery import Delivery
from tocsin.main.demo.replay import Progress, Tally, Target, replay
from tocsin.main.demo.wire import Address, lanes
from tocsin.main.progress import measured

CONNECTIONS = 128
DIGEST_WITHIN_S = 120.0
UNCHANGED_S = 2.0
"""Nothing has changed for this long: nothing more is to come."""

_LOOK_EVERY_S = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Where to send, as whom, and when event time 0 was."""

    url: str
    secrets: Mapping[str, str]
    epoch: datetime
    console: Console

    def send(self, deliveries: Sequence[Delivery], progress: Progress, *, speed: float = math.inf) -> Tally:
        """Post deliveries at a speed in event seconds a second, without one as fast as they are answered."""
        address = Address(secrets=self.secrets, epoch=self.epoch)
        prepared = lanes(deliveries, address, CONNECTIONS)
        return uvloop.run(replay(prepared, Target(url=self.url, speed=speed), progress))

    def wait_digested(self, accepted: int) -> float:
        """Wait until every stored delivery is digested; returns the seconds that took."""
        began, done = time.monotonic(), 0
        with measured(self.console, "Digested", accepted) as progress:
            while (waiting := figures.waiting()) and time.monotonic() - began < DIGEST_WITHIN_S:
                progress.advance(max(0, accepted - waiting - done))
                done = max(done, accepted - waiting)
                time.sleep(_LOOK_EVERY_S)
            progress.advance(accepted - done)
        return time.monotonic() - began

    def wait_settled(self, enough: Callable[[figures.Standing], bool], *, within_s: float) -> None:
        """Wait until it is enough, nothing is on its way and nothing has changed for a while, or the time is over."""
        deadline = time.monotonic() + within_s
        seen, since = figures.standing(), time.monotonic()
        with self.console.status("Waiting until the cause holds and the page is sent ..."):
            while time.monotonic() < deadline:
                now = figures.standing()
                if now != seen:
                    seen, since = now, time.monotonic()
                if enough(now) and not now.busy and time.monotonic() - since >= UNCHANGED_S:
                    return
                time.sleep(_LOOK_EVERY_S)


def combined(tallies: Sequence[Tally]) -> Tally:
    """Add up what was sent in several goes; the wall time is that of sending, without the pauses between."""
    whole = Tally(
        sent=sum(one.sent for one in tallies),
        accepted=sum(one.accepted for one in tallies),
        requests=sum(one.requests for one in tallies),
        retries=sum(one.retries for one in tallies),
        first_refusal=next((one.first_refusal for one in tallies if one.first_refusal), None),
        last_answer_at=sum(one.wall_s for one in tallies),
    )
    for one in tallies:
        whole.refused.update(one.refused)
    return whole
