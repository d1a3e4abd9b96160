"""The life of a private server: `Cluster(folder).start()` gives a `Running`, `stop()` ends it.

The folder belongs to the launcher alone and looks like this: `cluster/` (PostgreSQL's data), `run/` (the socket),
`server.log`, `start.lock` (held while starting), `keeper` (who stops the server), `programs/` (copied binaries).
Several processes may start the same cluster: the first becomes its keeper, the others connect; when a keeper has died
without stopping the server, the next to start adopts it.
"""

import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import psycopg

from tocsin.core.postgres import processes, roles
from tocsin.core.postgres.errors import PostgresError
from tocsin.core.postgres.identity import Identity, Way, candidates, refusal
from tocsin.core.postgres.programs import Programs, find_programs, major_version
from tocsin.core.postgres.sockets import private_folder, short_folder, socket_folder
from tocsin.core.postgres.tuning import settings_for

START_TIMEOUT_S = 120.0
"""Long, because crash recovery replays what was written since the last checkpoint."""

STOP_TIMEOUT_S = 30.0
LOG_KEPT_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that answers. `child` is set in the process that started it, `pid` always."""

    dsn: str
    app_dsn: str
    admin_dsn: str
    pid: int
    socket_folder: Path
    programs: Programs
    identity: Identity
    kept_by_us: bool
    child: "subprocess.Popen[bytes] | None" = None

    def is_alive(self) -> bool:
        """Whether the postmaster still runs; also reaps it when it was our child and has ended."""
        if self.child is not None:
            return self.child.poll() is None
        return processes.is_alive(self.pid)


@dataclass(slots=True)
class Cluster:
    """One data folder and the programs to run it with."""

    data_dir: Path
    bin_dir: Path | None = None
    names: roles.Names = field(default_factory=roles.Names)
    settings: Mapping[str, str] = field(default_factory=dict)
    identity: Identity | None = None
    running: Running | None = None

    def __enter__(self) -> Running:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def base(self) -> Path:
        """The launcher's folder, absolute."""
        return self.data_dir.absolute()

    @property
    def data(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.base / "cluster"

    def start(self) -> Running:
        """Start the server, or find it running; the database and its roles exist afterwards."""
        if self.running is not None and self.running.is_alive():
            return self.running
        programs = find_programs(self.bin_dir)
        major = major_version(programs)
        self.base.mkdir(parents=True, exist_ok=True)
        with self._starting_alone():
            identity, programs = self._settle(programs)
            self._refuse_other_major(programs, major)
            self.running = self._join(programs, identity) or self._launch(programs, identity)
            roles.ensure(self.running.socket_folder, self.names)
        return self.running

    def is_alive(self) -> bool:
        """Whether the server that was started or found here still runs."""
        return self.running is not None and self.running.is_alive()

    def stop(self) -> None:
        """End the server when we keep it: sessions are cut, what was committed is kept. Others' servers stay."""
        running, self.running = self.running, None
        if running is None or not running.kept_by_us or not running.is_alive():
            return
        for told, patience_s in ((signal.SIGINT, STOP_TIMEOUT_S), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
            processes.send(running.pid, told)
            if processes.wait_until(lambda: not running.is_alive(), timeout_s=patience_s):
                break
        (self.base / "keeper").unlink(missing_ok=True)

    @contextmanager
    def _starting_alone(self) -> Iterator[None]:
        lock = _open(self.base / "start.lock", os.O_RDWR)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _settle(self, programs: Programs) -> tuple[Identity, Programs]:
        """Choose as whom to run, give that user its folders, and copy the programs where it cannot reach them."""
        owner_uid = self.data.stat().st_uid if self.data.exists() else None
        for identity in [self.identity] if self.identity else candidates(owner_uid):
            before = self.base.stat()
            private_folder(self.base, identity.file_owner)
            if identity.reaches(self.base):
                for usable in self._copies(programs, identity):
                    if identity.can_use(usable):
                        return identity, usable
            if before.st_uid != self.base.stat().st_uid:
                os.chown(self.base, before.st_uid, before.st_gid)
        raise refusal(self.base)

    def _copies(self, programs: Programs, identity: Identity) -> Iterator[Programs]:
        """The programs where they are; copied beside the data; copied to a place that everybody may enter."""
        yield programs
        beside, away = self.base / "programs", short_folder(self.base).with_suffix(".programs")
        for target in (away,) if identity.way is Way.DROPPED_SEARCHING else (beside, away):
            private_folder(target, identity.file_owner)
            copied = programs.copied_to(target / "wheel")
            _give(target / "wheel", identity.file_owner)
            yield copied

    def _refuse_other_major(self, programs: Programs, ours: int) -> None:
        try:
            written_by = int((self.data / "PG_VERSION").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        if written_by != ours:
            raise PostgresError(
                f"The data in {self.data} was written by PostgreSQL {written_by}, and the programs in "
                f"{programs.folder} are PostgreSQL {ours}. Start with TOCSIN_PG_BIN set to the programs of version "
                f"{written_by}, dump the database, move the folder away, and restore the dump with the new programs.",
                code="postgres_version",
            )

    def _join(self, programs: Programs, identity: Identity) -> Running | None:
        """The server that already runs in this folder, adopted when its keeper has died; None when there is none."""
        found = processes.read_pid_file(self.data)
        if found is None or not processes.works_in(found.pid, self.data):
            return None
        running = self._described(programs, identity, found.pid, found.socket_folder, child=None, kept=False)
        if not processes.wait_until(lambda: _answers(running.admin_dsn), timeout_s=START_TIMEOUT_S, poll_s=0.1):
            raise PostgresError(
                f"A server (process {found.pid}) runs in {self.data} and does not answer; stop it first."
            )
        if self._keeper_lives():
            return running
        self._keep()
        return self._described(programs, identity, found.pid, found.socket_folder, child=None, kept=True)

    def _launch(self, programs: Programs, identity: Identity) -> Running:
        if not (self.data / "PG_VERSION").exists():
            self._initialise(programs, identity)
        sockets = socket_folder(self.base, identity.file_owner)
        processes.clear_leftovers(self.data, sockets)
        command = [programs.path("postgres"), "-D", str(self.data), "-p", "5432"]
        for name, value in settings_for(sockets, self.settings).items():
            command += ["-c", f"{name}={value}"]
        with self._log() as log:
            child = identity.popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._keep()
        running = self._described(programs, identity, child.pid, sockets, child=child, kept=True)
        processes.wait_until(lambda: child.poll() is not None or _answers(running.admin_dsn), timeout_s=START_TIMEOUT_S)
        if child.poll() is not None or not _answers(running.admin_dsn):
            child.kill()
            child.wait()
            raise PostgresError(
                f"PostgreSQL did not start. The end of its log:\n{self._log_tail()}", code="postgres_start"
            )
        return running

    def _initialise(self, programs: Programs, identity: Identity) -> None:
        """Run initdb beside the final place, then move it there: a killed first start leaves nothing half made."""
        fresh = self.base / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        command = [programs.path("initdb"), "-D", str(fresh), "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust"]
        command += [f"--username={roles.SUPERUSER}", "--no-instructions"]
        with self._log() as log:
            code = identity.popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log).wait(START_TIMEOUT_S)
        if code != 0:
            raise PostgresError(f"initdb failed. The end of its log:\n{self._log_tail()}", code="postgres_initdb")
        fresh.rename(self.data)

    def _described(
        self,
        programs: Programs,
        identity: Identity,
        pid: int,
        sockets: Path,
        *,
        child: "subprocess.Popen[bytes] | None",
        kept: bool,
    ) -> Running:
        names = self.names
        return Running(
            dsn=roles.dsn(sockets, names.owner, names.database),
            app_dsn=roles.dsn(sockets, names.app, names.database),
            admin_dsn=roles.dsn(sockets, roles.SUPERUSER, "postgres"),
            pid=pid,
            socket_folder=sockets,
            programs=programs,
            identity=identity,
            kept_by_us=kept,
            child=child,
        )

    def _keep(self) -> None:
        """Write down that this process stops the server, with its start time: pids are used again."""
        keeper = _open(self.base / "keeper", os.O_WRONLY | os.O_TRUNC)
        os.write(keeper, f"{os.getpid()} {processes.started_at(os.getpid())}\n".encode())
        os.close(keeper)

    def _keeper_lives(self) -> bool:
        try:
            pid, started = (self.base / "keeper").read_text(encoding="utf-8").split()
        except (OSError, ValueError):
            return False
        return processes.is_alive(int(pid)) and processes.started_at(int(pid)) == started

    @contextmanager
    def _log(self) -> Iterator[int]:
        path = self.base / "server.log"
        too_long = path.exists() and path.stat().st_size > LOG_KEPT_BYTES
        log = _open(path, os.O_WRONLY | (os.O_TRUNC if too_long else os.O_APPEND))
        try:
            yield log
        finally:
            os.close(log)

    def _log_tail(self, lines: int = 12) -> str:
        text = (self.base / "server.log").read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])


def _open(path: Path, flags: int) -> int:
    """Open or make a file of ours, never through a link: where root starts it, the folder belongs to a lesser user."""
    return os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _answers(admin_dsn: str) -> bool:
    try:
        psycopg.connect(admin_dsn, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _give(folder: Path, owner: tuple[int, int]) -> None:
    """Make a copied tree belong to the user that runs it; a no-op when we are that user."""
    if owner == (os.geteuid(), os.getegid()):
        return
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, *owner, follow_symlinks=False)
