"""ASGI's three types, and answers short enough to be written by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


async def answer(send: Send, status: int, body: bytes, content_type: bytes, *headers: tuple[bytes, bytes]) -> None:
    """One whole response."""
    length = (b"content-length", str(len(body)).encode())
    start = {"status": status, "headers": [(b"content-type", content_type), length, *headers]}
    await send({"type": "http.response.start", **start})
    await send({"type": "http.response.body", "body": body})


async def answer_json(send: Send, status: int, value: object, *headers: tuple[bytes, bytes]) -> None:
    """One whole response in JSON."""
    await answer(send, status, msgspec.json.encode(value), b"application/json", *headers)


def header(scope: Scope, name: bytes) -> bytes:
    """The first request header of that lower-case name, or nothing."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    return next((value for key, value in headers if key == name), b"")
