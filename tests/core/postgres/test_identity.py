"""As whom the server runs: each way works where it can, and the modes of the folders above are left alone."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tocsin.core.postgres import Cluster, find_programs
from tocsin.core.postgres.identity import Identity, Way, candidates
from tocsin.core.postgres.programs import BIN_VARIABLE, Programs
from tocsin.core.postgres.sockets import short_folder

NOBODY = 65534
UNNAMED = 54321
"""A user id that no account has: containers are often started so."""

PYTHONPATH = "PYTHONPATH=" + os.pathsep.join(path for path in sys.path if path)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can take another user id")


def candidate(way: Way, owner_uid: int | None = None) -> Identity:
    found = next((one for one in candidates(owner_uid) if one.way is way and one.can(["/bin/true"])), None)
    if found is None:
        pytest.skip(f"this machine does not allow the way '{way}'")
    return found


def one_row(running_dsn: str) -> object:
    with psycopg.connect(running_dsn) as connection:
        row = connection.execute("select current_database()").fetchone()
    return row[0] if row else None


@pytest.fixture
def closed_home(base: Path) -> Iterator[Path]:
    """A folder like root's home: nobody else may enter."""
    home = base / "home"
    home.mkdir(mode=0o700)
    yield home
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@as_root
@pytest.mark.parametrize("way", [Way.MAPPED, Way.DROPPED])
def test_root_starts_a_server_that_is_not_root(base: Path, way: Way) -> None:
    with Cluster(base / "db", identity=candidate(way)) as running:
        assert one_row(running.dsn) == "tocsin"
        inside = Path(f"/proc/{running.pid}/uid_map").read_text(encoding="utf-8").split()
        owner = Path(f"/proc/{running.pid}").stat().st_uid
        assert owner != 0 or inside[0] != "0"


@as_root
@pytest.mark.parametrize("way", [Way.MAPPED, Way.DROPPED_SEARCHING])
def test_data_below_a_closed_home_is_reached_without_opening_it(closed_home: Path, way: Way) -> None:
    with Cluster(closed_home / "var" / "db", identity=candidate(way)) as running:
        assert one_row(running.dsn) == "tocsin"


@as_root
def test_programs_in_a_closed_folder_are_copied_beside_the_data(
    base: Path, closed_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(BIN_VARIABLE, raising=False)  # only the wheel's programs can be copied
    hidden = find_programs().copied_to(closed_home / "site")
    wheel = Programs(folder=hidden.folder, wheel_root=closed_home / "site")
    monkeypatch.setattr("tocsin.core.postgres.cluster.find_programs", lambda _bin_dir: wheel)
    with Cluster(base / "db", identity=candidate(Way.DROPPED)) as running:
        assert running.programs.folder.is_relative_to(base / "db" / "programs")
        assert one_row(running.dsn) == "tocsin"
    assert stat.S_IMODE((base / "db").stat().st_mode) == 0o700


@as_root
def test_data_and_programs_below_a_closed_home_start_all_the_same(
    closed_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(BIN_VARIABLE, raising=False)  # only the wheel's programs can be copied
    hidden = find_programs().copied_to(closed_home / "site")
    wheel = Programs(folder=hidden.folder, wheel_root=closed_home / "site")
    monkeypatch.setattr("tocsin.core.postgres.cluster.find_programs", lambda _bin_dir: wheel)
    with Cluster(closed_home / "db", identity=candidate(Way.DROPPED_SEARCHING)) as running:
        assert not running.programs.folder.is_relative_to(closed_home)
        assert one_row(running.dsn) == "tocsin"
    shutil.rmtree(short_folder(closed_home / "db").with_suffix(".programs"))


@as_root
def test_data_that_another_user_owns_is_started_as_that_user(base: Path) -> None:
    with Cluster(base / "db", identity=candidate(Way.DROPPED)):
        pass
    with Cluster(base / "db") as running:
        assert running.identity.way is Way.DROPPED
        assert one_row(running.dsn) == "tocsin"


PLAY = """
import json, os, sys
from pathlib import Path
import psycopg
from tocsin.core.postgres import Cluster
with Cluster(Path(sys.argv[1])) as running:
    with psycopg.connect(running.app_dsn) as connection:
        role = connection.execute("select current_user").fetchone()[0]
    print(json.dumps({"role": role, "uid": os.getuid(), "way": running.identity.way}))
"""


def interpreter_for(who: Identity) -> str:
    """An interpreter that `who` can execute: this one, or the machine's own where ours lives below a closed home."""
    for python in (sys.executable, shutil.which("python3", path="/usr/bin:/usr/local/bin")):
        if python and who.can(["/usr/bin/env", PYTHONPATH, python, "-c", "import tocsin.core.postgres"]):
            return python
    pytest.skip("a plain user cannot reach any interpreter that has our packages")


@as_root
@pytest.mark.parametrize("uid", [NOBODY, UNNAMED])
def test_plain_user_starts_a_server_too(base: Path, uid: int) -> None:
    (base / "mine").mkdir()
    os.chown(base / "mine", uid, uid)
    who = Identity(way=Way.DROPPED, uid=uid, gid=uid)
    if uid == UNNAMED and not who.can(["/usr/bin/unshare", "--user", "--map-user=1", "/bin/true"]):
        pytest.skip("this machine does not give plain users a user namespace")
    command = ["/usr/bin/env", PYTHONPATH, interpreter_for(who), "-c", PLAY, str(base / "mine" / "db")]
    child = who.popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, problems = child.communicate(timeout=60)
    assert child.returncode == 0, problems.decode()
    said = json.loads(out)
    assert (said["role"], said["uid"]) == ("tocsin_app", uid)
