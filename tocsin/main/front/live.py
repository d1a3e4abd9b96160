"""Live streams: Server-Sent Events that carry topic and version, nothing else.

One LISTEN connection a process wakes the hub; what changed is read from rows, so a lost NOTIFY costs at most one poll.
While the database is away streams stay open and say so ("catching-up"), and say "live" when they are right again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import msgspec
import psycopg

from tocsin.core import metrics
from tocsin.main.front.types import Receive, Scope, Send, answer_json, header

CHANNEL = "tocsin_live"
POLL_S = 1.0
MIN_GAP_S = 0.5
"""At most two messages a second and topic reach one stream, however fast things change."""
PING_S = 15.0
MAX_TOPICS = 32
MAX_DIGITS = 20
"""Of a version; Python refuses to read numbers of thousands of digits."""

MOST_TOLD = 20_000
"""Topics whose last version is remembered, so that a tab that comes back is told what it missed."""

OVERLAP = 1_000
"""Rows read again at each look, because ids may commit out of order; versions already told are skipped."""

_SINCE = "SELECT topic, max(id) FROM core_livechange WHERE id > %s GROUP BY topic"
_LATEST = "SELECT coalesce(max(id), 0) FROM core_livechange"


@dataclass(eq=False)
class Stream:
    """One open tab: what it wants, and what it has not been told yet."""

    topics: frozenset[str]
    news: dict[str, int] = field(default_factory=dict)
    state: str = "live"
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, changes: dict[str, int]) -> None:
        for topic in self.topics & changes.keys():
            self.news[topic] = changes[topic]
            self.wake.set()


class Hub:
    """Follows the table of changes and fans them out to the streams of this process."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._streams: set[Stream] = set()
        self._told: dict[str, int] = {}
        self._last = 0
        self._task: asyncio.Task[None] | None = None
        self.state = "catching-up"

    def start(self) -> None:
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """End the follower and every stream, so that a shutdown does not wait for open tabs."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._set_state("closing")

    @contextlib.contextmanager
    def subscribed(self, topics: frozenset[str], last_id: int | None) -> Iterator[Stream]:
        """A stream in the fan-out; one that comes back is told what it missed."""
        stream = Stream(topics, state=self.state)
        if last_id is not None:
            stream.tell({topic: version for topic, version in self._told.items() if version > last_id})
        self._streams.add(stream)
        metrics.LIVE_STREAMS.inc()
        try:
            yield stream
        finally:
            self._streams.discard(stream)
            metrics.LIVE_STREAMS.dec()

    def _set_state(self, state: str) -> None:
        self.state = state
        for stream in self._streams:
            stream.state = state
            stream.wake.set()

    async def _follow(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._dsn, autocommit=True, connect_timeout=2) as link:
                    await link.execute(f"LISTEN {CHANNEL}")
                    await self._catch_up(link)
                    self._set_state("live")
                    await self._listen(link)
            except psycopg.Error:
                self._set_state("catching-up")
                await asyncio.sleep(0.5)

    async def _listen(self, link: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        while True:
            async for _ in link.notifies(timeout=POLL_S, stop_after=1):
                pass
            await self._read(link)

    async def _catch_up(self, link: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        """LISTEN first, then read: what changed while nobody listened is told too."""
        if self._last == 0:
            row = await (await link.execute(_LATEST)).fetchone()
            self._last = int(str(row[0])) if row else 0
        await self._read(link)

    async def _read(self, link: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        cursor = await link.execute(_SINCE, [max(0, self._last - OVERLAP)])
        rows = {str(topic): int(str(version)) for topic, version in await cursor.fetchall()}
        news = {topic: version for topic, version in rows.items() if version > self._told.get(topic, 0)}
        if not news:
            return
        self._told |= news
        if len(self._told) > MOST_TOLD:  # the oldest are of passing records; telling one twice does no harm
            newest = sorted(self._told.items(), key=lambda each: each[1])[-MOST_TOLD // 2 :]
            self._told = dict(newest)
        self._last = max(self._last, *news.values())
        for stream in self._streams:
            stream.tell(news)


async def serve_stream(hub: Hub, scope: Scope, receive: Receive, send: Send) -> None:
    """`GET /live/stream?topics=a,b`: runs until the tab closes or the node stops."""
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("topics", [""])[0]
    topics = frozenset(filter(None, asked.split(",")))
    if not topics or len(topics) > MAX_TOPICS:
        message = f"Name 1 to {MAX_TOPICS} topics, as in ?topics=alerts,incidents."
        await answer_json(send, 400, {"code": "invalid_input", "message": message})
        return
    last = header(scope, b"last-event-id").decode("latin-1")
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    with hub.subscribed(topics, int(last) if last.isdecimal() and len(last) < MAX_DIGITS else None) as stream:
        gone = asyncio.create_task(_until_disconnected(receive))
        try:
            async for chunk in _messages(stream, gone):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        finally:
            gone.cancel()
    await send({"type": "http.response.body", "body": b""})


async def _messages(stream: Stream, gone: asyncio.Task[None]) -> AsyncIterator[bytes]:
    yield _state(stream.state)
    told_state = stream.state
    while not gone.done() and stream.state != "closing":
        waiting = asyncio.create_task(stream.wake.wait())
        await asyncio.wait({waiting, gone}, timeout=PING_S, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        stream.wake.clear()
        if stream.state != told_state:
            told_state = stream.state
            yield _state(told_state)
        news, stream.news = stream.news, {}
        if news:
            yield b"".join(_change(topic, version) for topic, version in sorted(news.items(), key=lambda each: each[1]))
            await asyncio.wait({gone}, timeout=MIN_GAP_S)
        else:
            yield b"event: ping\ndata: 1\n\n"


def _change(topic: str, version: int) -> bytes:
    data = msgspec.json.encode({"topic": topic, "version": version})
    return b"id: %d\nevent: change\ndata: %s\n\n" % (version, data)


def _state(state: str) -> bytes:
    return b"event: state\ndata: %s\n\n" % state.encode()


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
