"""Requests to a running node, each of them judged: its status, its words, its time, and what was stored of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
import psutil

from tests.gateways.addresses import Address, Keys, addresses, flaw
from tests.gateways.decoders import judged, request_of
from tests.gateways.nasty import Nasty, corpus
from tocsin.core.ids import uuid7

SLOW_S = 1.0
AGAIN = 3
"""How often what was slow is tried again: where other work waits for the processors, the fastest is the node's."""

EVERY = 10
"""Addresses behind Django share a decoder or two: each gets one body of so many, another stretch of the corpus each."""

SENDERS = 6
MIB = 1024 * 1024


@dataclass(slots=True)
class Verdict:
    """`flaws` by what is wrong, `slowest` the slowest answer in seconds, of those tried again the fastest."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    flaws: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0

    def take(self, wire: str, what: str, answer: httpx.Response, spent_s: float) -> None:
        self.requests += 1
        self.statuses[answer.status_code // 100 * 100] += 1
        self.slowest_s = max(self.slowest_s, spent_s)
        wrong = flaw(wire, answer) or (f"took {spent_s:.1f} s" if spent_s > SLOW_S else "")
        if wrong:
            self.flaws[f"{what}: {wrong}"] += 1


def timed(client: httpx.Client, request: httpx.Request) -> tuple[httpx.Response, float]:
    """The answer and how long it took; what was slow is asked again."""
    began = time.perf_counter()
    answer = client.send(request)
    spent_s = time.perf_counter() - began
    for _ in range(AGAIN):
        if spent_s <= SLOW_S or "idempotency-key" not in request.headers:
            break
        began = time.perf_counter()
        client.send(request)
        spent_s = min(spent_s, time.perf_counter() - began)
    return answer, spent_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    verdict: Verdict
    promised: int
    """Events that accepted bodies stand for, by their decoders."""


def post_corpus(url: str, keys: Keys, every: int = 1) -> Posted:
    """Every body to every address whose decoder stores it, a tenth of them to each of the others.

    `every`: only each so-manieth body.
    """
    verdict, promised = Verdict(), 0
    nasties = corpus()[::every]
    work = [
        (address, nasty)
        for number, address in enumerate(addresses())
        for nasty in (nasties if address.decoder else nasties[number % EVERY :: EVERY])
    ]

    def post(one: tuple[Address, Nasty]) -> tuple[httpx.Response, float, int]:
        address, nasty = one
        body = nasty.body.replace(b'"routing_key": "key"', b'"routing_key": "%s"' % keys.sender.encode())
        headers = {**nasty.headers, **address.headers(keys), "Idempotency-Key": str(uuid7())}
        request = client.build_request(address.method, address.path, content=body, headers=headers)
        answer, spent_s = timed(client, request)
        return answer, spent_s, _events(address, body, nasty.headers, answer)

    with httpx.Client(base_url=url, timeout=60) as client, ThreadPoolExecutor(SENDERS) as pool:
        for (address, nasty), (answer, spent_s, events) in zip(work, pool.map(post, work), strict=True):
            verdict.take(address.wire, f"{address.name} {nasty.name}", answer, spent_s)
            promised += events
    return Posted(verdict=verdict, promised=promised)


def _events(address: Address, body: bytes, headers: Mapping[str, str], answer: httpx.Response) -> int:
    """Of an accepted body those its decoder finds; Alertmanager's answers 400 beside what it took."""
    if not address.decoder or (answer.status_code >= 400 and address.wire != "alertmanager"):
        return 0
    return len(judged(address.decoder, request_of(body, headers), 10.0).events)


def front_of(port: int) -> psutil.Process:
    """The process that listens there."""
    for process in psutil.Process().children(recursive=True):
        if any(each.laddr.port == port and each.status == "LISTEN" for each in process.net_connections()):
            return process
    raise SystemExit("No process of this node listens on its port.")


def engine_of() -> psutil.Process:
    """The one beside it that digests."""
    beside = psutil.Process().children(recursive=True)
    return next(each for each in beside if "engine" in " ".join(each.cmdline()))


def taken_mib(process: psutil.Process) -> float:
    """Its own memory."""
    return float(process.memory_info().rss) / MIB
