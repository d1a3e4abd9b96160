"""Fixtures of the paging tests; what they build is in `world`, because Django is not ready when this file is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.paging.world import World


@pytest.fixture(autouse=True)
def _plugged() -> Iterator[None]:
    """As `main.wiring` plugs it."""
    from tocsin.channels import ports
    from tocsin.paging.queries import still_wanted

    ports.plug_still_wanted({"paging.notification": still_wanted})
    yield
    ports.plug_still_wanted({})


@pytest.fixture
def pages_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the file channel of this test writes."""
    from django.conf import settings

    path = tmp_path / "pages.jsonl"
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, pages_file=str(path)))
    return path


@pytest.fixture
def world(db: None, pages_file: Path) -> World:
    """The team on call, in the database that is rolled back."""
    from tests.paging.world import build

    return build(pages_file)


@pytest.fixture
def on_call(world: World) -> str:
    """The login of whoever is on call right now."""
    return world.on_call()
