"""The road of a newcomer without a database: init, apply, serve, an alert, stop, start again, and it is still there."""

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

import httpx
import pytest

from tests.nodes import Node, wait_until

PLAIN = 65534
"""A user id without any right, taken where the tests run as root."""

COMPANY = {
    "tocsin": 1,
    "teams": [{"key": "network", "name": "Network", "members": ["anna"], "lead": "anna"}],
    "integrations": [{"key": "sample", "kind": "opsgenie", "team": "network"}],
    "keys": [
        {"name": "sender", "scope": "integration", "integration": "sample", "team": "network"},
        {"name": "reader", "scope": "read", "team": "network"},
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A plain user with a folder; `python` starts the interpreter as that user."""

    folder: Path
    python: tuple[str, ...]
    environment: dict[str, str]

    def tocsin(self, *arguments: str) -> str:
        """Run a command and give what it prints."""
        done = subprocess.run(
            [*self.python, "-c", "from tocsin.main.cli import main; main()", *arguments],
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            timeout=90,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def _python() -> tuple[str, ...]:
    """This interpreter, or the machine's own where a plain user cannot reach this one."""
    if os.geteuid() != 0:
        return (sys.executable,)
    become = ("setpriv", f"--reuid={PLAIN}", f"--regid={PLAIN}", "--clear-groups")
    path = "PYTHONPATH=" + os.pathsep.join(each for each in sys.path if each)
    for python in (sys.executable, shutil.which("python3", path="/usr/bin:/usr/local/bin")):
        command = (*become, "env", path, str(python))
        if subprocess.run([*command, "-c", "import tocsin.main.cli, psycopg"], capture_output=True).returncode == 0:
            return command
    pytest.skip("a plain user cannot reach any interpreter that has our packages")


@pytest.fixture
def newcomer() -> Iterator[Newcomer]:
    folder = Path(tempfile.mkdtemp(prefix="newcomer-"))
    if os.geteuid() == 0:
        os.chown(folder, PLAIN, PLAIN)
    environment = {
        "TOCSIN_DATA_DIR": str(folder / "var"),
        "TOCSIN_DATABASE_URL": "",
        "TOCSIN_KEYRING": "",
        "HOME": str(folder),
    }
    yield Newcomer(folder=folder, python=_python(), environment=environment)
    shutil.rmtree(folder, ignore_errors=True)


def _titles(node: Node, key: str) -> list[str]:
    answer = httpx.get(f"{node.url}/api/v1/inbox", headers={"Authorization": f"Bearer {key}"}, timeout=10)
    assert answer.status_code == 200, answer.text
    return [row["title"] for row in answer.json()["results"]]


@pytest.mark.slow
def test_alert_of_a_newcomer_is_still_there_after_a_restart(newcomer: Newcomer) -> None:
    assert "/sign-in/" in newcomer.tocsin("init", "--login", "anna", "--name", "Anna Sample")
    file = newcomer.folder / "company.yaml"
    file.write_text(json.dumps(COMPANY))
    file.chmod(0o644)
    secrets = json.loads(newcomer.tocsin("apply", "--json", str(file)))["secrets"]

    node = Node(newcomer.folder / "var", "", environment=newcomer.environment, python=newcomer.python)
    try:
        node.start()
        node.wait_ready()
        headers = {"Authorization": f"GenieKey {secrets['sender']}"}
        sent = node.post("/v2/alerts", headers=headers, json={"message": "Disk full", "alias": "disk"})
        assert sent.status_code == 202
        wait_until(lambda: _titles(node, secrets["reader"]) == ["Disk full"])
        node.stop()
        assert not (newcomer.folder / "var/postgres/cluster/postmaster.pid").exists(), (
            "the database stops with the node"
        )

        node.start()
        node.wait_ready()
        assert _titles(node, secrets["reader"]) == ["Disk full"]
        if os.geteuid() == 0:
            assert (newcomer.folder / "var/postgres/cluster").stat().st_uid == PLAIN
    finally:
        node.stop()
