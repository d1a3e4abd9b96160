"""Signatures of webhooks as Standard Webhooks 1.0 has them (https://www.standardwebhooks.com), from the key ring.

Each contact has a secret of its own, derived from the ring: nothing secret is stored, and while a ring is being
rotated every message carries a signature by each of its keys, so that receivers can change over in their own time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from uuid import UUID

from tocsin.core.keyring import Keyring

PURPOSE = "webhook"


def webhook_secrets(keyring: Keyring, contact: UUID) -> list[bytes]:
    """The contact's secrets, newest first: 32 bytes each."""
    return [bytes.fromhex(mac) for mac in keyring.macs(PURPOSE, contact.bytes)]


def webhook_headers(*, key: str, body: bytes, at: datetime, secrets: list[bytes]) -> dict[str, str]:
    """The three headers: id (the idempotency key), time in Unix seconds, and one signature for each secret."""
    stamp = str(int(at.timestamp()))
    signed = f"{key}.{stamp}.".encode() + body
    signatures = [base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode() for secret in secrets]
    return {
        "webhook-id": key,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
