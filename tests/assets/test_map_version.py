"""Whoever keeps a copy of the map can tell cheaply whether it is still right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tocsin.accounts.rules import SYSTEM

if TYPE_CHECKING:
    from tests.conftest import Clock

pytestmark = pytest.mark.django_db


def test_version_of_the_map_changes_with_every_change_of_it_and_with_nothing_else(clock: Clock) -> None:
    from tocsin.assets.actions import ServiceDetails, remove_service, save_dependencies, save_services
    from tocsin.assets.queries import map_version

    save_services([ServiceDetails(key=key, name=key) for key in ("api", "database", "cache")], actor=SYSTEM)
    seen = [map_version()]
    save_dependencies({"api": ["database"]}, actor=SYSTEM)
    seen.append(map_version())
    save_dependencies({"api": ["cache"]}, actor=SYSTEM)
    seen.append(map_version())
    remove_service("cache", actor=SYSTEM)
    seen.append(map_version())
    assert len(set(seen)) == 4
    save_dependencies({"api": ["cache"]}, actor=SYSTEM)
    assert map_version() == seen[-1]
    clock.forward(seconds=1)
    remove_service("database", actor=SYSTEM)
    save_services([ServiceDetails(key="cache", name="cache")], actor=SYSTEM)
    assert map_version() not in seen, "as many are removed as before, but not the same"
