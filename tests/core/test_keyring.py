"""The key ring: made once, private, rotated without losing what older keys made."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from tocsin.core import config, keyring
from tocsin.core.config import ConfigError
from tocsin.core.keyring import Keyring, RootKey

OLD, NEW = RootKey("old", b"o" * 32), RootKey("new", b"n" * 32)


def test_ring_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = keyring.create(tmp_path / "data")
    content = path.read_text()
    assert keyring.create(tmp_path / "data") == path
    assert path.read_text() == content
    assert path.stat().st_mode & 0o777 == 0o600
    assert keyring.load(config.Config(data_dir=tmp_path / "data")).roots


def test_missing_ring_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="tocsin init"):
        keyring.load(config.Config(data_dir=tmp_path))


@pytest.mark.parametrize("text", ["", "{}", "[]", '[{"id": "a"}]', json.dumps([{"id": "a", "key": "c2hvcnQ="}])])
def test_damaged_ring_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        keyring.parse(text, "the ring")
    assert "c2hvcnQ" not in refused.value.message


def test_purposes_have_keys_of_their_own() -> None:
    ring = Keyring((NEW,))
    assert ring.key("a") != ring.key("b")
    assert ring.mac("a", b"x") != ring.mac("b", b"x")


def test_rotated_ring_still_verifies_and_opens_what_the_old_key_made() -> None:
    before, after = Keyring((OLD,)), Keyring((NEW, OLD))
    assert after.verifies("p", b"x", before.mac("p", b"x"))
    assert after.open("p", before.seal("p", b"text", b"row 1"), b"row 1") == b"text"
    assert not Keyring((NEW,)).verifies("p", b"x", before.mac("p", b"x"))


def test_sealed_value_moved_to_another_row_does_not_open() -> None:
    ring = Keyring((NEW,))
    with pytest.raises(InvalidTag):
        ring.open("p", ring.seal("p", b"text", b"row 1"), b"row 2")


def test_ring_never_shows_its_secrets() -> None:
    assert base64.b64encode(NEW.secret).decode() not in repr(Keyring((NEW,)))
    assert "nnnn" not in repr(Keyring((NEW,)))
