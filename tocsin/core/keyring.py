"""The key ring: one root secret shared by all nodes, from which each purpose derives its own key.

The ring is a JSON list of `{"id", "key"}` (32 bytes, base64), newest first. New values are made with the first;
old ones stay to read and verify what they made, so that a ring can be rotated.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tocsin.core.config import Config, ConfigError

FILE_NAME = "keyring.json"


@dataclass(frozen=True, slots=True)
class RootKey:
    """One root; its secret is never shown."""

    id: str
    secret: bytes = field(repr=False)


@lru_cache(maxsize=64)
def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret)


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys by purpose. Never log it: its repr is masked."""

    roots: tuple[RootKey, ...]

    def __repr__(self) -> str:
        return f"Keyring({', '.join(root.id for root in self.roots)})"

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose, from the newest root."""
        return _derive(self.roots[0].secret, purpose)

    def mac(self, purpose: str, message: bytes) -> str:
        """Hex HMAC-SHA256 under the newest key of that purpose."""
        return hmac.new(self.key(purpose), message, hashlib.sha256).hexdigest()

    def macs(self, purpose: str, message: bytes) -> list[str]:
        """The same under every key of the ring, newest first: what an older node or an older ring may have stored."""
        keys = (_derive(root.secret, purpose) for root in self.roots)
        return [hmac.new(key, message, hashlib.sha256).hexdigest() for key in keys]

    def verifies(self, purpose: str, message: bytes, mac: str) -> bool:
        """Whether any key of the ring made that MAC; compares in constant time."""
        made = self.macs(purpose, message)
        return sum(hmac.compare_digest(each.encode(), mac.encode()) for each in made) > 0

    def seal(self, purpose: str, plain: bytes, bound_to: bytes) -> bytes:
        """AES-256-GCM: `root id`, zero byte, nonce, ciphertext. `bound_to` must be given again to open it."""
        nonce = os.urandom(12)
        return self.roots[0].id.encode() + b"\0" + nonce + AESGCM(self.key(purpose)).encrypt(nonce, plain, bound_to)

    def open(self, purpose: str, sealed: bytes, bound_to: bytes) -> bytes:
        """The plain text of `seal`; raises cryptography's InvalidTag when it was altered or moved elsewhere."""
        name, _, rest = sealed.partition(b"\0")
        root = next(root for root in self.roots if root.id.encode() == name)
        return AESGCM(_derive(root.secret, purpose)).decrypt(rest[:12], rest[12:], bound_to)


def load(config: Config) -> Keyring:
    """The ring of this installation; ConfigError says how to make one."""
    path = config.data_dir / FILE_NAME
    if config.keyring:
        return parse(config.keyring, "TOCSIN_KEYRING")
    if not path.is_file():
        raise ConfigError(
            f"There is no key ring at {path}. Run `tocsin init`, or copy the ring of the other nodes there."
        )
    return parse(path.read_text(encoding="utf-8"), str(path))


def parse(text: str, where: str) -> Keyring:
    """A ring from its JSON; ConfigError names the place it came from, never its content."""
    try:
        roots = tuple(RootKey(entry["id"], base64.b64decode(entry["key"], validate=True)) for entry in json.loads(text))
    except (ValueError, KeyError, TypeError):
        raise ConfigError(f"{where} is not a key ring: a JSON list of objects with id and key (base64).") from None
    if not roots or any(len(root.secret) != 32 for root in roots):
        raise ConfigError(f"{where} must hold at least one key, each of 32 bytes.")
    return Keyring(roots)


def create(data_dir: Path) -> Path:
    """Make a ring unless there is one; readable by its owner only. Returns its path."""
    path = data_dir / FILE_NAME
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    entry = {"id": secrets.token_hex(4), "key": base64.b64encode(secrets.token_bytes(32)).decode()}
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump([entry], file)
        file.flush()
        os.fsync(file.fileno())
    return path
