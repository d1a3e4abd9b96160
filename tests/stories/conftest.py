"""The installation the stories of whole nodes happen in: a PostgreSQL of its own that keeps what it commits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.nodes import Node
from tocsin.core.postgres import Cluster


@dataclass(slots=True)
class Installation:
    """A cluster of its own with fsync on, the small estate in it, the key of a sender, Alice's session."""

    folder: Path
    cluster: Cluster
    token: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def pages_file(self) -> Path:
        """One file for all nodes: what reached people."""
        return self.folder / "pages.jsonl"

    def node(self, name: str, *roles: str) -> Node:
        """A node that is not started yet."""
        assert self.cluster.running is not None
        environment = {"TOCSIN_PAGES_FILE": str(self.pages_file)}
        return Node(self.folder / name, self.cluster.running.app_dsn, roles=roles, environment=environment)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        assert self.cluster.running is not None
        with psycopg.connect(self.cluster.running.dsn) as connection:
            return connection.execute(query.encode()).fetchall()


@pytest.fixture
def installation(
    tmp_path: Path, template_database: str, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Installation]:
    """Migrated, with people on call, services, and an integration."""
    cluster = Cluster(tmp_path / "pg")
    with cluster as running:
        migrate = [sys.executable, "-m", "tocsin.main.migrate"]
        subprocess.run(migrate, env=os.environ | {"TOCSIN_DATABASE_URL": running.dsn}, check=True, timeout=60)
        found = Installation(tmp_path, cluster)
        with django_db_blocker.unblock():
            found.token, found.cookies = _furnish(running.socket_folder)
        yield found


def _furnish(sockets: Path) -> tuple[str, dict[str, str]]:
    from django.db import connection
    from django.test import Client

    from tests.incidents import world
    from tocsin.accounts.actions import issue_key
    from tocsin.accounts.models import Person
    from tocsin.accounts.rules import SYSTEM, KeyScope
    from tocsin.alerts.actions import IntegrationDetails, save_integration
    from tocsin.alerts.models import Integration
    from tocsin.core.refs import Ref

    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(HOST=str(sockets), NAME="tocsin")
    try:
        world.people()
        world.estate()
        save_integration(IntegrationDetails(key="sample", name="Sample", kind="opsgenie"), actor=SYSTEM)
        subject = Ref("alerts.integration", Integration.objects.get(key="sample").uuid)
        token = issue_key(name="sample", scope=KeyScope.INTEGRATION, subject=subject, actor=SYSTEM)[1]
        client = Client()
        client.force_login(Person.objects.get(login="alice"))
        return token, {name: morsel.value for name, morsel in client.cookies.items()}
    finally:
        connection.close()
        connection.settings_dict.update(HOST=before["HOST"], NAME=before["NAME"])
