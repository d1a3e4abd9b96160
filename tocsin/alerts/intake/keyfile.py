"""The keys this node would know if it started now with the database away: HMACs with their integrations, in a file.

Beside the spool, for its user only, replaced as a whole, with a checksum: what is damaged, of another version or too
old counts as nothing. It holds no key: whoever reads it can send nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

log = logging.getLogger(__name__)

OLDEST_S = 7 * 86_400
"""Since the database last confirmed it. A node that was off for longer knows no key until the database is back."""

_VERSION = b"tocsin-keys-1"


class KeptKey(msgspec.Struct, frozen=True, kw_only=True):
    """A live key of an integration. Secrets among the options are sealed with the key ring."""

    digest: str
    integration_id: int
    integration: str
    uuid: UUID
    options: dict[str, Any]


_DECODER = msgspec.json.Decoder(list[KeptKey])


@dataclass(slots=True, kw_only=True)
class KeyFile:
    """The file of one node. Its methods block on the disk: call them from a thread."""

    path: Path
    _written: bytes = b""

    def read(self) -> dict[str, KeptKey]:
        """By digest; empty when there is nothing to rely on."""
        try:
            age_s = time.time() - self.path.stat().st_mtime  # allow: bare-clock - compared with a file's own time
            head, _, content = self.path.read_bytes().partition(b"\n")
        except OSError:
            return {}
        if age_s > OLDEST_S or head != _head(content):
            log.warning("known_keys_unusable", extra={"path": str(self.path), "age_s": round(age_s)})
            return {}
        try:
            return {key.digest: key for key in _DECODER.decode(content)}
        except msgspec.DecodeError:
            return {}

    def confirm(self, keys: Mapping[str, KeptKey]) -> None:
        """The database says that these are all: written when they changed, else the file is as good as new."""
        content = msgspec.json.encode([keys[digest] for digest in sorted(keys)])
        if content == self._written and self.path.exists():
            os.utime(self.path)
            return
        self._replace(_head(content) + b"\n" + content)
        self._written = content

    def _replace(self, content: bytes) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        with contextlib.suppress(FileNotFoundError):
            new.unlink()
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)


def _head(content: bytes) -> bytes:
    return _VERSION + b" " + hashlib.sha256(content).hexdigest().encode()
