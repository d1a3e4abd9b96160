"""The client: resolve once, check every address, connect to the checked one, and stop in time.

TLS still verifies the name, because only the connection goes to the address: Host and SNI stay what the URL says. There
are no redirects (each would need the checks again, and no receiver of ours needs one), no proxies from the environment,
no decompression, and no connection is kept: the next call is checked afresh.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from functools import lru_cache
from threading import Thread
from typing import Any

import certifi
import httpcore
import httpx

from tocsin.core.errors import TocsinError
from tocsin.core.http.targets import Targets

TIMEOUT_S = 10.0
LARGEST_ANSWER = 64 * 1024
LONGEST_URL = 2000

Resolve = Callable[[str, int], list[str]]
"""Host and port to addresses; raises OSError when there are none."""


class HttpError(TocsinError):
    """A call that was refused or failed. `permanent`: trying again cannot help."""

    status = 502
    code = "outgoing_call"

    def __init__(self, sentence: str, *, permanent: bool, code: str | None = None, **params: str | float) -> None:
        super().__init__(sentence, code=code)
        self.params = params
        self.permanent = permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; at most 64 KiB of it. Header names are in lower case, the first of each name counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut_short: bool


class Client:
    """Makes calls to addresses that people have typed. Stateless, safe to use from several threads."""

    def __init__(
        self,
        targets: Targets | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._targets = targets or Targets()
        self._timeout_s = timeout_s
        self._resolve = resolve or system_resolve
        self._tls = tls

    def post(self, url: str, content: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """POST `content`. Any status is an answer; HttpError when there is none, or when the target is refused."""
        return self.request("POST", url, content=content, headers=headers)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """GET, with the same limits."""
        return self.request("GET", url, content=b"", headers=headers)

    def request(self, method: str, url: str, *, content: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """One call, all of it within the time limit: resolving, connecting, TLS, sending, reading."""
        deadline = time.monotonic() + self._timeout_s
        target = parse_url(url)
        backend = CheckedBackend(self._targets, self._resolve, deadline)
        request = httpx.Request(method, target, headers=dict(headers or {}), content=content)
        tls = self._tls or default_tls()
        try:
            with httpcore.ConnectionPool(
                ssl_context=tls, network_backend=backend, max_keepalive_connections=0, http2=False
            ) as pool:
                return _answer(pool, request, deadline)
        except (httpcore.LocalProtocolError, httpcore.UnsupportedProtocol) as error:
            raise HttpError(
                "The call to {host} is malformed: {error}.", host=target.host, error=str(error), permanent=True
            ) from None
        except httpcore.TimeoutException:
            raise HttpError(
                "{host} took longer than {limit_s:g} s.", host=target.host, limit_s=self._timeout_s, permanent=False
            ) from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise HttpError(
                "{host} could not be reached: {error}.", host=target.host, error=str(error), permanent=False
            ) from None


def parse_url(url: str) -> httpx.URL:
    """A URL that may be called as far as its text tells; use it when an address is saved."""
    if len(url) > LONGEST_URL or any(ord(character) <= 32 for character in url):
        raise HttpError("An address has no spaces and at most 2,000 characters.", permanent=True, code="bad_url")
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise HttpError("That is no web address: {error}.", error=str(error), permanent=True, code="bad_url") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise HttpError("An address begins with https:// or http:// and names a host.", permanent=True, code="bad_url")
    if parsed.userinfo:
        raise HttpError("Leave user and password out of the address.", permanent=True, code="bad_url")
    return parsed


def _answer(pool: httpcore.ConnectionPool, request: httpx.Request, deadline: float) -> Answer:
    left_s = max(0.1, deadline - time.monotonic())
    limits = {"connect": left_s, "read": left_s, "write": left_s, "pool": left_s}
    url = request.url
    wanted = httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.content,
        extensions={"timeout": limits},
    )
    response = pool.handle_request(wanted)
    try:
        body, cut_short = _read(response.iter_stream())
    finally:
        response.close()
    headers: dict[str, str] = {}
    for name, value in response.headers:
        headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    return Answer(status=response.status, headers=headers, body=body, cut_short=cut_short)


def _read(parts: Iterable[bytes]) -> tuple[bytes, bool]:
    body = bytearray()
    for part in parts:
        body += part
        if len(body) > LARGEST_ANSWER:
            return bytes(body[:LARGEST_ANSWER]), True
    return bytes(body), False


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to addresses that were checked, and lets no operation outlast the deadline of the call."""

    def __init__(self, targets: Targets, resolve: Resolve, deadline: float) -> None:
        self._targets = targets
        self._resolve = resolve
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, check all addresses, then try them in order; HttpError when one is refused."""
        addresses = self._addresses(host, port)
        refusal = self._targets.refusal(host, port, addresses)
        if refusal:
            raise HttpError(
                "{refusal} The setting TOCSIN_ALLOWED_TARGETS can allow it.",
                refusal=refusal,
                permanent=True,
                code="refused",
            )
        for address in addresses[:-1]:
            try:
                return self._connect(address, port)
            except httpcore.ConnectError:
                continue
        return self._connect(addresses[-1], port)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Never: outgoing calls go over the network."""
        raise HttpError("Outgoing calls do not use Unix sockets.", permanent=True)

    def _connect(self, address: str, port: int) -> httpcore.NetworkStream:
        stream = self._plain.connect_tcp(address, port, timeout=left(self._deadline, httpcore.ConnectTimeout))
        return BoundedStream(stream, self._deadline)

    def _addresses(self, host: str, port: int) -> list[str]:
        """Resolve in a thread of its own, because the system's resolver knows no time limit."""
        found: Future[list[str]] = Future()
        Thread(target=_settle, args=(found, self._resolve, host, port), daemon=True).start()
        try:
            return found.result(timeout=left(self._deadline, httpcore.ConnectTimeout))
        except FutureTimeoutError:
            raise httpcore.ConnectTimeout(f"resolving {host}") from None
        except (OSError, UnicodeError) as error:
            raise HttpError(
                "The name {host} cannot be resolved: {error}.",
                host=host,
                error=str(error),
                permanent=False,
                code="unresolved",
            ) from None


def _settle(found: Future[list[str]], resolve: Resolve, host: str, port: int) -> None:
    try:
        found.set_result(resolve(host, port))
    except (OSError, UnicodeError) as error:
        found.set_exception(error)


class BoundedStream(httpcore.NetworkStream):
    """A stream whose operations end at the call's deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come, at most `max_bytes`."""
        return self._stream.read(max_bytes, left(self._deadline, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        self._stream.write(buffer, left(self._deadline, httpcore.WriteTimeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """TLS with the name of the URL, not with the address."""
        remaining_s = left(self._deadline, httpcore.ConnectTimeout)
        return BoundedStream(self._stream.start_tls(ssl_context, server_hostname, remaining_s), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What the socket tells of itself."""
        return self._stream.get_extra_info(info)


def left(deadline: float, late: type[httpcore.TimeoutException]) -> float:
    """Seconds until the deadline; raises `late` when it has passed."""
    remaining_s = deadline - time.monotonic()
    if remaining_s <= 0:
        raise late
    return remaining_s


def system_resolve(host: str, port: int) -> list[str]:
    """The addresses of a host by the system's resolver, each once, in its order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@lru_cache(maxsize=1)
def default_tls() -> ssl.SSLContext:
    """Trusts the machine's authorities (and SSL_CERT_FILE) as well as the bundled ones: a slim image has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
