"""Whole nodes: roles that make one installation, one that takes over, starts and ends that are quick."""

from __future__ import annotations

import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tests.nodes import Node, wait_until

if TYPE_CHECKING:
    from tests.stories.conftest import Installation

ENDED_WITHIN_S = 5.0
GONE_WITHIN_S = 2.0
TAKEN_OVER_WITHIN_S = 20.0


def _fire(node: Node, token: str, alias: str) -> int:
    body = {"message": "Link down", "alias": alias, "priority": "P1", "details": {"service": "core-sw-waw-02"}}
    return node.post("/v2/alerts", headers={"Authorization": f"GenieKey {token}"}, json=body).status_code


def _alerts(installation: Installation) -> list[str]:
    return [row[0] for row in installation.rows("SELECT fingerprint FROM alerts_alert ORDER BY id")]


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


def test_three_roles_make_one_installation(installation: Installation) -> None:
    nodes = {role: installation.node(role, role) for role in ("intake", "web", "engine")}
    try:
        for node in nodes.values():
            node.start()
        nodes["web"].wait_ready()
        nodes["intake"].wait_ready()
        assert _fire(nodes["intake"], installation.token, "a") == 202
        wait_until(lambda: _alerts(installation) == ["a"])
        assert nodes["web"].get("/", follow_redirects=True).status_code == 200
        assert "--role intake" in nodes["intake"].get("/alerts").text
        wait_until(installation.pages_file.exists)
    finally:
        for node in nodes.values():
            node.kill()


def test_other_node_takes_over_and_no_alert_is_digested_twice(installation: Installation) -> None:
    nodes = [installation.node(name) for name in ("one", "two")]
    try:
        for node in nodes:
            node.start()
        for node in nodes:
            node.wait_ready()
        for number in range(20):
            assert _fire(nodes[number % 2], installation.token, f"a{number}") == 202
        wait_until(lambda: len(_alerts(installation)) == 20)
        for survivor in (1, 0):
            nodes[1 - survivor].kill()
            assert _fire(nodes[survivor], installation.token, f"after-{survivor}") == 202
            wait_until(lambda name=f"after-{survivor}": name in _alerts(installation), TAKEN_OVER_WITHIN_S)
            nodes[1 - survivor].start()
            nodes[1 - survivor].wait_ready()
        counts = installation.rows("SELECT fingerprint, count FROM alerts_alert")
        assert len(counts) == 22
        assert {count for _, count in counts} == {1}
    finally:
        for node in nodes:
            node.kill()


def test_node_ends_quickly_though_streams_are_open(installation: Installation) -> None:
    node = installation.node("one")
    try:
        node.start()
        node.wait_ready()
        with ExitStack() as tabs:
            client = tabs.enter_context(httpx.Client(limits=httpx.Limits(max_connections=60), timeout=10))
            for _ in range(50):
                headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in installation.cookies.items())}
                tab = client.stream("GET", f"{node.url}/live/stream?topics=alerts", headers=headers)
                assert tabs.enter_context(tab).status_code == 200
            began = time.monotonic()
            node.stop()
            assert time.monotonic() - began < ENDED_WITHIN_S
    finally:
        node.kill()


def test_killed_supervisor_leaves_no_process_behind(installation: Installation) -> None:
    node = installation.node("one")
    node.start()
    node.wait_ready()
    assert node.process is not None
    group = node.process.pid
    assert len(_members(group)) >= 4
    os.kill(group, signal.SIGKILL)
    node.process.wait()
    wait_until(lambda: not _members(group), GONE_WITHIN_S)
