"""What senders sign their requests with: a secret made here for each integration, or one they gave, kept sealed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag

from tocsin.core.keyring import Keyring

PURPOSE = "source-signature"
OPTION = "source-option"
SEALED = "sealed:"
"""What a secret among the options of an integration begins with, so that it may be exported and shown."""


def source_secrets(keyring: Keyring, integration: UUID) -> list[str]:
    """The secrets of an integration, newest first, one for each root of the ring."""
    return keyring.macs(PURPOSE, integration.bytes)


def given_secrets(keyring: Keyring, integration: UUID, options: Mapping[str, Any]) -> list[str]:
    """The secrets that stand sealed among the options."""
    sealed = (value for value in options.values() if isinstance(value, str) and value.startswith(SEALED))
    return [plain for value in sealed if (plain := unseal(keyring, integration, value)) is not None]


def seal(keyring: Keyring, integration: UUID, secret: str) -> str:
    """A secret as it is kept: only this ring opens it, and only for this integration."""
    return SEALED + base64.b64encode(keyring.seal(OPTION, secret.encode(), integration.bytes)).decode()


def unseal(keyring: Keyring, integration: UUID, sealed: str) -> str | None:
    """The secret; None when another ring or another integration sealed it."""
    try:
        return keyring.open(OPTION, base64.b64decode(sealed.removeprefix(SEALED)), integration.bytes).decode()
    except (InvalidTag, StopIteration, binascii.Error, ValueError):
        return None
