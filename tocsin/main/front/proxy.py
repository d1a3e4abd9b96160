"""Handing a request to the screens' process over its Unix socket, and its answer back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import httpx

from tocsin.alerts.intake.http import CLOSE, is_spent
from tocsin.main.front.types import Receive, Scope, Send, answer, answer_json

log = logging.getLogger(__name__)

BODY_LIMIT = 5 * 1024 * 1024
TIMEOUT_S = 30.0
_HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
    b"content-length",
    b"expect",
}


Worded = Callable[[Scope, int, str], bytes | None]
"""A refusal as JSON in the words of the product whose address it is; None: it is ours."""


class TooLarge(Exception):
    """The request's body is over the limit."""


class Gone(Exception):
    """The client hung up before the end of its request."""


async def read_body(receive: Receive, limit: int = BODY_LIMIT) -> bytes:
    """The whole body; TooLarge as soon as it passes the limit, Gone when it ends too soon."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        body += message.get("body", b"")
        if len(body) > limit:
            raise TooLarge
        if not message.get("more_body", False):
            return bytes(body)


class Proxy:
    """The way to the screens. One pooled client a process."""

    def __init__(self, socket: Path, worded: Worded = lambda scope, status, message: None) -> None:
        self._worded = worded
        transport = httpx.AsyncHTTPTransport(uds=str(socket), limits=httpx.Limits(max_connections=64))
        self._client = httpx.AsyncClient(transport=transport, timeout=TIMEOUT_S, base_url="http://web")

    async def close(self) -> None:
        await self._client.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; 413 for a body over 5 MiB, 503 while the screens are starting.

        Half a request is nobody's wish: it is not passed on.
        """
        try:
            body = await read_body(receive)
        except TooLarge:
            hang_up = () if await is_spent(scope, receive) else (CLOSE,)
            await self._refuse(scope, send, 413, "too_large", "The body is over 5 MiB.", *hang_up)
            return
        except Gone:
            return
        try:
            response = await self._pass_on(scope, body)
        except httpx.LocalProtocolError:
            message = "The address or a header of this request holds what HTTP does not allow."
            await self._refuse(scope, send, 400, "bad_request", message)
        except httpx.TransportError:
            retry = (b"retry-after", b"1")
            message = "The screens of this node are starting or stopping. Try again in a moment."
            await self._refuse(scope, send, 503, "unavailable", message, retry)
        else:
            await _pass_back(response, send)

    async def _refuse(
        self, scope: Scope, send: Send, status: int, code: str, message: str, *headers: tuple[bytes, bytes]
    ) -> None:
        body = self._worded(scope, status, message)
        if body is None:
            await answer_json(send, status, {"code": code, "message": message}, *headers)
        else:
            await answer(send, status, body, b"application/json", *headers)

    async def status_of(self, path: str, headers: list[tuple[bytes, bytes]]) -> int:
        """The status the screens give a GET with these headers: how the front asks who somebody is."""
        try:
            response = await self._client.get(path, headers=headers, timeout=5.0)
        except httpx.TransportError:
            return 503
        return response.status_code

    async def _pass_on(self, scope: Scope, body: bytes) -> httpx.Response:
        query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
        path = scope.get("raw_path") or scope["path"].encode()
        request = self._client.build_request(
            scope["method"], path.decode("latin-1") + query, headers=_request_headers(scope), content=body
        )
        return await self._client.send(request, stream=True)


async def _pass_back(response: httpx.Response, send: Send) -> None:
    """What the screens answer, as it comes. When they break off there is no second answer: a body without its end is
    left so, and the server hangs up, which tells the client that it has half of it."""
    headers = [(key.lower(), value) for key, value in response.headers.raw if key.lower() not in _HOP_BY_HOP]
    try:
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        async for chunk in response.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    except httpx.TransportError as error:
        log.warning("screens_broke_off", extra={"path": response.request.url.path, "error": repr(error)})
    else:
        await send({"type": "http.response.body", "body": b""})
    finally:
        await response.aclose()


def _request_headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    """What the client sent, less what belongs to the connection; `x-forwarded-*` is ours alone to say.

    A name with an underscore is dropped: WSGI cannot tell `x_forwarded_for` from `x-forwarded-for`.
    """
    kept = [
        (key, value.strip())  # an empty “Bearer ” comes with its space, which may not be sent on
        for key, value in scope["headers"]
        if key not in _HOP_BY_HOP and b"_" not in key and not key.startswith(b"x-forwarded-")
    ]
    client = scope.get("client") or ("", 0)
    return [*kept, (b"x-forwarded-for", str(client[0]).encode())]
