"""PagerDuty's change events over real HTTP, with its own client: durable like alerts, and no alert."""

from __future__ import annotations

import pagerduty
import pytest

from tests.gateways.conftest import Front
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts.models import Alert
from tocsin.deployments.queries import Wanted, changes

CHANGE = {
    "routing_key": "",
    "payload": {
        "summary": "db 15.4 rolled out",
        "source": "pipeline",
        "timestamp": "2026-11-24T09:00:00Z",
        "custom_details": {"service": "db", "commit": "4f2a"},
    },
    "links": [{"href": "https://ci.example.com/7", "text": "build 7"}],
}


def test_a_change_is_stored_before_it_is_answered_and_recorded_by_the_digest(front: Front) -> None:
    answer = front.client.post("/v2/change/enqueue", json=CHANGE | {"routing_key": front.world.token})
    assert (answer.status_code, answer.json()["status"], front.events()) == (202, "success", 1)
    assert answer.headers["tocsin-durability"] == "database"
    front.world.turn()
    ((row,), _) = changes(SYSTEM, Wanted())
    assert (row.summary, row.service.key, row.source) == ("db 15.4 rolled out", "db", "pipeline")
    assert (row.changed_at.isoformat(), row.links[0]["text"]) == ("2026-11-24T09:00:00+00:00", "build 7")
    assert row.details == {"service": "db", "commit": "4f2a"}
    assert not Alert.objects.exists()


def test_pagerdutys_own_client_tells_of_a_change(front: Front) -> None:
    client = pagerduty.EventsApiV2Client(front.world.token)
    client._url = front.url  # its setter insists on https, which a proxy in front of us would speak
    client.send_change_event({"summary": "cache purged", "source": "ops", "custom_details": {"service": "db"}})
    front.world.turn()
    assert [row.summary for row in changes(SYSTEM, Wanted())[0]] == ["cache purged"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "'routing_key' is missing"),
        ({"routing_key": "x", "payload": {"summary": " "}}, "'payload.summary' is missing"),
        (CHANGE | {"routing_key": "nobody"}, "not a live integration key"),
        (CHANGE | {"routing_key": "x", "links": {}}, "array"),
    ],
)
def test_a_change_that_cannot_be_taken_is_refused_in_pagerdutys_words(front: Front, body: object, says: str) -> None:
    answer = front.client.post("/v2/change/enqueue", json=body)
    assert (answer.status_code, answer.json()["status"]) == (400, "invalid event")
    assert says in " ".join(answer.json()["errors"])
    assert front.events() == 0
