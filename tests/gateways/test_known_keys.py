"""A node that starts while the database is away still knows the keys that were live when it was last here."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import psycopg
import pytest

from tests.gateways.front import running
from tocsin.accounts.actions import issue_key, revoke_key
from tocsin.accounts.rules import SYSTEM, KeyScope
from tocsin.alerts.intake import keys
from tocsin.alerts.intake.keyfile import OLDEST_S, KeptKey, KeyFile
from tocsin.alerts.rows import integration_ref

if TYPE_CHECKING:
    from tests.alerts.world import World
    from tests.conftest import Database

UNKNOWN = "tcs" + "a" * 29
NOWHERE = "postgresql://nobody@/nothing?host=/nowhere"


@dataclass(slots=True)
class Company:
    """A company whose node keeps its data in `folder`."""

    world: World
    database: Database
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "known-keys"

    def runs_until(self, known: str, *, is_kept: bool = True) -> None:
        """Run the node with the database until its file knows the key, or does so no more."""
        with running(self.database.app_dsn, data_dir=self.folder):
            for _ in range(1000):
                if self.file.exists() and (self.digest(known) in self.file.read_text()) == is_kept:
                    return
                Event().wait(0.02)
        pytest.fail("the file was not written")

    def comes_in(self) -> int:
        """Run the node with the database until something is there; how much."""
        with running(self.database.app_dsn, data_dir=self.folder), psycopg.connect(self.database.dsn) as connection:
            for _ in range(1000):
                row = connection.execute("SELECT count(*) FROM alerts_event WHERE title = 'Disk'").fetchone()
                connection.commit()
                if row and row[0]:
                    return int(row[0])
                Event().wait(0.02)
        pytest.fail("nothing came in")

    def digest(self, token: str) -> str:
        from tocsin.accounts.queries import keyring

        return keyring().macs(keys.PURPOSE, token.encode())[0]

    def answers(self, *tokens: str, dsn: str = NOWHERE) -> list[tuple[int, str]]:
        """What the node answers to an alert with each of these keys: the status, and where it is kept."""
        with running(dsn, data_dir=self.folder) as url, httpx.Client(base_url=url, timeout=20) as client:
            found = [
                client.post("/v2/alerts", json={"message": "Disk"}, headers={"Authorization": f"GenieKey {token}"})
                for token in tokens
            ]
        return [(answer.status_code, answer.headers.get("tocsin-durability", "")) for answer in found]


@pytest.fixture
def company(fresh_database: Database, cast: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    from tests.alerts.world import World

    monkeypatch.setattr(keys, "CONFIRM_S", 0.02)
    return Company(World(), fresh_database, tmp_path)


def test_after_a_restart_with_the_database_away_a_known_key_is_spooled_and_an_unknown_one_waits(
    company: Company,
) -> None:
    token = company.world.token
    company.runs_until(token)
    assert company.answers(token, UNKNOWN) == [(202, "spool"), (503, "")]
    assert company.comes_in() == 1, "what was spooled comes in with the next start"
    assert company.answers(token, UNKNOWN, dsn=company.database.app_dsn) == [(202, "database"), (401, "")]


def test_the_file_holds_no_key_and_is_its_user_s_alone(company: Company) -> None:
    company.runs_until(company.world.token)
    assert company.world.token not in company.file.read_text()
    assert stat.S_IMODE(company.file.stat().st_mode) == 0o600


def test_without_a_file_every_key_waits(company: Company) -> None:
    assert company.answers(company.world.token) == [(503, "")]


def test_a_revoked_key_leaves_the_file_and_is_refused_once_the_database_is_back(company: Company) -> None:
    subject = integration_ref(company.world.integration)
    row, token = issue_key(name="second", scope=KeyScope.INTEGRATION, subject=subject, actor=SYSTEM)
    company.runs_until(token)
    revoke_key(str(row.uuid), actor=SYSTEM)
    assert company.answers(token) == [(202, "spool")], "nobody could tell"
    assert company.answers(token, dsn=company.database.app_dsn) == [(401, "")]
    company.runs_until(token, is_kept=False)
    assert company.answers(token, company.world.token) == [(503, ""), (202, "spool")]


def kept(number: int = 1) -> dict[str, KeptKey]:
    key = KeptKey(digest=f"{number:064x}", integration_id=number, integration="sample", uuid=UUID(int=1), options={})
    return {key.digest: key}


def test_a_damaged_file_counts_as_none(tmp_path: Path) -> None:
    file = KeyFile(path=tmp_path / "known-keys")
    file.confirm(kept())
    whole = file.path.read_bytes()
    assert file.read() == kept()
    for place in range(len(whole)):
        content = bytearray(whole)
        content[place] ^= 1
        file.path.write_bytes(content)
        assert file.read() == {}, place


def test_a_file_that_nobody_confirmed_for_a_week_counts_as_none(tmp_path: Path) -> None:
    file = KeyFile(path=tmp_path / "known-keys")
    file.confirm(kept())
    at = file.path.stat().st_mtime
    os.utime(file.path, (at, at - OLDEST_S + 60))
    assert file.read() == kept()
    os.utime(file.path, (at, at - OLDEST_S - 60))
    assert file.read() == {}


def test_what_did_not_change_is_confirmed_and_not_written_again(tmp_path: Path) -> None:
    file = KeyFile(path=tmp_path / "known-keys")
    file.confirm(kept())
    os.utime(file.path, (0, 0))
    before = file.path.stat().st_ino
    file.confirm(kept())
    after = file.path.stat()
    assert (after.st_ino, after.st_mtime > 0) == (before, True)
    file.confirm(kept(2))
    assert file.read() == kept(2)
