"""A warm node, whose database is migrated and whose modules are compiled, is soon ready."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.stories.conftest import Installation

READY_WITHIN_S = 5.0


def test_warm_node_is_ready_quickly(installation: Installation) -> None:
    node = installation.node("one")
    try:
        node.start()
        node.wait_ready()
        node.stop()
        began = time.monotonic()
        node.start()
        node.wait_ready()
        assert time.monotonic() - began < READY_WITHIN_S
    finally:
        node.kill()
