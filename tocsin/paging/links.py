"""Signed links to one page for one person: `/p/<token>`. Whoever holds one may look, and answer by a POST."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from uuid import UUID

from tocsin.core.keyring import Keyring

PURPOSE = "page-link"
MAC_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a token stands for."""

    page: UUID
    person: UUID


def make_token(keyring: Keyring, link: Link) -> str:
    """64 characters that are safe in a path: both UUIDs and half a SHA-256 MAC."""
    body = link.page.bytes + link.person.bytes
    return base64.urlsafe_b64encode(body + _macs(keyring, body)[0]).decode()


def read_token(keyring: Keyring, token: str) -> Link | None:
    """What a token stands for, or None unless a key of the ring made it."""
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, mac = raw[:32], raw[32:]
    if len(mac) != MAC_BYTES or not any(hmac.compare_digest(made, mac) for made in _macs(keyring, body)):
        return None
    return Link(page=UUID(bytes=body[:16]), person=UUID(bytes=body[16:]))


def _macs(keyring: Keyring, body: bytes) -> list[bytes]:
    return [bytes.fromhex(mac)[:MAC_BYTES] for mac in keyring.macs(PURPOSE, body)]
