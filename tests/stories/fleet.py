"""Whole nodes on a PostgreSQL that keeps what it says; both may be killed.

The company has a few databases on tier 1, each with services of its own that need it, all owned by one team with one
person on call. Every database is a fire that can be lit; none has anything to do with another.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.nodes import Node, wait_until
from tocsin.core.postgres import Cluster, Running, roles
from tocsin.core.postgres.processes import PidFile, all_in, read_pid_file, send

FIRES = 6
"""Databases that can fail."""

CALLERS = 8
"""Services that need each database."""

LEASE_S = 5
"""How long a node that died keeps others from its work; short, because tests wait for it."""

FIRST_START_S = 90.0
"""How long a node may take to its first work; it may have to make its database, and tests run beside each other."""

PLANTED = Path(__file__).with_name("planted")
"""What Python runs first in a node that is to be wrong."""

TOCSIN = [sys.executable, "-c", "from tocsin.main.cli import main; main()"]

NAMES = roles.Names()


def company(webhook: str, *, fires: int = FIRES) -> dict[str, Any]:
    """The company file; Anna is reached by file and by webhook."""
    databases = [{"key": f"db-{n}", "name": f"Database {n}", "team": "network", "tier": 1} for n in range(fires)]
    callers = [
        {"key": caller(n, m), "name": caller(n, m), "team": "network", "tier": 2, "depends_on": [f"db-{n}"]}
        for n in range(fires)
        for m in range(CALLERS)
    ]
    contacts = [{"channel": "file", "address": "anna"}, {"channel": "webhook", "address": webhook}]
    anna = {"login": "anna", "name": "Anna Sample", "role": "admin", "contacts": contacts}
    rotation = {
        "key": "network-primary",
        "team": "network",
        "zone": "Europe/Warsaw",
        "handoff": {"weekday": "monday", "time": "09:00"},
        "starts_on": "2024-01-01",
        "participants": ["anna"],
    }
    step = {"after_s": 0, "notify": [{"rotation": "network-primary"}]}
    return {
        "tocsin": 1,
        "people": [anna],
        "teams": [{"key": "network", "name": "Network", "members": ["anna"], "lead": "anna"}],
        "services": databases + callers,
        "rotations": [rotation],
        "policies": [{"key": "network-default", "team": "network", "repeat": 1, "steps": [step]}],
        "integrations": [{"key": "sample", "kind": "opsgenie", "team": "network"}],
        "keys": [{"name": "sample", "scope": "integration", "integration": "sample", "team": "network"}],
    }


def caller(fire: int, number: int) -> str:
    """The key of a service that needs the fire's database."""
    return f"app-{fire}-{number}"


@dataclass(kw_only=True)
class Ground:
    """A durable server with one database that is migrated and knows the company: the template of every fleet's.

    `token` is the sender's key; nodes may call `webhook`, which is Anna's.
    """

    folder: Path
    cluster: Cluster
    webhook: str
    token: str = ""

    @classmethod
    def prepared(cls, folder: Path, *, webhook: str, fires: int = FIRES) -> Ground:
        """Start the server with fsync on, migrate, apply the company; the caller stops `cluster`."""
        ground = cls(folder=folder, cluster=Cluster(folder / "pg"), webhook=webhook)
        running = ground.cluster.start()
        run([sys.executable, "-m", "tocsin.main.migrate"], running.dsn)
        file = folder / "company.yaml"
        file.write_text(json.dumps(company(webhook, fires=fires)))
        done = run([*TOCSIN, "apply", "--json", str(file)], running.app_dsn)
        ground.token = json.loads(done)["secrets"]["sample"]
        return ground

    @property
    def running(self) -> Running:
        """The server; started again when it is not alive."""
        return self.cluster.start()

    def kill(self) -> None:
        """kill -9 of the postmaster and all its children, at once; then start the server again."""
        killed = self.running
        for pid in all_in(self.cluster.data):
            with suppress(ProcessLookupError):
                send(pid, signal.SIGKILL)
        wait_until(lambda: not killed.is_alive())
        self.cluster.start()

    def database(self, name: str) -> str:
        """A copy of the template; returns the application's address of it."""
        # The other strategy copies how many values of each sequence are in the log already, and not the log: the first
        # values after the copy would be given out once more after a kill.
        copied = f'create database "{name}" template "{NAMES.database}" owner "{NAMES.owner}" strategy file_copy'
        with closing(psycopg.connect(self.running.admin_dsn, autocommit=True)) as admin:
            admin.execute(copied.encode())
        return roles.dsn(self.running.socket_folder, NAMES.app, name)


@dataclass(kw_only=True)
class OwnDatabase:
    """The embedded server of a node. `data` is PostgreSQL's folder, `token` the sender's key."""

    data: Path
    token: str = ""

    @property
    def dsn(self) -> str:
        """Where the application reaches it."""
        found = read_pid_file(self.data)
        assert found is not None
        return roles.dsn(found.socket_folder, NAMES.app, NAMES.database)

    def kill(self) -> None:
        """kill -9 of the postmaster, which leaves its children behind; the node is to start it again by itself."""
        killed = read_pid_file(self.data)
        assert killed is not None
        send(killed.pid, signal.SIGKILL)
        wait_until(lambda: self._started_after(killed))

    def _started_after(self, killed: PidFile) -> bool:
        found = read_pid_file(self.data)
        return found is not None and found.ready and found.pid != killed.pid


