"""Signatures of requests: HMAC-SHA256 in hexadecimal, of the body or of a time and the body."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from tocsin.alerts.sources.source import Forbidden

SKEW_S = 300.0
"""How far a signed time may be from ours: an older request is a replay."""


def check_signature(signature: str, message: bytes, secrets: Sequence[str]) -> None:
    """Forbidden unless one of the secrets made it; compares in constant time."""
    given = signature.lower().encode("latin-1", "replace")
    made = (hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().encode() for secret in secrets)
    if not sum(hmac.compare_digest(each, given) for each in made):
        raise Forbidden("The signature is wrong: the secret here and there must be the same")


def check_time(stamp: str, now: float) -> None:
    """Forbidden unless the stamp (seconds since 1970) is within SKEW_S of now."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise Forbidden("The signed time is missing or is no number of seconds since 1970")
    if abs(int(stamp) - now) > SKEW_S:
        raise Forbidden(f"The signed time is more than {SKEW_S:g} s from ours: set the clocks")
