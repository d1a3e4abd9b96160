"""Debian's Zabbix runs the webhook of our guide against a running front, and its media type for Opsgenie on a node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template

import pytest

from tests.gateways import zabbix
from tests.gateways.conftest import Front
from tests.nodes import running_node, wait_until
from tocsin.alerts.models import Alert
from tocsin.alerts.rules import AlertState, Severity
from tocsin.alerts.sources.registry import KINDS

pytestmark = [pytest.mark.slow, pytest.mark.skipif(zabbix.RUNNER is None, reason=zabbix.MISSING)]

PATIENCE_S = 60.0
TAGS = '[{"tag": "service", "value": "db"}, {"tag": "scope", "value": "capacity"}]'


@dataclass(frozen=True, slots=True)
class Served:
    """A running node's address and an integration's key."""

    url: str
    token: str


@pytest.fixture
def served(fresh_database, cast, tmp_path: Path) -> Iterator[Served]:
    from tests.alerts.world import World

    world = World()
    with running_node(tmp_path / "node", fresh_database.app_dsn) as node:
        yield Served(node.url, world.token)


def test_the_webhook_of_the_guide_tells_a_problem_its_acknowledgement_and_its_end(front: Front, tmp_path: Path) -> None:
    def told(expected: AlertState, **event: str) -> Alert:
        done = zabbix.run(tmp_path, written.template, parameters | event)
        assert "OK" in done.stdout, (done.stdout, done.stderr)
        front.world.turn()
        found = front.world.alert("4711")
        assert found.state == expected
        return found

    _, listed, written, *_ = (Template(guide.text) for guide in KINDS.get("zabbix").guides)
    lines = listed.substitute(url=front.url, token=front.world.token).splitlines()
    names = dict(line.split(maxsplit=1) for line in lines)
    event = {"event_id": "4711", "value": "1", "update": "0", "severity": "5", "name": "Disk is full", "host": "db-01"}
    parameters = names | event | {"tags": TAGS}
    fired = told(AlertState.OPEN)
    assert (fired.title, fired.service.key, fired.severity) == ("Disk is full", "db", Severity.CRITICAL)
    assert fired.labels["scope"] == "capacity"
    taken = told(AlertState.ACKNOWLEDGED, update="1", update_action="acknowledged", update_by="Ann Ex")
    assert taken.acknowledged_by == "Ann Ex"
    told(AlertState.CLOSED, value="0")


def test_a_webhook_with_a_wrong_key_fails_where_zabbix_shows_it(front: Front, tmp_path: Path) -> None:
    _, _, written, *_ = KINDS.get("zabbix").guides
    given = {"url": f"{front.url}/in/zabbix", "token": "tcswrong", "event_id": "1", "value": "1"}
    done = zabbix.run(tmp_path, written.text, given)
    assert "Tocsin answered 401" in done.stdout + done.stderr


def test_the_media_type_for_opsgenie_works_with_the_address_and_key_changed(served: Served, tmp_path: Path) -> None:
    def told(expected: AlertState, **event: str) -> str:
        done = zabbix.run(tmp_path, script, parameters | event)
        assert '{"tags":' in done.stdout, (done.stdout, done.stderr)
        wait_until(lambda: Alert.objects.filter(fingerprint="4712", state=expected).exists(), PATIENCE_S)
        return done.stdout

    script = zabbix.opsgenie_script()
    parameters = zabbix.OPSGENIE | {
        "opsgenie_api": f"{served.url}/v2/alerts",
        "opsgenie_web": served.url,
        "opsgenie_token": served.token,
        "event_id": "4712",
        "event_tags_json": TAGS,
    }
    answer = told(AlertState.OPEN, event_value="1", event_update_status="0")
    fired = Alert.objects.get(fingerprint="4712")
    assert (fired.title, fired.severity, fired.description) == ("Disk is full", Severity.CRITICAL, "98% used")
    assert str(fired.uuid) in answer
    told(AlertState.ACKNOWLEDGED, event_value="1", event_update_status="1", event_update_action="acknowledged")
    told(AlertState.CLOSED, event_value="0", event_update_status="0")
