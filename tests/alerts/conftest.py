"""The sample company of `tests.alerts.world`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.alerts.world import World


@pytest.fixture
def world(cast: object) -> World:
    """In one transaction; Alice's team owns the database and the integration."""
    from tests.alerts.world import World

    return World()
