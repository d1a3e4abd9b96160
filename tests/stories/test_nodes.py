"""Whole nodes: roles that make one installation, one that takes over, starts and ends that are quick."""

from __future__ import annotations

import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.channels.servers import Receiver
from tests.nodes import Node, signed_in, wait_until
from tests.stories.fleet import NAMES, Fleet, Ground
from tocsin.core.postgres import roles
from tocsin.main import serve

ENDED_WITHIN_S = 5.0
GONE_WITHIN_S = 2.0
TAKEN_OVER_WITHIN_S = 20.0
ALL: tuple[str, ...] = ()
"""A node that does everything."""


def _failing(alias: str) -> dict[str, Any]:
    return {"message": "Database down", "alias": alias, "priority": "P1", "details": {"service": "db-0"}}


def _alerts(fleet: Fleet) -> list[str]:
    return [row[0] for row in fleet.rows("SELECT fingerprint FROM alerts_alert ORDER BY id")]


def _members(group: int) -> list[int]:
    """The processes of a process group that still run (what ended and waits to be collected does not)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, of_group = stat.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(of_group) == group and state != "Z":
            found.append(int(stat.parent.name))
    return found


def test_three_roles_make_one_installation(ground: Ground) -> None:
    with Fleet.running(ground, "three_roles", ("intake",), ("web",), ("engine",)) as fleet:
        intake, web, _ = fleet.nodes
        assert fleet.send(0, _failing("a")) == 202
        wait_until(lambda: _alerts(fleet) == ["a"])
        assert web.get("/", follow_redirects=True).status_code == 200
        assert "--role intake" in intake.get("/alerts").text
        wait_until(lambda: [line["to"] for line in fleet.lines()] == ["anna"])


def test_other_node_takes_over_and_no_alert_is_digested_twice(ground: Ground) -> None:
    with Fleet.running(ground, "take_over", ALL, ALL) as fleet:
        for number in range(20):
            assert fleet.send(number % 2, _failing(f"a{number}")) == 202
        wait_until(lambda: len(_alerts(fleet)) == 20)
        for survivor in (1, 0):
            dies = fleet.nodes[1 - survivor]
            dies.kill()
            assert fleet.send(survivor, _failing(f"after-{survivor}")) == 202
            wait_until(lambda name=f"after-{survivor}": name in _alerts(fleet), TAKEN_OVER_WITHIN_S)
            dies.start()
            dies.wait_ready()
        counts = fleet.rows("SELECT fingerprint, count FROM alerts_alert")
        assert len(counts) == 22
        assert {count for _, count in counts} == {1}


def test_node_that_starts_before_its_database_answers_senders_and_begins_when_it_comes(ground: Ground) -> None:
    dsn = roles.dsn(ground.running.socket_folder, NAMES.app, "comes_later")
    node = Node(ground.folder / "early", dsn)
    headers = {"Authorization": f"GenieKey {ground.token}"}
    node.start()
    try:
        wait_until(lambda: answers(node, "/-/healthy"))
        assert node.get("/healthz").json()["database"] == "away"
        refused = node.post("/v2/alerts", headers=headers, json=_failing("a"))
        assert refused.status_code == 503, "a key nobody can look up is neither taken nor called wrong"
        assert node.get("/").status_code == 503
        ground.database("comes_later")
        node.wait_ready()
        assert node.post("/v2/alerts", headers=headers, json=_failing("a")).status_code == 202
        fleet = Fleet(ground=ground, nodes=[node], dsn=dsn, folder=ground.folder / "early")
        wait_until(lambda: _alerts(fleet) == ["a"])
    finally:
        node.kill()


def answers(node: Node, path: str) -> bool:
    """Whether anybody answers there."""
    try:
        return node.get(path).status_code == 200
    except httpx.TransportError:
        return False


def test_node_ends_quickly_though_streams_are_open(ground: Ground) -> None:
    with Fleet.running(ground, "streams", ALL) as fleet, ExitStack() as tabs:
        (node,) = fleet.nodes
        client = tabs.enter_context(signed_in(node.url + fleet.sign_in_link()))
        for _ in range(50):
            tab = client.stream("GET", f"{node.url}/live/stream?topics=alerts")
            assert tabs.enter_context(tab).status_code == 200
        began = time.monotonic()
        node.stop()
        assert time.monotonic() - began < ENDED_WITHIN_S


def test_call_under_way_when_a_node_is_stopped_is_recorded_and_not_made_again(
    ground: Ground, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.requests.clear()
    with Fleet.running(ground, "orderly", ALL) as fleet:
        monkeypatch.setattr(receiver, "slow_s", serve.GRACE_S + 2)
        assert fleet.send(0, _failing("a")) == 202
        wait_until(lambda: len(receiver.requests) == 1)
        fleet.nodes[0].stop()
        assert set(fleet.rows("SELECT channel, state FROM channels_delivery")) == {
            ("file", "sent"),
            ("webhook", "sent"),
        }
    assert len(receiver.requests) == 1


def test_killed_supervisor_leaves_no_process_behind(ground: Ground) -> None:
    with Fleet.running(ground, "supervisor", ALL) as fleet:
        (node,) = fleet.nodes
        assert node.process is not None
        group = node.process.pid
        assert len(_members(group)) >= 4
        os.kill(group, signal.SIGKILL)
        node.process.wait()
        wait_until(lambda: not _members(group), GONE_WITHIN_S)
