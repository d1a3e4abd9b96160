"""The estate of `world`, with every room wired as in production."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tocsin.alerts.models import Group


@pytest.fixture
def estate(db: None) -> Iterator[None]:
    """Services, owners on call, and an engine that reacts."""
    from tests.incidents import world
    from tocsin.items import ports as items_ports
    from tocsin.journal import ports as journal_ports
    from tocsin.main import wiring

    before = dict(journal_ports._reactions), dict(items_ports._types)
    wiring.plug()
    world.people()
    world.estate()
    yield
    journal_ports.plug_reactions(before[0])
    items_ports.plug_types(before[1].values())


@pytest.fixture
def storm(estate: None) -> Group:
    """A group whose first alert came six seconds ago: the switch fails, the gateway complains."""
    from tests.incidents import world

    return world.group()
