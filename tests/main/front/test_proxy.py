"""What the front passes on to the screens, and what it answers itself."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tocsin.main.front.proxy import Proxy

Headers = list[tuple[bytes, bytes]]


async def _screens(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers with the head of the request, as a body."""
    head = await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(head), head))
    await writer.drain()
    writer.close()


def _ask(socket: Path, headers: Headers, *, there: bool = True) -> tuple[int, str]:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def run() -> None:
        server = await asyncio.start_unix_server(_screens, socket) if there else None
        proxy = Proxy(socket)
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/api/v1/me",
            "query_string": b"",
            "headers": headers,
            "scheme": "http",
            "client": ("192.0.2.7", 5000),
            "server": ("127.0.0.1", 8080),
        }
        await proxy(scope, receive, send)
        await proxy.close()
        if server is not None:
            server.close()

    asyncio.run(run())
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], body.decode()


def test_header_is_passed_on_without_the_space_around_it(tmp_path: Path) -> None:
    status, head = _ask(tmp_path / "web", [(b"authorization", b"Bearer ")])
    assert status == 200
    assert "authorization: bearer\r\n" in head.lower()


def test_header_that_is_none_is_refused_as_the_callers_fault(tmp_path: Path) -> None:
    status, body = _ask(tmp_path / "web", [(b"x-odd", b"a\nb")])
    assert (status, json.loads(body)["code"]) == (400, "bad_request")


def test_screens_that_are_not_there_yet_are_worth_waiting_for(tmp_path: Path) -> None:
    status, body = _ask(tmp_path / "web", [], there=False)
    assert (status, json.loads(body)["code"]) == (503, "unavailable")


def test_half_a_request_is_not_passed_on(tmp_path: Path) -> None:
    messages = iter([{"type": "http.request", "body": b"reason=it+is", "more_body": True}, {"type": "http.disconnect"}])
    asked: list[bytes] = []

    async def screens(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(1))
        writer.close()

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: dict[str, Any]) -> None:
        raise AssertionError(f"nobody is there to be told {message}")

    async def run() -> None:
        server = await asyncio.start_unix_server(screens, tmp_path / "web")
        proxy = Proxy(tmp_path / "web")
        await proxy({"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": []}, receive, send)
        await proxy.close()
        server.close()

    asyncio.run(run())
    assert asked == []


@pytest.mark.parametrize("name", [b"x-forwarded-for", b"x-forwarded-proto", b"x_forwarded_for", b"x-forwarded_for"])
def test_nobody_outside_says_where_they_come_from(tmp_path: Path, name: bytes) -> None:
    _, head = _ask(tmp_path / "web", [(name, b"203.0.113.9")])
    assert "203.0.113.9" not in head
