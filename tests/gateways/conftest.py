"""A committed sample company, and a front that takes its alerts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.gateways.front import running

if TYPE_CHECKING:
    from tests.alerts.world import World


@dataclass(frozen=True, slots=True)
class Front:
    """`url` of the front, a client for it, and the world behind it."""

    url: str
    client: httpx.Client
    world: World

    @property
    def key(self) -> dict[str, str]:
        return {"Authorization": f"GenieKey {self.world.token}"}

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.world.token}"}

    def events(self) -> int:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM alerts_event")
            found: int = cursor.fetchone()[0]
        return found


@pytest.fixture
def front(fresh_database, cast) -> Iterator[Front]:
    from tests.alerts.world import World

    world = World()
    with running(fresh_database.app_dsn) as url, httpx.Client(base_url=url, timeout=20) as client:
        yield Front(url, client, world)
