"""A proxy between two that talk TCP, which stalls, resets and slows their connections down when it is told to."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.nodes import free_port

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER for a close that sends RST."""


def to_socket(path: Path) -> Callable[[], Awaitable[Streams]]:
    """Where a proxy connects: a Unix socket."""
    return lambda: asyncio.open_unix_connection(str(path))


def to_port(port: int) -> Callable[[], Awaitable[Streams]]:
    """Where a proxy connects: a port of this machine."""
    return lambda: asyncio.open_connection("127.0.0.1", port)


@dataclass(kw_only=True)
class Proxy:
    """Listens on `port`. A stalled connection takes bytes and passes nothing on: its peers cannot tell."""

    connect: Callable[[], Awaitable[Streams]]
    port: int = field(default_factory=free_port)
    stalled: bool = False
    latency_s: float = 0.0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    @contextmanager
    def listening(self) -> Iterator[Proxy]:
        """Serve in a thread of its own until the block ends."""
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.close()
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.wait(left) if left else asyncio.sleep(0))
            self._loop.close()

    def heal(self) -> None:
        """Pass everything on again, what waited too."""
        self.stalled, self.latency_s = False, 0.0

    def reset(self) -> None:
        """RST to everybody who is connected."""
        self._loop.call_soon_threadsafe(self._reset)

    def _reset(self) -> None:
        for writer in self._open:
            end = writer.get_extra_info("socket")
            if end.family == socket.AF_INET:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            other_reader, other_writer = await self.connect()
        except OSError:
            writer.transport.abort()
            return
        both = {writer, other_writer}
        self._open |= both
        try:
            await asyncio.gather(self._pass_on(reader, other_writer), self._pass_on(other_reader, writer))
        finally:
            self._open -= both
            for each in both:
                each.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                while self.stalled:
                    await asyncio.sleep(0.05)
                await asyncio.sleep(self.latency_s)
                writer.write(data)
                await writer.drain()
        with suppress(OSError, RuntimeError):
            writer.write_eof()
