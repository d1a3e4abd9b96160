"""The ground the stories of whole nodes happen on: a durable server, and whoever receives the webhooks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import pytest

from tests.channels.servers import Receiver
from tests.stories.fleet import Ground


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
