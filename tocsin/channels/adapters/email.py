"""E-mail over SMTP. The Message-ID is made of the delivery's key, so that a repeat is the same mail."""

from __future__ import annotations

import hashlib
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from threading import Timer
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext

from tocsin.channels.ports import ChannelError, Setup
from tocsin.channels.rules import AddressField, Capability, Message, MessageKind, Outgoing, Receipt
from tocsin.core.errors import InvalidInput

TIMEOUT_S = 10
"""For all of it, well within the lease: a mail still under way when that ends would be sent again beside itself."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Mail servers on the machine itself, whose certificates nobody signs: TLS would prove nothing there."""


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """Sends through the one server of TOCSIN_SMTP_URL. STARTTLS is used wherever another machine offers it."""

    kind: ClassVar = "email"
    label: ClassVar = "E-mail"
    field: ClassVar = AddressField(
        label="E-mail address", help="One address, without a name.", example="anna@example.com"
    )
    capabilities: ClassVar = frozenset({Capability.LINKS, Capability.REPEATABLE})

    def parse_address(self, text: str) -> str:
        address = text.strip()
        try:
            validate_email(address)
        except ValidationError:
            raise InvalidInput("“{address}” is not an e-mail address.", address=address) from None
        name, _, domain = address.rpartition("@")
        return f"{name}@{domain.lower()}"

    def trouble(self, setup: Setup) -> str:
        if not setup.config.smtp_url:
            return gettext("TOCSIN_SMTP_URL is empty: say which mail server to use.")
        if urlsplit(setup.config.smtp_url).scheme not in {"smtp", "smtps"}:
            return gettext("TOCSIN_SMTP_URL must begin with smtp:// or smtps://.")
        return ""

    def send(self, outgoing: Outgoing, setup: Setup) -> Receipt:
        if trouble := self.trouble(setup):
            raise ChannelError(trouble)
        mail = compose(outgoing, setup.config.mail_from)
        ends_at = time.monotonic() + TIMEOUT_S
        server = _connected(setup.config.smtp_url)
        try:
            left_s = ends_at - time.monotonic()
            if left_s <= 0:
                raise ChannelError("The mail server is too slow.")
            with _cut_off(server, left_s):
                server.send_message(mail)
                _say_goodbye(server)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            raise _refused(error) from error
        except smtplib.SMTPServerDisconnected as error:
            raise ChannelError(f"The mail server hung up: {error}", uncertain=True) from error
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelError(f"The mail server did not take it: {error}", uncertain=_lost(error)) from error
        finally:
            server.close()
        return Receipt(provider_id=mail["Message-ID"])


def compose(outgoing: Outgoing, sender: str) -> EmailMessage:
    """The mail: plain text, the same as HTML, and headers by which programs know it for what it is."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = outgoing.address
    mail["Subject"] = " ".join(outgoing.message.title.split())
    mail["Date"] = outgoing.queued_at
    mail["Message-ID"] = _message_id(outgoing.key, sender)
    mail["References"] = _message_id(outgoing.thread, sender)
    mail["Content-Language"] = outgoing.message.language
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Tocsin-Kind"] = outgoing.kind.value
    if outgoing.kind is MessageKind.PAGE:
        mail["Importance"] = "high"
        mail["X-Priority"] = "1"
    mail.set_content(_plain(outgoing.message))
    mail.add_alternative(_html(outgoing.message), subtype="html")
    return mail


def _plain(message: Message) -> str:
    link = f"{message.label}: {message.link}" if message.label else message.link
    return f"{message.text}\n\n{link}\n" if message.link else f"{message.text}\n"


def _html(message: Message) -> str:
    body = "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in message.text.split("\n\n"))
    label = message.label or message.link
    anchor = f'<p><a href="{escape(message.link)}">{escape(label)}</a></p>' if message.link else ""
    return f'<!doctype html><html lang="{escape(message.language)}"><body>{body}{anchor}</body></html>'


def _message_id(key: str, sender: str) -> str:
    domain = sender.rpartition("@")[2].rstrip(">") or "tocsin.invalid"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _connected(url: str) -> smtplib.SMTP:
    """A connection that has said hello, started TLS where offered, and signed in; nothing is sent yet."""
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    try:
        server = _opened(parts.scheme, host, parts.port)
        server.ehlo_or_helo_if_needed()
        secured = parts.scheme == "smtps" or host in LOOPBACK or _secured(server)
        if parts.username:
            if not secured:
                raise ChannelError(f"The mail server {host} offers no TLS: its password is not sent in the clear.")
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except (smtplib.SMTPException, OSError) as error:
        raise ChannelError(f"The mail server {host} cannot be used: {error}") from error
    return server


def _secured(server: smtplib.SMTP) -> bool:
    if not server.has_extn("starttls"):
        return False
    server.starttls(context=ssl.create_default_context())
    server.ehlo()
    return True


def _opened(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_S, context=ssl.create_default_context())
    return smtplib.SMTP(host, port or 25, timeout=TIMEOUT_S)


@contextmanager
def _cut_off(server: smtplib.SMTP, after_s: float) -> Iterator[None]:
    """Hang up at the end of the time, however many exchanges, or bytes of one, the server spreads it over."""

    def hang_up() -> None:
        if server.sock is None:  # it has hung up itself
            return
        with suppress(OSError):
            # Not the TLS socket's own method, which would pull the session from under whoever waits in it.
            socket.socket.shutdown(server.sock, socket.SHUT_RDWR)

    timer = Timer(after_s, hang_up)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _say_goodbye(server: smtplib.SMTP) -> None:
    """The mail is taken: whatever happens to the goodbye changes nothing."""
    with suppress(smtplib.SMTPException, OSError):
        server.quit()


def _refused(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> ChannelError:
    if isinstance(error, smtplib.SMTPDataError):
        code, answer = error.smtp_code, error.smtp_error
    else:
        code, answer = next(iter(error.recipients.values()))
    said = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    return ChannelError(f"The mail server answered {code} {said}", permanent=500 <= code < 600)


def _lost(error: Exception) -> bool:
    """Whether the answer was lost on the way, so that the server may have taken the mail."""
    return isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException)
