"""`tocsin` as an operator meets it: help, settings, init, check, and refusals in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Database


def tocsin(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from tocsin.main.cli import main; main()", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_help_lists_own_commands() -> None:
    shown = tocsin("--help")
    assert shown.returncode == 0
    for name in ("serve", "init", "check", "apply", "correlate", "demo"):
        assert f"\n  {name} " in shown.stdout


def test_settings_are_listed_for_machines_with_secrets_masked() -> None:
    shown = tocsin("settings", "--json", TOCSIN_DATABASE_URL="postgresql://u:hunter2@h/d")
    listed = {each["name"]: each["value"] for each in json.loads(shown.stdout)}
    assert listed["TOCSIN_DATABASE_URL"] == "(set)"
    assert "hunter2" not in shown.stdout


def test_bad_setting_is_one_line_and_exit_2() -> None:
    shown = tocsin("settings", TOCSIN_PORT="many")
    assert shown.returncode == 2
    assert shown.stderr.strip() == "tocsin: TOCSIN_PORT must be a whole number, not “many”."


def test_serve_without_a_key_ring_says_what_to_run(tmp_path: Path) -> None:
    shown = tocsin("serve", TOCSIN_DATA_DIR=str(tmp_path), TOCSIN_KEYRING="")
    assert shown.returncode == 2
    assert "tocsin init" in shown.stderr


def test_check_finds_what_is_wrong_and_exits_1(fresh_database: Database) -> None:
    shown = tocsin("check", "--json", TOCSIN_DATABASE_URL=fresh_database.app_dsn)
    found = {each["name"]: each for each in json.loads(shown.stdout)}
    assert shown.returncode == 1
    assert found["migrations"]["state"] == "ok"
    assert found["journal"]["state"] == "ok"
    assert found["engine"]["state"] == "bad"
    assert found["durability"]["state"] == "bad", "the tests' server runs without fsync"


def test_check_warns_when_the_serving_role_owns_the_facts(fresh_database: Database) -> None:
    shown = tocsin("check", "--json", TOCSIN_DATABASE_URL=fresh_database.dsn)
    found = {each["name"]: each for each in json.loads(shown.stdout)}
    assert found["journal"]["state"] == "warn"


def test_unreachable_database_is_told_by_check(tmp_path: Path) -> None:
    shown = tocsin("check", TOCSIN_DATABASE_URL=f"postgresql://x@/tocsin?host={tmp_path}")
    assert shown.returncode == 1
    assert "cannot be reached" in shown.stdout
