"""What senders sign their requests with."""

from __future__ import annotations

from uuid import UUID

from tocsin.core.keyring import Keyring

PURPOSE = "source-signature"


def source_secrets(keyring: Keyring, integration: UUID) -> list[str]:
    """The secrets of an integration, newest first, one for each root of the ring."""
    return keyring.macs(PURPOSE, integration.bytes)
