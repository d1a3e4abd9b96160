"""What Opsgenie's API tells of alerts: which ones a query finds, in which stretches, in which words."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.alerts.world import World
from tests.gateways.opsgenie.calls import Api

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "aliases"),
    [
        ("", {"disk", "load", "gone"}),
        ("status:open", {"disk", "load"}),
        ("NOT status:open", {"gone"}),
        ("priority:P1", {"disk"}),
        ('tag:disk AND tag:"big one"', {"disk"}),
        ("tag:big", set()),
        ("tag:big*", {"disk"}),
        ("tag:null", {"load", "gone"}),
        ("teams:network", {"disk", "load", "gone"}),
        ("teams:Network source:ZABBIX", {"disk"}),
        ("source:zab*", {"disk"}),
        ("details.key:region", {"disk", "gone"}),
        ("details.value:us", {"gone"}),
        ("details.region:E*", {"disk"}),
        ("details.contains:x", set()),
        ("details.region:null", {"load"}),
        ("entity:host-1", {"disk"}),
        ("entity:null", {"load", "gone"}),
        ("count > 1", {"load"}),
        ("message:full", {"disk"}),
        ("message=full", set()),
        ("100%", {"load"}),
        ("_", set()),
        ("disk OR gone", {"disk", "gone"}),
        ("alias:disk", {"disk"}),
        ("createdAt > 1700000000000", {"disk", "load", "gone"}),
        ("createdAt < 1700000000000", set()),
        ("closedAt:null", {"disk", "load"}),
        ("acknowledged:true", set()),
        ("snoozed:false status:closed", {"gone"}),
        ("owner:null integration.name:Sample", {"disk", "load", "gone"}),
        ("integration.type:opsgenie alertId:nonsense", set()),
        ("recipients:anybody", set()),
    ],
)
def test_a_query_finds(three: World, query: str, aliases: set[str]) -> None:
    assert set(Api(three.token).aliases(query)) == aliases


def test_a_list_is_cut_into_pages_that_lead_to_each_other(three: World) -> None:
    api = Api(three.token)
    assert api.aliases("", sort="alias", order="asc", limit=2) == ["disk", "gone"]
    found = api("GET", "/v2/alerts", sort="alias", order="asc", limit=2, offset=2)[1]
    assert [alert["alias"] for alert in found["data"]] == ["load"]
    assert set(found["paging"]) == {"first", "prev", "last"}
    answer = Client().get(found["paging"]["first"], headers={"Authorization": f"GenieKey {three.token}"})
    assert (len(answer.json()["data"]), answer.headers["X-Paging-TotalCount"]) == (2, "3")
    assert "offset=2" in answer.headers["X-Paging-Next"]
    assert api("GET", "/v2/alerts/count")[1]["data"] == {"count": 3}


def test_an_alert_is_told_as_opsgenie_tells_it(three: World) -> None:
    alert = three.alert("disk")
    for identifier, kind in ((alert.uuid, "id"), (alert.id, "tiny"), ("disk", "alias")):
        status, found = Api(three.token)("GET", f"/v2/alerts/{identifier}", identifierType=kind)
        assert (status, found["data"]["id"]) == (200, str(alert.uuid))
    told = found["data"]
    assert (told["message"], told["priority"], told["status"], told["count"]) == ("Disk full", "P1", "open", 1)
    assert (told["tags"], told["entity"]) == (["disk", "big one"], "host-1")
    assert told["details"] == {"service": "db", "region": "eu"}
    assert told["createdAt"].endswith("Z")
    assert told["integration"]["name"] == "Sample"
