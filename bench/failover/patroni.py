"""Three PostgreSQL servers under Patroni, and one etcd, on loopback. Root starts them as `postgres`: they refuse it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.nodes import free_port, wait_until
from tocsin.core.postgres.processes import all_in, send

MEMBERS = 3
START_S = 120.0

DYNAMIC = {
    "ttl": 20,
    "loop_wait": 1,
    "retry_timeout": 3,
    "synchronous_mode": True,
    "synchronous_mode_strict": True,
    "failsafe_mode": True,
    "postgresql": {"use_pg_rewind": True, "parameters": {"max_connections": 150, "wal_keep_size": "256MB"}},
}
"""What the operator's page recommends."""

TRUST = ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]


def as_postgres() -> list[str]:
    """What stands before a command that must not be root's."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []


@dataclass(kw_only=True)
class Member:
    """One server and the Patroni that runs it."""

    name: str
    folder: Path
    program: str
    etcd: int
    port: int
    rest: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self, bin_dir: Path) -> None:
        file = self.folder / "patroni.yaml"
        file.write_text(json.dumps(self._settings(bin_dir)))
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*as_postgres(), self.program, str(file)],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """kill -9 of Patroni and of every process of its PostgreSQL: the machine is gone."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
        for pid in all_in(self.data) if self.data.exists() else ():
            with suppress(ProcessLookupError):
                send(pid, signal.SIGKILL)

    def is_role(self, role: str) -> bool:
        """Whether Patroni says that this member is the `primary`, or a `replica` that streams."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.rest}/{role}", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def _settings(self, bin_dir: Path) -> dict[str, Any]:
        users = {
            role: {"username": "postgres", "password": "trusted"} for role in ("superuser", "replication", "rewind")
        }
        return {
            "scope": "tocsin",
            "name": self.name,
            "restapi": {"listen": f"127.0.0.1:{self.rest}", "connect_address": f"127.0.0.1:{self.rest}"},
            "etcd3": {"host": f"127.0.0.1:{self.etcd}"},
            "bootstrap": {"dcs": DYNAMIC, "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "data-checksums"]},
            "postgresql": {
                "listen": f"127.0.0.1:{self.port}",
                "connect_address": f"127.0.0.1:{self.port}",
                "data_dir": str(self.data),
                "bin_dir": str(bin_dir),
                "authentication": users,
                "pg_hba": TRUST,
                "parameters": {"unix_socket_directories": str(self.folder)},
            },
        }


@dataclass(kw_only=True)
class Patroni:
    """The cluster."""

    members: list[Member]
    bin_dir: Path

    @classmethod
    @contextmanager
    def running(cls, folder: Path, *, program: str) -> Iterator[Patroni]:
        """All three up and in step; killed afterwards. The folder is given to whoever runs PostgreSQL."""
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        if not found:
            raise SystemExit("Debian: apt-get install postgresql etcd-server patroni")
        folder.mkdir()
        etcd_port = free_port()
        cluster = cls(members=[], bin_dir=found[-1].parent)
        for number in range(MEMBERS):
            (folder / f"db-{number}").mkdir(mode=0o700)
            cluster.members.append(
                Member(
                    name=f"db-{number}",
                    folder=folder / f"db-{number}",
                    program=program,
                    etcd=etcd_port,
                    port=free_port(),
                    rest=free_port(),
                )
            )
        if os.geteuid() == 0:
            for each in (folder, *(member.folder for member in cluster.members)):
                shutil.chown(each, "postgres", "postgres")
        with _etcd(folder, etcd_port):
            try:
                for member in cluster.members:
                    member.start(cluster.bin_dir)
                wait_until(cluster.is_whole, START_S)
                yield cluster
            finally:
                for member in cluster.members:
                    member.kill()

    def dsn(self, user: str, database: str) -> str:
        """All hosts; the one that takes writes is meant."""
        hosts = ",".join(f"127.0.0.1:{member.port}" for member in self.members)
        return f"postgresql://{user}@{hosts}/{database}?target_session_attrs=read-write"

    def primary(self) -> Member | None:
        return next((member for member in self.members if member.is_role("primary")), None)

    def is_whole(self) -> bool:
        """One primary that takes writes, and all others stream."""
        roles = [("primary", 1), ("replica", MEMBERS - 1)]
        return all(sum(member.is_role(role) for member in self.members) == count for role, count in roles)

    def writable_s(self) -> float:
        """Wait until some server takes a write; how long that took."""
        began = time.monotonic()
        wait_until(self._takes_writes, START_S)
        return time.monotonic() - began

    def _takes_writes(self) -> bool:
        try:
            dsn = self.dsn("postgres", "postgres")
            with closing(psycopg.connect(dsn, connect_timeout=1, autocommit=True)) as admin:
                admin.execute("SELECT pg_current_xact_id()")
        except psycopg.Error:
            return False
        return True


@contextmanager
def _etcd(folder: Path, port: int) -> Iterator[None]:
    peer = f"http://127.0.0.1:{free_port()}"
    client = f"http://127.0.0.1:{port}"
    command = ["etcd", "--name", "etcd", "--data-dir", str(folder / "etcd"), "--listen-client-urls", client]
    command += ["--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer]
    command += ["--initial-cluster", f"etcd={peer}"]
    with (folder / "etcd.log").open("ab") as log:
        process = subprocess.Popen([*as_postgres(), *command], stdout=log, stderr=log, cwd=folder)
    try:
        yield
    finally:
        process.kill()
        process.wait()
