"""`tocsin db dump|restore` on embedded databases: the same facts and alerts elsewhere, nothing replaced by mistake."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.alerts.world import CALLERS
from tests.conftest import TEST_RING
from tocsin.core.postgres import Cluster

STORM = """
from tocsin.main import boot
with boot.connected():
    from tests.alerts.world import World
    from tocsin.accounts.actions import PersonDetails, save_person, save_team
    from tocsin.accounts.rules import SYSTEM
    save_person(PersonDetails(login="alice", name="Alice"), actor=SYSTEM)
    save_team(key="network", name="Network", members=["alice"], lead="alice", actor=SYSTEM)
    World().outage()
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A data folder of its own, with the server that Tocsin brings along."""

    folder: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "TOCSIN_DATA_DIR": str(self.folder),
            "TOCSIN_DATABASE_URL": "",
            "TOCSIN_KEYRING": TEST_RING,
            "TOCSIN_OWNER_URL": "",
        }
        return subprocess.run(
            [sys.executable, *command],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
        )

    def tocsin(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("-c", "from tocsin.main.cli import main; main()", *arguments)

    def content(self) -> list[object]:
        """Its facts, and the one group with all its alerts."""
        [group] = self.shown("inbox")["results"]
        return [self.shown("journal", "--limit", "10000"), group, self.shown("group", "alerts", group["id"])]

    def shown(self, *arguments: str) -> Any:
        done = self.tocsin(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def places() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="db-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def stocked(places: Path) -> Place:
    """One with facts and alerts."""
    place = Place(places / "stocked")
    made = place.run("-c", STORM)
    assert made.returncode == 0, made.stderr
    return place


@pytest.fixture(scope="module")
def dumped(stocked: Place, places: Path) -> Path:
    done = stocked.tocsin("db", "dump", str(places / "tocsin.dump"))
    assert (done.returncode, "Wrote" in done.stdout) == (0, True), done.stderr
    return places / "tocsin.dump"


def test_dump_is_restored_into_a_new_folder_with_the_same_facts_and_alerts(
    stocked: Place, dumped: Path, places: Path
) -> None:
    before = stocked.content()
    assert json.dumps(before[2]).count("HighErrorRate on app-") == len(CALLERS)
    elsewhere = Place(places / "elsewhere")
    restored = elsewhere.tocsin("db", "restore", str(dumped))
    assert (restored.returncode, restored.stdout) == (0, f"Restored {dumped}.\n"), restored.stderr
    assert elsewhere.content() == before


def test_what_came_after_the_dump_is_gone_and_only_if_somebody_says_so(stocked: Place, dumped: Path) -> None:
    before = stocked.content()
    later = stocked.tocsin("silence", "add", "later", "service=db", "--until", "2h", "--reason", "after the dump")
    assert later.returncode == 0, later.stderr
    refused = stocked.tocsin("db", "restore", str(dumped))
    assert (refused.returncode, "not empty" in refused.stderr, "--yes" in refused.stderr) == (2, True, True)
    assert stocked.content() != before
    assert stocked.tocsin("db", "restore", "--yes", str(dumped)).returncode == 0
    assert stocked.content() == before


def test_database_that_somebody_uses_is_not_replaced_under_them(stocked: Place, dumped: Path) -> None:
    with Cluster(stocked.folder / "postgres") as running, psycopg.connect(running.app_dsn):
        refused = stocked.tocsin("db", "restore", "--yes", str(dumped))
    assert (refused.returncode, "Stop `tocsin serve`" in refused.stderr) == (2, True), refused.stderr


def test_file_that_is_missing_or_no_dump_or_cannot_be_written_is_named(stocked: Place, places: Path) -> None:
    missing = stocked.tocsin("db", "restore", str(places / "absent.dump"))
    assert (missing.returncode, "absent.dump' does not exist" in missing.stderr) == (2, True)
    (places / "letter").write_text("not a dump", encoding="utf-8")
    letter = stocked.tocsin("db", "restore", "--yes", str(places / "letter"))
    assert (letter.returncode, "letter is not a dump" in letter.stderr) == (2, True), letter.stderr
    nowhere = stocked.tocsin("db", "dump", str(places / "no" / "folder.dump"))
    assert (nowhere.returncode, nowhere.stderr.strip()) == (
        2,
        f"tocsin: {places / 'no' / 'folder.dump'} cannot be written: No such file or directory.",
    )
