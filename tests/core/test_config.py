"""Settings: from where, in which order, and what is refused with which hint."""

from pathlib import Path

import pytest

from tocsin.core import config
from tocsin.core.config import ConfigError


def load(tmp_path: Path, toml: str = "", **environ: str) -> config.Config:
    file = tmp_path / "tocsin.toml"
    file.write_text(toml, encoding="utf-8")
    return config.load(environ, file)


def test_environment_wins_over_file_and_file_over_default(tmp_path: Path) -> None:
    found = load(tmp_path, 'port = 9000\nhost = "0.0.0.0"\n', TOCSIN_PORT="9001")
    assert (found.port, found.host, found.language) == (9001, "0.0.0.0", "en")


def test_data_folder_is_made_absolute(tmp_path: Path) -> None:
    assert load(tmp_path).data_dir.is_absolute()


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("TOCSIN_PORT", "eighty", "whole number"),
        ("TOCSIN_PORT", "70000", "between 0 and 65535"),
        ("TOCSIN_LANGUAGE", "de", "en or pl"),
        ("TOCSIN_ZONE", "Europe/Krakow", "IANA zone"),
        ("TOCSIN_DEBUG", "maybe", "true or false"),
        ("TOCSIN_DATABASE_URL", "mysql://x", "postgresql://"),
        ("TOCSIN_BASE_URL", "tocsin.example", "http://"),
        ("TOCSIN_LEASE_S", "0", "at least 1"),
    ],
)
def test_unusable_value_is_refused_with_a_hint(tmp_path: Path, name: str, value: str, hint: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, **{name: value})
    assert name in refused.value.message
    assert hint in refused.value.message


def test_unknown_setting_in_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no setting “prot”"):
        load(tmp_path, "prot = 8080\n")


def test_secrets_are_listed_but_masked(tmp_path: Path) -> None:
    found = load(tmp_path, TOCSIN_DATABASE_URL="postgresql://u:hunter2@h/d")
    listed = config.describe(found)
    assert "hunter2" not in repr(listed)
    assert {"TOCSIN_DATABASE_URL", "TOCSIN_PORT"} <= {each.name for each in listed}
    assert all(each.help for each in listed)
