"""Debian's real Icinga 2 and Nagios 4 notify a running front by the commands that the guides tell people to add."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.gateways.conftest import Front
from tests.gateways.monitors import HOST, MISSING, MONITORS, SERVICE, Monitor, is_here
from tests.nodes import wait_until
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts.models import Alert
from tocsin.alerts.rules import AlertState, Severity
from tocsin.assets import rules
from tocsin.assets.actions import import_map
from tocsin.assets.queries import edges, service_by_key

PATIENCE_S = 60.0
DOWNTIME_S = 5
OF_SERVICE = f"{HOST}!{SERVICE}"


@pytest.fixture(params=sorted(MONITORS))
def monitor(request: pytest.FixtureRequest, front: Front, tmp_path: Path) -> Iterator[Monitor]:
    """Each of the two, notifying `front`."""
    if not is_here(request.param):
        pytest.skip(MISSING[request.param])
    _, run = MONITORS[request.param]
    with run(tmp_path / "monitor", front.url, front.world.token) as running:
        yield running


@pytest.fixture
def until(front: Front) -> Callable[[Callable[[], bool]], None]:
    """Digest until it is so."""

    def reached(seen: Callable[[], bool]) -> None:
        wait_until(lambda: front.world.turn() >= 0 and seen(), PATIENCE_S)

    return reached


def is_open(fingerprint: str) -> bool:
    return Alert.objects.filter(fingerprint=fingerprint, state=AlertState.OPEN).exists()


def is_closed(fingerprint: str) -> bool:
    return Alert.objects.filter(fingerprint=fingerprint, state=AlertState.CLOSED).exists()


@pytest.mark.slow
def test_a_service_turns_critical_is_acknowledged_and_recovers(front: Front, monitor: Monitor, until) -> None:
    monitor.service(2, "DISK CRITICAL: it is 98% full & it's Łódź")
    until(lambda: is_open(OF_SERVICE))
    alert = front.world.alert(OF_SERVICE)
    assert (alert.service.key, alert.name, alert.severity) == (HOST, SERVICE, Severity.CRITICAL)
    assert alert.title.startswith("db-01: disk CRITICAL: DISK CRITICAL: it is 98% full")
    assert alert.title.endswith("Łódź")
    assert {alert.labels[name] for name in ("alias", "address", "state")} == {"Database 1", "192.0.2.1", "CRITICAL"}
    monitor.command("ACKNOWLEDGE_SVC_PROBLEM", HOST, SERVICE, 1, 1, 0, "alice", "on it")
    until(lambda: front.world.alert(OF_SERVICE).acknowledged_at is not None)
    assert front.world.alert(OF_SERVICE).acknowledged_by == "alice"
    monitor.service(0, "DISK OK")
    until(lambda: is_closed(OF_SERVICE))
    assert not is_open(HOST)


@pytest.mark.slow
def test_a_host_goes_down_and_comes_back(front: Front, monitor: Monitor, until) -> None:
    monitor.host(2, "PING CRITICAL")
    until(lambda: is_open(HOST))
    alert = front.world.alert(HOST)
    assert (alert.service.key, alert.name, alert.severity) == (HOST, "host", Severity.CRITICAL)
    monitor.host(0, "PING OK")
    until(lambda: is_closed(HOST))


@pytest.mark.slow
def test_a_downtime_hides_a_problem_until_its_end(front: Front, monitor: Monitor, until) -> None:
    end = int(time.time()) + DOWNTIME_S
    monitor.command(
        "SCHEDULE_SVC_DOWNTIME", HOST, SERVICE, end - DOWNTIME_S, end, 1, 0, DOWNTIME_S, "alice", "new disk"
    )
    wait_until(lambda: "DOWNTIMESTART" in monitor.log().upper(), PATIENCE_S)
    monitor.service(2, "DISK CRITICAL")
    until(lambda: is_open(OF_SERVICE))
    assert time.time() >= end
    assert front.events() == 1


@pytest.mark.slow
def test_an_alert_lands_on_the_host_that_was_imported(
    request: pytest.FixtureRequest, front: Front, monitor: Monitor, until
) -> None:
    kind = request.node.callspec.params["monitor"]
    new = import_map(rules.read(rules.Monitor(kind), monitor.objects(), file="objects"), actor=SYSTEM)
    assert sorted((host.key, host.name) for host in new.hosts) == [("db-01", "Database 1"), ("sw-01", "Switch 1")]
    assert new.needs == (("db-01", "sw-01"),)
    assert ("db-01", "sw-01") in {(edge.caller, edge.callee) for edge in edges()}
    monitor.host(2, "PING CRITICAL")
    until(lambda: is_open(HOST))
    assert front.world.alert(HOST).service == service_by_key(SYSTEM, HOST)
