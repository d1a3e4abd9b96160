"""Real servers for the channels to talk to, which answer as a test tells them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, cast

from aiosmtpd.controller import Controller

from tests.nodes import free_port

logging.getLogger("mail.log").setLevel(logging.WARNING)


@dataclass
class Mailbox:
    """What an SMTP server took; `answers` are given to the next mails instead of taking them.

    `slow_s` is how long it thinks about each part of a mail.
    """

    port: int
    answers: list[str] = field(default_factory=list)
    slow_s: float = 0
    mails: list[EmailMessage] = field(default_factory=list)

    @classmethod
    @contextmanager
    def listening(cls) -> Iterator[Mailbox]:
        box = cls(port=free_port())
        controller = Controller(box, hostname="127.0.0.1", port=box.port)
        controller.start()
        try:
            yield box
        finally:
            controller.stop()

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802  # aiosmtpd's name
        """Take the sender, in its own time."""
        await asyncio.sleep(self.slow_s)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802  # aiosmtpd's name
        """Take the reader, in its own time."""
        await asyncio.sleep(self.slow_s)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        """Take the mail, or answer as told; "hang up" drops the connection without an answer."""
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == "hang up":
            server.transport.abort()
        elif answer.startswith("2"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            self.mails.append(cast("EmailMessage", mail))
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a receiver was posted."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """An HTTP server that takes webhooks; `answers` are the statuses of the next ones, given after `slow_s`."""

    port: int
    slow_s: float = 0.0
    answers: list[int] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    @classmethod
    @contextmanager
    def listening(cls) -> Iterator[Receiver]:
        receiver = cls(port=free_port())
        server = ThreadingHTTPServer(("127.0.0.1", receiver.port), _handler(receiver))
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            server.server_close()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # http.server's name
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append(Request(headers=headers, body=body))
            time.sleep(receiver.slow_s)
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's name
            """Say nothing on the terminal."""

    return Handler
