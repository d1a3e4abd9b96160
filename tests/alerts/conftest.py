"""The sample company of `tests.alerts.world`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.alerts.test_intake import Door
    from tests.alerts.test_spool import AwayDatabase
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


@pytest.fixture
async def door(fresh_database, stored_world, tmp_path, monkeypatch) -> AsyncIterator[Door]:
    """An intake with its spool, and a sender whose key it knows."""
    from tests.alerts.test_intake import Door
    from tocsin.alerts.intake import Intake, keeping
    from tocsin.core import config, keyring

    monkeypatch.setattr(keeping, "PROBE_S", 0.05)
    settings = replace(config.load(), database_url=fresh_database.app_dsn, data_dir=tmp_path)
    sender, token = stored_world
    intake = Intake(settings, keyring.load(replace(settings, data_dir=config.load().data_dir)))
    await intake.start()
    yield Door(intake, sender, token, fresh_database.dsn)
    await intake.stop()


@pytest.fixture
def away(monkeypatch) -> AwayDatabase:
    from tests.alerts.test_spool import AwayDatabase

    return AwayDatabase(monkeypatch)
