"""`tocsin apply` and `tocsin export` as an operator meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Database

COMPANY = Path(__file__).with_name("company.yaml")


def tocsin(database: Database, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from tocsin.main.cli import main; main()", *arguments],
        env=os.environ | {"TOCSIN_DATABASE_URL": database.app_dsn},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_plan_shows_apply_does_and_export_writes_it_back(fresh_database: Database, tmp_path: Path) -> None:
    planned = tocsin(fresh_database, "apply", str(COMPANY), "--plan")
    assert "+ teams/network" in planned.stdout
    assert "Plan: 12 to add, 0 to change, 0 to remove." in planned.stdout

    done = tocsin(fresh_database, "apply", str(COMPANY), "--json")
    assert done.returncode == 0, done.stderr
    secret = json.loads(done.stdout)["secrets"]["prometheus-key"]
    again = tocsin(fresh_database, "apply", str(COMPANY))
    assert again.stdout == "Nothing to do: everything is as the file says.\n"

    exported = tmp_path / "exported.yaml"
    assert tocsin(fresh_database, "export", str(exported)).returncode == 0
    assert secret not in exported.read_text()
    assert "Nothing to do" in tocsin(fresh_database, "apply", str(exported), "--plan").stdout


def test_each_problem_has_its_line_and_nothing_is_applied(fresh_database: Database, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("tocsin: 1\nteams:\n  - {key: network, name: Network, members: [nobody]}\n  - {kee: x}\n")
    refused = tocsin(fresh_database, "apply", str(wrong))
    assert refused.returncode == 2
    assert f"{wrong}:3: there is no person 'nobody'" in refused.stderr
    assert f"{wrong}:4: a team has no key 'kee'; did you mean 'key'?" in refused.stderr
    assert refused.stderr.rstrip().endswith("problems; nothing was applied.")
    assert "teams: []" in tocsin(fresh_database, "export").stdout
