"""What fires, as Alertmanager's API tells it."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.test import Client

from tests.alerts.world import World, fire
from tests.conftest import Clock
from tests.gateways.alertmanager.calls import Api, disk, key, matcher, moment, post
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import actions
from tocsin.alerts.rules import Severity
from tocsin.core import clock as clocks


def test_an_alert_is_read_back_as_it_was_posted(world: World, api: Api) -> None:
    posted = disk(startsAt="2026-01-01T10:00:00.123Z")
    post(world, posted)
    (alert,) = api.alerts()
    for field in ("labels", "annotations", "generatorURL", "startsAt"):
        assert alert[field] == posted[field]
    assert alert["fingerprint"] == world.alert(alert["fingerprint"]).fingerprint
    assert alert["receivers"] == [{"name": "network"}]
    assert alert["status"] == {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []}
    assert moment(alert["endsAt"]) - moment(alert["updatedAt"]) == timedelta(minutes=5)


def test_an_alert_without_summary_or_name_gets_none(world: World, api: Api) -> None:
    post(world, {"labels": {"job": "node"}}, {"labels": {"alertname": "Up"}, "annotations": {"message": "Down"}})
    found = {alert["labels"].get("alertname", ""): alert for alert in api.alerts()}
    assert (found[""]["labels"], found[""]["annotations"]) == ({"job": "node"}, {})
    assert (found["Up"]["labels"], found["Up"]["annotations"]) == ({"alertname": "Up"}, {"message": "Down"})


def test_annotations_are_no_part_of_what_an_alert_is_and_too_much_of_them_refuses_none(world: World, api: Api) -> None:
    many = {f"a{number}": "x" * 2000 for number in range(100)}
    post(world, disk(annotations=many))
    post(world, disk(annotations={"summary": "Other"}))
    (alert,) = api.alerts()
    assert alert["annotations"] == {"summary": "Other"}
    assert world.alert(alert["fingerprint"]).count == 2


def test_what_came_by_another_wire_has_the_labels_and_a_fingerprint_that_clients_expect(world: World, api: Api) -> None:
    world.told(fire("db-down", name="DatabaseDown", severity=Severity.CRITICAL, labels={"region": "eu"}))
    (alert,) = api.alerts()
    assert alert["labels"] == {"alertname": "DatabaseDown", "severity": "critical", "service": "db", "region": "eu"}
    assert (len(alert["fingerprint"]), "generatorURL" in alert) == (16, False)


def test_what_is_over_or_has_run_out_is_not_told(world: World, api: Api, clock: Clock) -> None:
    gone = (clocks.now() - timedelta(minutes=1)).isoformat()
    post(world, disk(), disk(labels={"alertname": "Gone", "service": "db"}, endsAt=gone))
    assert api.names() == ["DiskFull"]
    clock.forward(minutes=6)
    (late,) = api.alerts()
    assert moment(late["endsAt"]) > clocks.now(), "what is told to fire does not end in the past"
    assert actions.expire_due(heard_since=clocks.now() - timedelta(hours=1)) == 1
    assert api.names() == []


@pytest.fixture
def outage(world: World) -> World:
    world.outage()
    world.turn()
    return world


def test_a_symptom_is_inhibited_by_the_alert_of_its_cause(outage: World, api: Api) -> None:
    found = {alert["labels"]["service"]: alert for alert in api.alerts()}
    cause = found.pop("db")
    assert cause["status"]["state"] == "active"
    assert len(found) == 8
    for symptom in found.values():
        assert symptom["status"]["inhibitedBy"] == [cause["fingerprint"]]
        assert (symptom["status"]["state"], symptom["receivers"]) == ("suppressed", [{"name": "network"}])
    assert [alert["fingerprint"] for alert in api.alerts(inhibited="false")] == [cause["fingerprint"]]
    assert len(api.alerts(active="false")) == 8


def test_groups_are_told_with_their_cause_and_all_members(outage: World, api: Api) -> None:
    outage.told(fire("alone", service="lonely", severity=Severity.INFO, name="Alone"))
    outage.turn()
    status, groups = api("GET", "alerts/groups")
    assert status == 200
    told = {group["labels"].get("cause", ""): group for group in groups}
    assert (len(told["db"]["alerts"]), told["db"]["receiver"]) == (9, {"name": "network"})
    assert told["db"]["labels"]["group"] == str(outage.alert("db-down").group.uuid)  # type: ignore[union-attr]  # it is grouped
    assert [alert["labels"]["alertname"] for alert in told[""]["alerts"]] == ["Alone"]
    _, found = api("GET", "alerts/groups", inhibited="false", receiver="net.*", filter='alertname="DatabaseDown"')
    assert [len(group["alerts"]) for group in found] == [1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"filter": 'severity="page"'}, ["DiskFull"]),
        ({"filter": "severity!=page"}, ["Load"]),
        ({"filter": ' alertname =~ "Disk.*|x" '}, ["DiskFull"]),
        ({"filter": 'alertname=~"Disk"'}, []),
        ({"filter": 'alertname!~"Disk.*"'}, ["Load"]),
        ({"filter": ['service="db"', "instance=db-1:9100"]}, ["DiskFull"]),
        ({"filter": 'note="say \\"hi\\"\\n\\\\d"'}, ["Load"]),
        ({"filter": 'instance=""'}, ["Load"]),
        ({"receiver": "net.*"}, ["DiskFull", "Load"]),
        ({"receiver": "net"}, []),
        ({"unprocessed": "false"}, ["DiskFull", "Load"]),
        ({"silenced": "false"}, ["DiskFull"]),
        ({"active": "0"}, ["Load"]),
    ],
)
def test_filters_of_the_query(world: World, api: Api, query: dict[str, Any], expected: list[str]) -> None:
    post(world, disk(), {"labels": {"alertname": "Load", "service": "db", "note": 'say "hi"\n\\d'}})
    api.silence(matcher("alertname", "Load"))
    assert api.names(**query) == expected


@pytest.mark.parametrize("text", ["", "x", '="x"', 'a="x', 'a=x"y', 'a="x"y"', 'a=~"("', 'a=~"(?=x)"', "a" * 5000])
@pytest.mark.parametrize("path", ["alerts", "alerts/groups", "silences"])
def test_a_filter_that_is_none_is_refused_with_a_reason(api: Api, path: str, text: str) -> None:
    status, said = api("GET", path, filter=text)
    assert status == 400
    assert isinstance(said, str)


def test_a_hostile_receiver_expression_is_looked_at_in_linear_time(world: World, api: Api) -> None:
    post(world, disk())
    assert api("GET", "alerts", receiver="(n+)+(e|et)+(.*w){20}x") == (200, [])
    assert api("GET", "alerts", receiver="(")[0] == 400


def test_who_may_see_what(outage: World) -> None:
    details = actions.IntegrationDetails(key="other", name="Other", kind="alertmanager")
    actions.save_integration(details, actor=SYSTEM)
    assert len(Api(key("read")).alerts()) == 9
    assert len(Api(key("read", team="network")).alerts()) == 9
    assert len(Api(outage.token).alerts()) == 9
    assert len(Api(_token_of("other")).alerts()) == 0


def _token_of(integration: str) -> str:
    from tocsin.accounts.actions import issue_key
    from tocsin.accounts.rules import KeyScope
    from tocsin.alerts.queries import integration_by_key
    from tocsin.core.refs import Ref

    subject = Ref("alerts.integration", integration_by_key(SYSTEM, integration).uuid)
    return issue_key(name=integration, scope=KeyScope.INTEGRATION, subject=subject, actor=SYSTEM)[1]


@pytest.mark.parametrize("path", ["alerts", "alerts/groups", "silences", "silence/x", "receivers", "status"])
def test_whoever_has_no_live_key_is_challenged(api: Api, path: str) -> None:
    for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic é"}):
        answer = Client().get(f"/api/v2/{path}", headers=given)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="Tocsin"')
        assert "basic authentication" in answer.json()


def test_the_key_may_be_the_password_of_basic_authentication(world: World, api: Api) -> None:
    basic = base64.b64encode(f"whoever:{api.token}".encode()).decode()
    assert Client().get("/api/v2/status", headers={"Authorization": f"Basic {basic}"}).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("DELETE", "alerts"), ("POST", "status"), ("PUT", "silence/x")])
def test_another_method_is_told_which_there_are(api: Api, method: str, path: str) -> None:
    status, said = api(method, path)
    assert status == 405
    assert "GET" in said


def test_receivers_are_the_teams_and_the_configuration_names_them(api: Api) -> None:
    assert api("GET", "receivers") == (200, [{"name": "administrators"}, {"name": "network"}])
    status, found = api("GET", "status")
    assert status == 200
    configuration = yaml.safe_load(found["config"]["original"])
    assert configuration["receivers"] == [{"name": "administrators"}, {"name": "network"}]
    assert configuration["route"]["receiver"] == "administrators"
    assert (found["versionInfo"]["version"], found["cluster"]["status"]) == ("0.25.0", "ready")
