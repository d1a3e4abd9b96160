"""A folder short enough for a socket, and small helpers to look at a private server from outside."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tocsin.core.postgres import Cluster


@pytest.fixture
def base() -> Iterator[Path]:
    """A fresh folder below the machine's temporary folder; its parents are open to all."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialised and stopped cluster, made once: initdb is most of the time of a start."""
    folder = tmp_path_factory.mktemp("template") / "db"
    with Cluster(folder):
        pass
    return folder / "cluster"


@pytest.fixture
def stocked(base: Path, template: Path) -> Path:
    """A folder whose `db` is initialised already."""
    shutil.copytree(template, base / "db" / "cluster")
    return base
