"""Where the server's socket lives: a 0700 folder beside the data, or a short private one when that path is too long."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from tocsin.core.postgres.errors import PostgresError

PORT = 5432
"""No TCP is listened on; the number only names the socket file."""

LONGEST_PATH_BYTES = 107
"""What fits into sockaddr_un on Linux, without the closing zero."""


def socket_folder(base: Path, owner: tuple[int, int]) -> Path:
    """Make the folder, owned by `owner` and closed to all others, and return it.

    The short one is named after the data folder and our user, so that every process finds the same; one that belongs to
    somebody else, or is a link, is refused: another user could have put it there.
    """
    beside = base / "run"
    if len(os.fsencode(beside / f".s.PGSQL.{PORT}")) <= LONGEST_PATH_BYTES:
        return private_folder(beside, owner)
    return private_folder(short_folder(base), owner)


def short_folder(base: Path) -> Path:
    """A folder with a short path, in a place that everybody may enter, which only this user and `base` would choose."""
    name = hashlib.blake2b(os.fsencode(base.resolve()), digest_size=8).hexdigest()
    short = Path(tempfile.gettempdir()) / f"pg-{os.geteuid()}-{name}"
    if len(os.fsencode(short / f".s.PGSQL.{PORT}")) > LONGEST_PATH_BYTES:
        return Path("/tmp") / short.name  # noqa: S108 - private by its mode and owner, which private_folder checks
    return short


def private_folder(folder: Path, owner: tuple[int, int]) -> Path:
    """Make `folder` (not its parents' modes) a real directory of `owner` with mode 0700."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), owner[0]):
        raise PostgresError(
            code="postgres_folder", sentence=f"{folder} is not a folder of ours; remove it and start again."
        )
    if (found.st_uid, found.st_gid) != owner and os.geteuid() == 0:
        os.chown(folder, *owner)
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)
    return folder
