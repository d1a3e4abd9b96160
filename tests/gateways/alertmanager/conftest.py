"""The sample company behind Alertmanager's API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.alerts.world import World
    from tests.gateways.alertmanager.calls import Api
    from tests.gateways.alertmanager.serving import Served


@pytest.fixture
def world(cast: object) -> World:
    """The integration and its database are of the team `network`."""
    from tests.alerts.world import World

    return World()


@pytest.fixture
def api(world: World) -> Api:
    """Calls with a key that manages the organisation."""
    from tests.gateways.alertmanager.calls import Api, key

    return Api(key())


@pytest.fixture
def served(fresh_database, cast, tmp_path: Path) -> Iterator[Served]:
    """A whole node on a port of its own."""
    from tests.alerts.world import World
    from tests.gateways.alertmanager.calls import key
    from tests.gateways.alertmanager.serving import Served
    from tests.nodes import running_node

    world = World()
    with running_node(tmp_path / "node", fresh_database.app_dsn) as node:
        yield Served(node, world.token, key())
