"""Senders that post a storm over HTTP and repeat each alert until some node has acknowledged it."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.stories.fleet import CALLERS, caller

SENDERS = 6
TIMEOUT_S = 3.0
PATIENCE_S = 60.0
"""How long a sender tries to get rid of one alert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One delivery. `number` is unique, and is stored with it: what is acknowledged can be found again."""

    number: int
    at_s: float
    alias: str
    service: str
    priority: str
    peer: str = ""

    def body(self) -> dict[str, Any]:
        details = {"alertname": "Errors", "service": self.service} | ({"peer": self.peer} if self.peer else {})
        return {
            "message": f"{self.service}: errors",
            "alias": self.alias,
            "priority": self.priority,
            "source": f"story-{self.number}",
            "details": details,
        }


def storm(seed: int, *, fires: int, alerts: int, over_s: float) -> list[Alert]:
    """`fires` failures that begin one after the other in the first half; everybody repeats itself until the end."""
    dice = random.Random(seed)
    begins = [over_s / 2 * number / fires for number in range(fires)]
    first = [_first(number, begin) for number, begin in enumerate(begins)]
    rest = []
    for _ in range(alerts - fires):
        fire = dice.randrange(fires)
        service = caller(fire, dice.randrange(CALLERS))
        rest.append((dice.uniform(begins[fire] + 0.2, over_s), service, service, "P2", f"db-{fire}"))
    told = sorted([*first, *rest])
    return [
        Alert(number=number, at_s=at, alias=alias, service=service, priority=priority, peer=peer)
        for number, (at, alias, service, priority, peer) in enumerate(told)
    ]


def _first(number: int, begin: float) -> tuple[float, str, str, str, str]:
    return begin, f"db-{number}", f"db-{number}", "P1", ""


@dataclass
class Senders:
    """Threads that share a storm. `acknowledged` holds the numbers of what was answered by 202, `answered_at` when, by
    the monotonic clock; `spooled` is how many of them a node took to its disk."""

    urls: Sequence[str]
    token: str
    acknowledged: list[int] = field(default_factory=list)
    answered_at: list[float] = field(default_factory=list)
    spooled: int = 0
    repeated: int = 0
    gave_up: list[int] = field(default_factory=list)

    def send(self, alerts: Iterable[Alert]) -> None:
        """Post everything at its time, or later; returns when all is acknowledged."""
        began = time.monotonic()
        shared, lock = iter(alerts), threading.Lock()
        threads = [
            threading.Thread(target=self._post_all, args=(_locked(shared, lock), began, number))
            for number in range(SENDERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _post_all(self, alerts: Iterator[Alert], began: float, first: int) -> None:
        targets = itertools.islice(itertools.cycle(self.urls), first, None)
        with httpx.Client(timeout=TIMEOUT_S) as client:
            for alert in alerts:
                time.sleep(max(0.0, began + alert.at_s - time.monotonic()))
                self._post(client, alert, targets)

    def _post(self, client: httpx.Client, alert: Alert, targets: Iterator[str]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        headers = {"Authorization": f"GenieKey {self.token}", "Idempotency-Key": f"story-{alert.number}"}
        while time.monotonic() < deadline:
            try:
                answer = client.post(f"{next(targets)}/v2/alerts", headers=headers, json=alert.body())
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code == 202:
                self.acknowledged.append(alert.number)
                self.answered_at.append(time.monotonic())
                self.spooled += answer.headers["tocsin-durability"] == "spool"
                return
            self.repeated += 1
            time.sleep(0.05)
        self.gave_up.append(alert.number)


def _locked(alerts: Iterator[Alert], lock: threading.Lock) -> Iterator[Alert]:
    while True:
        with lock:
            alert = next(alerts, None)
        if alert is None:
            return
        yield alert
