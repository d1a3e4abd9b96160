"""Posting a scenario over HTTP/1.1 at a chosen speed, and counting what was accepted.

One connection a lane, kept alive, one request at a time on it; what the server cannot take now (503, 429, a lost
connection) is sent again until it is taken, as real senders do. A lane that falls behind its timetable sends as fast as
it is answered.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

import httptools

from tocsin.core.errors import TocsinError
from tocsin.main.demo.wire import Outgoing

_RETRIED = frozenset({429, 502, 503, 504})
_FIRST_PAUSE_S, _MOST_PAUSE_S = 0.05, 2.0
_ANSWER_WITHIN_S = 30.0
_CHUNK = 65_536


class Progress(Protocol):
    """Something that is told how many more deliveries are through."""

    def advance(self, count: int) -> None:
        """Count some more."""


class ReplayError(TocsinError):
    """The server could not be reached, or not be made to take a request, for too long."""

    code = "replay_failed"
    status = 502


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to post, how fast in event seconds a second (infinite for as fast as answered), how patiently."""

    url: str
    speed: float = math.inf
    give_up_after_s: float = 120.0


@dataclass(slots=True, kw_only=True)
class Tally:
    """What has been sent so far. Counts are deliveries, but ``requests`` and ``retries``."""

    sent: int = 0
    accepted: int = 0
    requests: int = 0
    retries: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    first_refusal: str | None = None
    started_at: float = 0.0
    last_answer_at: float = 0.0

    @property
    def wall_s(self) -> float:
        """Give the seconds from the start to the last answer."""
        return self.last_answer_at - self.started_at


async def replay(lanes: Sequence[Sequence[Outgoing]], target: Target, progress: Progress) -> Tally:
    """Post all lanes side by side.

    Raises :class:`ReplayError` when one request is not taken within the target's patience.
    """
    tally = Tally(started_at=time.perf_counter())
    tally.last_answer_at = tally.started_at
    try:
        async with asyncio.TaskGroup() as group:
            for lane in lanes:
                group.create_task(_run(lane, target, tally, progress))
    except* ReplayError as failures:
        raise failures.exceptions[0] from None
    return tally


async def _run(lane: Sequence[Outgoing], target: Target, tally: Tally, progress: Progress) -> None:
    connection = _Connection(target.url)
    try:
        for outgoing in lane:
            due = tally.started_at + outgoing.due_s / target.speed
            if (ahead_s := due - time.perf_counter()) > 0:
                await asyncio.sleep(ahead_s)
            tally.sent += outgoing.deliveries
            answer = await _taken(connection, outgoing, target, tally)
            _count(tally, outgoing, answer)
            progress.advance(outgoing.deliveries)
    finally:
        connection.close()


def _count(tally: Tally, outgoing: Outgoing, answer: _Answer) -> None:
    tally.requests += 1
    tally.last_answer_at = time.perf_counter()
    if 200 <= answer.status < 300:
        tally.accepted += outgoing.deliveries
        return
    tally.refused[answer.status] += outgoing.deliveries
    if tally.first_refusal is None:
        body = answer.body[:300].decode(errors="replace")
        tally.first_refusal = f"{answer.status} from {outgoing.path}: {body}"


async def _taken(connection: _Connection, outgoing: Outgoing, target: Target, tally: Tally) -> _Answer:
    """Send until the server gives an answer that is final."""
    pause_s, give_up_at = _FIRST_PAUSE_S, time.perf_counter() + target.give_up_after_s
    while True:
        problem = ""
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                answer = await connection.post(outgoing)
            if answer.status not in _RETRIED:
                return answer
            problem = f"the server answers {answer.status}"
            pause_s = max(pause_s, answer.retry_after_s)
        except (OSError, EOFError, TimeoutError, httptools.HttpParserError) as error:
            connection.close()
            problem = f"no answer ({type(error).__name__}: {error})"
        if time.perf_counter() + pause_s > give_up_at:
            raise ReplayError(f"{problem} at {target.url}{outgoing.path}; see the server's log, then run again")
        tally.retries += 1
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, _MOST_PAUSE_S)


class _Answer:
    """One response, filled in by the parser."""

    def __init__(self) -> None:
        self.status = 0
        self.body = b""
        self.retry_after_s = 0.0
        self.complete = False
        self.keep_alive = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after" and value.isdigit():
            self.retry_after_s = min(float(value), _MOST_PAUSE_S)

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True


class _Connection:
    """One kept-alive connection, opened when first needed and again after it was lost."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, outgoing: Outgoing) -> _Answer:
        """Send one request and read its answer; errors of the network pass through."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        writer.write(self._head(outgoing) + outgoing.body)
        answer = _Answer()
        parser = httptools.HttpResponseParser(answer)
        while not answer.complete:
            data = await reader.read(_CHUNK)
            if not data:
                raise EOFError("the server closed the connection")
            parser.feed_data(data)
        answer.status = parser.get_status_code()
        if not parser.should_keep_alive():
            self.close()
        return answer

    def _head(self, outgoing: Outgoing) -> bytes:
        authorization = f"Authorization: {outgoing.authorization}\r\n" if outgoing.authorization else ""
        return (
            f"POST {outgoing.path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n{authorization}"
            f"Tocsin-Sent-At: {outgoing.sent_at}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(outgoing.body)}\r\n\r\n"
        ).encode()

    def close(self) -> None:
        """Let go of the connection; the next request opens another."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
