"""A request read whole and an answer written whole: what the gateways need of HTTP, over ASGI."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import msgspec

from tocsin.alerts.intake.events import Durability, Receipt
from tocsin.alerts.intake.limits import Refusal
from tocsin.core.ids import uuid7

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

DELIVERY_KEY_MOST = 255
SPENT = 32 * 1024 * 1024
SPENT_S = 5.0


class TooLarge(Exception):
    """The body is over its limit."""


class Gone(Exception):
    """The sender hung up before its request was whole."""


@dataclass(slots=True)
class Request:
    """One request. `path` is decoded and without a query."""

    method: str
    path: str
    scope: Scope
    body: bytes
    began: float = field(default_factory=time.monotonic)
    id: UUID = field(default_factory=uuid7)

    def header(self, name: bytes) -> str:
        """The first header of that lower-case name, or nothing."""
        found: bytes = next((value for key, value in self.scope["headers"] if key == name), b"")
        return found.decode("latin-1")

    def query(self, name: str) -> str:
        """The first value of a query parameter, or nothing."""
        raw: bytes = self.scope.get("query_string", b"")
        return parse_qs(raw.decode("latin-1")).get(name, [""])[0] if raw else ""

    @property
    def took_s(self) -> float:
        return round(time.monotonic() - self.began, 6)

    @property
    def delivery_key(self) -> str:
        """The Idempotency-Key; Refusal when it is too long."""
        key = self.header(b"idempotency-key")
        if len(key) > DELIVERY_KEY_MOST:
            raise Refusal(f"the Idempotency-Key is longer than {DELIVERY_KEY_MOST} characters")
        return key

    @property
    def sent_at(self) -> datetime | None:
        """The sender's clock, from `Tocsin-Sent-At` (RFC 3339), for what was delayed or is replayed."""
        stated = self.header(b"tocsin-sent-at")
        return moment(stated, "Tocsin-Sent-At") if stated else None

    def token(self, *schemes: str) -> str:
        """The credential of an Authorization header in one of these schemes (lower case), or nothing.

        For `basic` it is the password; the user's name does not matter.
        """
        return token_of(self.header(b"authorization"), *schemes)


def token_of(authorization: str, *schemes: str) -> str:
    """The same of the header's text."""
    scheme, _, credential = authorization.partition(" ")
    scheme, credential = scheme.lower(), credential.strip()
    if scheme not in schemes:
        return ""
    return _password(credential) if scheme == "basic" else credential


def _password(credential: str) -> str:
    try:
        return base64.b64decode(credential, validate=True).decode().partition(":")[2]
    except ValueError:  # no base64, no ASCII, or no UTF-8 inside
        return ""


def moment(text: str, what: str) -> datetime:
    """An RFC 3339 time with its offset, in UTC; Refusal names `what` when it is none."""
    try:
        found = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        raise Refusal(f"{what} is not an RFC 3339 time: {text[:40]}") from None
    if found.tzinfo is None:
        raise Refusal(f"{what} has no offset from UTC: {text[:40]}")
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise Refusal(f"{what} is out of range: {text[:40]}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    status: int
    body: bytes = b""
    content_type: bytes = b"application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()


def json_response(status: int, value: object, *headers: tuple[bytes, bytes]) -> Response:
    return Response(status=status, body=msgspec.json.encode(value), headers=headers)


def durably(response: Response, *receipts: Receipt) -> Response:
    """The answer to what was stored, saying where; from the spool it is 202, whatever the product says otherwise."""
    spooled = any(receipt.durability is Durability.SPOOL for receipt in receipts)
    where = Durability.SPOOL if spooled else Durability.DATABASE
    status = 202 if spooled else response.status
    header = (b"tocsin-durability", where.value.encode())
    return replace(response, status=status, headers=(*response.headers, header))


async def read(scope: Scope, receive: Receive, most: int) -> bytes:
    """The whole body. TooLarge as soon as that is known; Gone when the sender hangs up."""
    stated = next((value for key, value in scope["headers"] if key == b"content-length"), b"0")
    if int(stated) > most:
        raise TooLarge
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > most:
            raise TooLarge
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


CLOSE = (b"connection", b"close")


async def is_spent(scope: Scope, receive: Receive) -> bool:
    """Whether the rest of a body that is too large has been read, and thrown away.

    Who is hung up on while it sends may never see the answer; but for one whose body has no end there is none. Who asks
    before it sends (`Expect`) sees it at once.
    """
    if any(key == b"expect" for key, _ in scope["headers"]):
        return False
    size = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(SPENT_S):
            while size < SPENT:
                message = await receive()
                size += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return True
    return False


async def write(send: Send, response: Response) -> None:
    """Send a whole response."""
    headers = [(b"content-length", str(len(response.body)).encode()), *response.headers]
    if response.body:
        headers.append((b"content-type", response.content_type))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
