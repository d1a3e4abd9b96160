"""As whom PostgreSQL runs: it refuses root, and often we are root.

Four ways, tried in this order, each by running a harmless command that needs the same reach as the server:

1. *self*: we are a plain user.
2. *mapped*: a user namespace in which root's own files belong to a plain user id. Nothing on disk changes owner.
3. *dropped*: the server becomes `postgres` or `nobody` and owns the data; the binaries are copied beside the data when
   that user cannot reach them.
4. *dropped and searching*: the same, keeping the one capability that lets it pass closed parent folders, for data below
   a 0700 home on a machine that forbids user namespaces.

The modes of folders above the data are never changed.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tocsin.core.postgres.errors import PostgresError
from tocsin.core.postgres.programs import Programs

PROBE_TIMEOUT_S = 20
OVERFLOW_UID = 65534


class Way(StrEnum):
    """How the server gets a user id other than root's."""

    SELF = "self"
    MAPPED = "mapped"
    DROPPED = "dropped"
    DROPPED_SEARCHING = "dropped_searching"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """As whom to run: a command prefix, and the ids to take on before it (None: stay who we are)."""

    way: Way
    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    @property
    def file_owner(self) -> tuple[int, int]:
        """User and group id that own the server's files, as seen from our own process."""
        if self.way in (Way.DROPPED, Way.DROPPED_SEARCHING):
            assert self.uid is not None
            assert self.gid is not None
            return self.uid, self.gid
        return os.geteuid(), os.getegid()

    def popen(self, command: list[str], **options: object) -> "subprocess.Popen[bytes]":
        """Start `command` under this identity, in a session of its own, with a minimal environment."""
        taken: dict[str, object] = dict(options)
        if self.way is Way.DROPPED:
            taken.update(user=self.uid, group=self.gid, extra_groups=[])
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]  # options pass through untouched
            [*self.prefix, *command], env=environment, start_new_session=True, umask=0o077, cwd="/", **taken
        )

    def can(self, command: list[str]) -> bool:
        """Whether `command` ends well under this identity."""
        try:
            child = self.popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except (OSError, subprocess.SubprocessError):
            return False
        try:
            return child.wait(PROBE_TIMEOUT_S) == 0
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            return False

    def reaches(self, folder: Path) -> bool:
        """Whether this identity can enter `folder`."""
        return self.can(["/bin/sh", "-c", 'cd -- "$0" && test -r .', str(folder)])

    def can_use(self, programs: Programs) -> bool:
        """Whether these programs run and find each other under this identity.

        Asked of `initdb --show`, because it refuses root and looks for `postgres` by access(2): that call ignores the
        capability that lets a dropped server pass closed folders, so such a server needs programs in an open place.
        """
        return self.can([programs.path("initdb"), "--show", "-D", "/nonexistent"])


def candidates(owner_uid: int | None) -> Iterator[Identity]:
    """Identities worth trying, best first. `owner_uid` is who owns existing data, None when there is none yet."""
    if os.geteuid() != 0:
        if _account(lambda account: account.pw_uid == os.geteuid()):  # initdb looks its user up by id
            yield Identity(way=Way.SELF)
        yield from _mapped()
        return
    if owner_uid in (None, 0):
        yield from _mapped()
    if owner_uid != 0:
        yield from _dropped(owner_uid)


def _mapped() -> Iterator[Identity]:
    unshare = shutil.which("unshare")
    plain = _a_plain_account()
    if unshare and plain:
        ids = (f"--map-user={plain.pw_uid}", f"--map-group={plain.pw_gid}")
        yield Identity(way=Way.MAPPED, prefix=(unshare, "--user", *ids, "--"))


def _a_plain_account() -> pwd.struct_passwd | None:
    """Any account but root: initdb looks its own user id up, so the id inside the namespace needs a name.

    The overflow id is passed over, because files of unmapped owners would seem to belong to it.
    """
    return _account(lambda account: 0 < account.pw_uid < OVERFLOW_UID)


def _dropped(owner_uid: int | None) -> Iterator[Identity]:
    account = _account_to_drop_to(owner_uid)
    if account is None:
        return
    uid, gid = account.pw_uid, account.pw_gid
    yield Identity(way=Way.DROPPED, uid=uid, gid=gid)
    setpriv = shutil.which("setpriv")
    if setpriv:
        ids = (f"--reuid={uid}", f"--regid={gid}", "--clear-groups")
        for capability in ("dac_read_search", "dac_override"):  # the second is what containers usually leave to root
            keep = (f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}")
            yield Identity(way=Way.DROPPED_SEARCHING, prefix=(setpriv, *ids, *keep, "--"), uid=uid, gid=gid)


def _account_to_drop_to(owner_uid: int | None) -> pwd.struct_passwd | None:
    """The owner of existing data, else `postgres`, else `nobody`."""
    if owner_uid is not None:
        return _account(lambda account: account.pw_uid == owner_uid)
    return _account(lambda account: account.pw_name == "postgres") or _account(
        lambda account: account.pw_name == "nobody"
    )


def _account(fits: Callable[[pwd.struct_passwd], bool]) -> pwd.struct_passwd | None:
    return next((account for account in pwd.getpwall() if fits(account)), None)


def refusal(base: Path) -> PostgresError:
    """The error for a machine on which no identity works."""
    return PostgresError(
        code="postgres_identity",
        sentence=f"PostgreSQL refuses to run as root, and no other user can be used for {base}. Run as a plain user, "
        "allow user namespaces (unshare --user), or choose a data folder whose parents others may enter.",
    )
