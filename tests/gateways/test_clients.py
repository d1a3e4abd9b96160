"""The products' own clients speak to us and notice no difference."""

from __future__ import annotations

import opsgenie_sdk
import pagerduty

from tests.gateways.conftest import Front
from tocsin.alerts.rules import AlertState, Severity


def test_opsgenies_client_creates_acknowledges_and_closes(front: Front) -> None:
    settings = opsgenie_sdk.configuration.Configuration()
    settings.host = front.url
    settings.api_key["Authorization"] = front.world.token
    settings.retry_enabled = False
    api = opsgenie_sdk.AlertApi(api_client=opsgenie_sdk.api_client.ApiClient(configuration=settings))
    payload = opsgenie_sdk.CreateAlertPayload(
        message="Sample alert", alias="sdk", priority="P2", details={"service": "db"}, tags=["sample", "disk"]
    )
    created = api.create_alert(create_alert_payload=payload)
    assert created.request_id
    front.world.turn()
    alert = front.world.alert("sdk")
    assert (alert.severity, alert.labels["tags"]) == (Severity.MAJOR, "sample,disk")
    api.acknowledge_alert(
        identifier="sdk", identifier_type="alias", acknowledge_alert_payload=opsgenie_sdk.AcknowledgeAlertPayload()
    )
    front.world.turn()
    assert front.world.alert("sdk").state == AlertState.ACKNOWLEDGED
    api.close_alert(identifier="sdk", identifier_type="alias", close_alert_payload=opsgenie_sdk.CloseAlertPayload())
    front.world.turn()
    assert front.world.alert("sdk").state == AlertState.CLOSED


def test_pagerdutys_client_triggers_acknowledges_and_resolves(front: Front) -> None:
    client = pagerduty.EventsApiV2Client(front.world.token)
    client._url = front.url  # its setter insists on https, which a proxy in front of us would speak
    key = client.trigger("Sample event", "db", severity="error", custom_details={"service": "db"})
    front.world.turn()
    assert front.world.alert(key).state == AlertState.OPEN
    client.acknowledge(key)
    front.world.turn()
    assert front.world.alert(key).state == AlertState.ACKNOWLEDGED
    client.resolve(key)
    front.world.turn()
    assert front.world.alert(key).state == AlertState.CLOSED


def test_opsgenies_client_pings_a_heartbeat_and_one_that_nobody_knows(front: Front) -> None:
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts import actions
    from tocsin.alerts.models import Heartbeat

    actions.save_heartbeat(actions.HeartbeatDetails(name="backup", interval_s=600), actor=SYSTEM)
    settings = opsgenie_sdk.configuration.Configuration()
    settings.host = front.url
    settings.api_key["Authorization"] = front.world.token
    settings.retry_enabled = False
    api = opsgenie_sdk.HeartbeatApi(api_client=opsgenie_sdk.api_client.ApiClient(configuration=settings))
    assert api.ping("backup").result == api.ping("unknown").result == "PONG - Heartbeat received"
    front.world.turn()
    assert Heartbeat.objects.get().last_ping_at is not None
    for method in ("GET", "POST", "PUT", "PATCH"):
        answer = front.client.request(method, "/v2/heartbeats/backup/ping", headers=front.key)
        assert (answer.status_code, answer.headers["tocsin-durability"]) == (202, "database")
    assert front.client.get("/v2/heartbeats/backup/ping").status_code == 401