def run(command: list[str], dsn: str) -> str:
    done = subprocess.run(
        command, env=os.environ | {"TOCSIN_DATABASE_URL": dsn}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def environment_of(folder: Path, webhook: str) -> dict[str, str]:
    """The settings of nodes whose pages are to be seen."""
    return {
        "TOCSIN_PAGES_FILE": str(folder / "pages.jsonl"),
        "TOCSIN_ALLOWED_TARGETS": urlsplit(webhook).netloc,
        "TOCSIN_LEASE_S": str(LEASE_S),
    }


@dataclass(kw_only=True)
class Fleet:
    """Nodes on one database. They write pages into one file, as if it were on a disk they share.

    `in_flight` is how many calls were under way at all kills together: whether they were made nobody wrote down.
    """

    ground: Ground | OwnDatabase
    nodes: list[Node]
    dsn: str
    folder: Path
    killed: dict[str, int] = field(default_factory=lambda: {"node": 0, "database": 0})
    in_flight: int = 0

    @classmethod
    @contextmanager
    def running(cls, ground: Ground, name: str, *roles: tuple[str, ...], bug: str = "") -> Iterator[Fleet]:
        """One node for each of `roles`, all ready, killed afterwards. `bug` names one of `planted/sitecustomize.py`."""
        folder = ground.folder / name
        environment = environment_of(folder, ground.webhook)
        if bug:
            environment |= {"PLANTED_BUG": bug, "PYTHONPATH": str(PLANTED)}
        dsn = ground.database(name)
        nodes = [Node(folder / f"node-{n}", dsn, roles=each, environment=environment) for n, each in enumerate(roles)]
        fleet = cls(ground=ground, nodes=nodes, dsn=dsn, folder=folder)
        try:
            for node in nodes:
                node.start()
            for node in nodes:
                if node.roles != ("engine",):  # it answers nobody; the others are ready only when it is
                    wait_until(node.is_ready, FIRST_START_S)
            yield fleet
        finally:
            for node in nodes:
                node.kill()

    @classmethod
    @contextmanager
    def embedded(cls, folder: Path, *, webhook: str) -> Iterator[Fleet]:
        """One node with a database of its own, ready and furnished, killed afterwards with its database."""
        node = Node(folder / "node", "", environment=environment_of(folder, webhook))
        own = OwnDatabase(data=node.data_dir / "postgres" / "cluster")
        try:
            node.start()
            wait_until(node.is_ready, FIRST_START_S)
            file = folder / "company.yaml"
            file.write_text(json.dumps(company(webhook)))
            done = run([*TOCSIN, "apply", "--json", str(file)], own.dsn)
            own.token = json.loads(done)["secrets"]["sample"]
            yield cls(ground=own, nodes=[node], dsn=own.dsn, folder=folder)
        finally:
            node.kill()
            for pid in all_in(own.data) if own.data.exists() else ():
                send(pid, signal.SIGKILL)

    def send(self, number: int, alert: dict[str, Any]) -> int:
        """Post an alert to a node; returns the status of its answer."""
        headers = {"Authorization": f"GenieKey {self.ground.token}"}
        return self.nodes[number].post("/v2/alerts", headers=headers, json=alert).status_code

    def sign_in_link(self) -> str:
        """A link that makes a browser Anna's, once."""
        return urlsplit(run([*TOCSIN, "person", "sign-in-link", "anna"], self.dsn).strip()).path

    def spooled(self) -> int:
        """How many alerts wait on the nodes' disks."""
        return sum(int(node.get("/healthz").json()["spooled"]) for node in self.nodes)

    def is_at_work(self, number: int) -> bool:
        """Whether a node runs and is ready."""
        node = self.nodes[number]
        return node.process is not None and node.process.poll() is None and node.is_ready()

    def kill_node(self, number: int) -> None:
        """kill -9 of a whole node, which is started again at once, as a service manager does."""
        self.nodes[number].kill()
        self.killed["node"] += 1
        self.in_flight += self._under_way()
        self.nodes[number].start()

    def kill_database(self) -> None:
        """kill -9 of the whole server, which recovers and is started again."""
        self.in_flight += self._under_way()
        self.ground.kill()
        self.killed["database"] += 1
        self.in_flight += self._under_way()

    def _under_way(self) -> int:
        return int(self.one("SELECT count(*) FROM channels_delivery WHERE state = 'sending'"))

    def revive(self) -> None:
        """Start what ended by itself because the database was away while it started."""
        for node in self.nodes:
            if node.process is None or node.process.poll() is not None:
                node.start()

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database says."""
        with closing(psycopg.connect(self.dsn, autocommit=True, connect_timeout=5)) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def one(self, query: str, *values: Any) -> Any:
        """The single value of a query."""
        return self.rows(query, *values)[0][0]

    def lines(self) -> list[dict[str, Any]]:
        """What the file channel wrote."""
        file = self.folder / "pages.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
