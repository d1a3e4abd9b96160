"""What the front passes on to the screens, and what it answers itself."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from tocsin.gateways.app import worded
from tocsin.main.front.proxy import BODY_LIMIT, Proxy

Headers = list[tuple[bytes, bytes]]
Screens = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _screens(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers with the head of the request, as a body."""
    head = await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(head), head))
    await writer.drain()
    writer.close()


def _ask(path: Path, headers: Headers, *, there: bool = True) -> tuple[int, str]:
    sent = _sent(path, headers, screens=_screens if there else None)
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], body.decode()


def _sent(path: Path, headers: Headers, *, screens: Screens | None) -> list[dict[str, Any]]:
    """What the front says to a client when these screens are behind it."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def run() -> None:
        server = await asyncio.start_unix_server(screens, path) if screens else None
        proxy = Proxy(path)
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
    return sent


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


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ],
)
def test_screens_that_break_off_get_no_second_answer_after_the_first(tmp_path: Path, answer: bytes) -> None:
    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    sent = _sent(tmp_path / "web", [], screens=break_off)
    assert [message["type"] for message in sent].count("http.response.start") == 1
    assert (sent[0]["status"], sent[1]["body"]) == (200, b"half")
    assert all(message["more_body"] for message in sent[1:]), "the end that never came is not made up"


def test_client_of_a_broken_answer_learns_that_it_has_half_of_it(tmp_path: Path) -> None:
    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        writer.close()

    async def run() -> None:
        behind = await asyncio.start_unix_server(break_off, tmp_path / "web")
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        proxy = Proxy(tmp_path / "web")
        server = uvicorn.Server(uvicorn.Config(proxy, lifespan="off", http="httptools", log_level="critical"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}") as client:
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get("/")
        server.should_exit = True
        await serving
        await proxy.close()
        behind.close()

    asyncio.run(run())


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


def _refused(path: str, tmp_path: Path, body: bytes) -> tuple[int, dict[bytes, bytes], Any]:
    """What is answered to a body on that path while no screens are there: status, headers, what it says."""
    sent: list[dict[str, Any]] = []
    left = [body[at : at + 65536] for at in range(0, len(body), 65536)] or [b""]

    async def receive() -> dict[str, Any]:
        part = left.pop(0) if left else b"x" * 65536
        return {"type": "http.request", "body": part, "more_body": bool(left) or body.endswith(b"without end")}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def run() -> None:
        proxy = Proxy(tmp_path / "web", worded)
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": []}
        await proxy(scope, receive, send)
        await proxy.close()

    asyncio.run(run())
    return sent[0]["status"], dict(sent[0]["headers"]), json.loads(sent[1]["body"])


@pytest.mark.parametrize(("body", "status"), [(b"{}", 503), (b"x" * (BODY_LIMIT + 1), 413)])
def test_refusal_on_the_way_to_the_screens_is_worded_as_the_product_would(
    tmp_path: Path, body: bytes, status: int
) -> None:
    for path in ("/v2/alerts/a/notes", "/jsm/ops/integration/v2/alerts/a/notes", "/v2/heartbeats"):
        found, _, said = _refused(path, tmp_path, body)
        assert (found, set(said)) == (status, {"message", "took", "requestId"})
    found, _, said = _refused("/api/v2/silences", tmp_path, body)
    assert (found, type(said)) == (status, str)
    found, _, said = _refused("/api/v1/changes", tmp_path, body)
    assert (found, set(said)) == (status, {"code", "message"})


def test_who_sends_without_end_is_hung_up_on(tmp_path: Path) -> None:
    _, headers, _ = _refused("/v2/heartbeats", tmp_path, b"x" * BODY_LIMIT + b"without end")
    assert headers[b"connection"] == b"close"
    _, headers, _ = _refused("/v2/heartbeats", tmp_path, b"x" * (BODY_LIMIT + 1))
    assert b"connection" not in headers, "it has said all it had to say, and may go on"
