"""The sample company behind Opsgenie's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.alerts.world import World
    from tests.gateways.opsgenie.calls import Api


@pytest.fixture
def world(cast: object) -> World:
    """The integration and its database are of the team `network`."""
    from tests.alerts.world import World

    return World()


@pytest.fixture
def api(world: World) -> Api:
    """Calls with the key of the integration."""
    from tests.gateways.opsgenie.calls import Api

    return Api(world.token)


@pytest.fixture
def three(world: World) -> World:
    """One grave alert, one that was told twice, one that is over."""
    from tests.alerts.world import fire, resolve
    from tocsin.alerts.rules import Severity

    labels = {"service": "db", "tags": "disk,big one", "region": "eu", "entity": "host-1"}
    world.told(fire("disk", severity=Severity.CRITICAL, labels=labels, title="Disk full", source="zabbix"))
    load: dict[str, Any] = {"service": "app-0", "title": "Load high 100%", "labels": {"service": "app-0"}}
    world.told(fire("load", severity=Severity.MINOR, **load))
    world.told(fire("gone", title="Gone", labels={"service": "db", "region": "us"}), fire("load", **load))
    world.told(resolve("gone"))
    return world
