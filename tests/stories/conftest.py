"""The ground the stories of whole nodes happen on: a durable server, and whoever receives the webhooks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

import pytest

from tests.channels.servers import Receiver
from tests.stories.fleet import Ground

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stories.story import Story


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """What Anna's webhook points at."""
    with Receiver.listening() as listening:
        yield listening


@pytest.fixture(scope="session")
def ground(receiver: Receiver) -> Iterator[Ground]:
    """Migrated and furnished once; every fleet gets a copy."""
    folder = Path(tempfile.mkdtemp(prefix="story-"))
    prepared = Ground.prepared(folder, webhook=receiver.url)
    yield prepared
    prepared.cluster.stop()
    rmtree(folder, ignore_errors=True)


@pytest.fixture
def story(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    """The company, every room wired as in production, nothing delivered yet; pages go to a file of the test's."""
    from django.conf import settings

    from tests.stories.story import Story
    from tocsin.main import wiring

    pages = tmp_path / "pages.jsonl"
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, pages_file=str(pages)))
    wiring.plug()
    return Story(clock, pages)
