"""The sample company of `tests.alerts.world`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.alerts.world import World
    from tocsin.alerts.intake import Sender


@pytest.fixture
def world(cast: object) -> World:
    """In one transaction; Alice's team owns the database and the integration."""
    from tests.alerts.world import World

    return World()


@pytest.fixture
def stored_world(fresh_database, cast) -> tuple[Sender, str]:
    """Committed, so that other connections see it: who sends, and with which token."""
    from tests.alerts.world import World

    world = World()
    return world.sender, world.token
