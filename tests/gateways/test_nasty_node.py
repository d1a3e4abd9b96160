"""Two hundred of the nasty bodies over real HTTP: a node's intake and, behind it, what Django answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.gateways.addresses import Keys, addresses, flaw
from tests.gateways.nasty import corpus
from tests.nodes import Node, running_node

SOME = 200


@pytest.fixture
def node(fresh_database, cast, tmp_path: Path) -> Iterator[tuple[Node, Keys]]:
    from tests.alerts.world import World
    from tests.gateways.alertmanager.calls import key

    keys = Keys(sender=World().token, manager=key())
    with running_node(tmp_path / "node", fresh_database.app_dsn, environment={"TOCSIN_KEY_REQUESTS": "0"}) as running:
        yield running, keys


@pytest.mark.slow
def test_every_address_answers_nasty_bodies_in_its_own_words(node: tuple[Node, Keys]) -> None:
    running, keys = node
    known, bodies = addresses(), corpus()[::2][:SOME]
    assert len(bodies) == SOME
    wrong: dict[str, str] = {}
    with httpx.Client(base_url=running.url, timeout=30) as client:
        for number, nasty in enumerate(bodies):
            address = known[number % len(known)]
            headers = {**nasty.headers, **address.headers(keys)}
            answer = client.request(address.method, address.path, content=nasty.body, headers=headers)
            if found := flaw(address.wire, answer):
                wrong[f"{address.name}, {nasty.name}"] = found
    assert wrong == {}
