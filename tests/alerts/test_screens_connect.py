"""Connecting a source: the first-run guide, the key that is shown once, the first alert appearing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tocsin.accounts.queries import actor_for_token
from tocsin.accounts.rules import SYSTEM, KeyScope
from tocsin.alerts.actions import IntegrationDetails, save_integration
from tocsin.alerts.queries import integration_by_key
from tocsin.alerts.sources.registry import KINDS

if TYPE_CHECKING:
    from django.test import Client

    from tocsin.accounts.models import Person

pytestmark = pytest.mark.django_db

ASKED = {"name": "Prometheus in Warsaw", "kind": "alertmanager", "team": "network"}


def _text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def _token(text: str) -> str:
    found = re.search(r'id="token"[^>]*>(tcs\w+)<', text)
    assert found, text
    return found[1]


def test_start_leads_to_the_guide_while_nothing_has_arrived(client: Client, alice: Person) -> None:
    client.force_login(alice)
    assert client.get("/")["Location"] == "/connect"
    assert "Send a first alert" in _text(client, "/connect")


def test_connecting_shows_a_live_key_once_and_what_to_copy(client: Client, alice: Person) -> None:
    client.force_login(alice)
    answer = client.post("/connect", ASKED)
    assert answer.status_code == 200
    text = answer.content.decode()
    token = _token(text)
    actor = actor_for_token(token)
    assert actor is not None
    assert actor.key_scope is KeyScope.INTEGRATION
    assert f"credentials: {token}" in text
    assert f"Bearer {token}" in text
    assert token not in _text(client, "/connect/prometheus-in-warsaw")
    assert "YOUR-KEY" in _text(client, "/connect/prometheus-in-warsaw")


@pytest.mark.parametrize("wire", [each.kind for each in KINDS])
def test_each_kind_has_a_command_with_the_address_and_the_key(client: Client, alice: Person, wire: str) -> None:
    client.force_login(alice)
    text = client.post("/connect", {**ASKED, "kind": wire}).content.decode()
    begin = "aws sns subscribe" if wire == "cloudwatch" else "curl -X POST"  # which Amazon alone can sign
    assert f"{begin} " in text
    assert _token(text) in text.partition(begin)[2]
    assert "http://" in text.partition(begin)[2]


def test_another_key_is_made_beside_the_first(client: Client, alice: Person) -> None:
    client.force_login(alice)
    first = _token(client.post("/connect", ASKED).content.decode())
    second = _token(client.post("/connect/prometheus-in-warsaw/keys").content.decode())
    assert first != second
    assert actor_for_token(first)
    assert actor_for_token(second)


def test_name_that_is_taken_is_refused_and_makes_no_key(client: Client, alice: Person) -> None:
    client.force_login(alice)
    client.post("/connect", ASKED)
    answer = client.post("/connect", ASKED)
    assert answer.status_code == 422
    assert "is connected already" in answer.content.decode()


def test_member_connects_for_their_own_team_only(client: Client, alice: Person) -> None:
    client.force_login(alice)
    assert "No team: the first team" not in _text(client, "/connect")
    assert client.post("/connect", {**ASKED, "team": ""}).status_code == 422


def test_viewer_sees_what_is_connected_but_cannot_connect(client: Client, cast: dict[str, Person], bob: Person) -> None:
    save_integration(
        IntegrationDetails(key="prometheus", name="Prometheus", kind="alertmanager", team="network"), actor=SYSTEM
    )
    client.force_login(bob)
    text = _text(client, "/connect")
    assert "Waiting for the first" in text
    assert '<form method="post">' not in text
    assert client.post("/connect", ASKED).status_code == 422
    assert "Make another key" not in _text(client, "/connect/prometheus")
    assert client.post("/connect/prometheus/keys").status_code == 403
    assert client.post("/connect/prometheus/disconnect").status_code == 403


def test_guest_finds_no_integration(client: Client, cast: dict[str, Person], charlie: Person) -> None:
    save_integration(
        IntegrationDetails(key="prometheus", name="Prometheus", kind="alertmanager", team="network"), actor=SYSTEM
    )
    client.force_login(charlie)
    assert "prometheus" not in _text(client, "/connect").lower().replace("prometheus or alertmanager", "")
    _text(client, "/connect/prometheus", status=404)


def test_disconnecting_keeps_the_rest(client: Client, alice: Person) -> None:
    client.force_login(alice)
    client.post("/connect", ASKED)
    assert client.post("/connect/prometheus-in-warsaw/disconnect").status_code == 302
    assert "is disconnected" in _text(client, "/connect")
    _text(client, "/connect/prometheus-in-warsaw", status=404)
    assert client.post("/connect", ASKED).status_code == 200
    assert integration_by_key(SYSTEM, "prometheus-in-warsaw").removed_at is None


def test_waiting_turns_into_the_alert_that_arrived(client: Client, alice: Person) -> None:
    from tocsin.alerts.models import Alert
    from tocsin.assets.actions import see_services
    from tocsin.core import clock

    client.force_login(alice)
    client.post("/connect", ASKED)
    assert "Waiting for the first alert" in _text(client, "/connect/prometheus-in-warsaw/arrivals")
    service = see_services(["db-01"], actor=SYSTEM)["db-01"]
    now = clock.now()
    Alert.objects.create(
        integration=integration_by_key(SYSTEM, "prometheus-in-warsaw"),
        fingerprint="f",
        severity=3,
        title="Disk is full on db-01",
        name="DiskFull",
        service=service,
        started_at=now,
        first_at=now,
        last_at=now,
        opened_order=now,
    )
    text = _text(client, "/connect/prometheus-in-warsaw/arrivals")
    assert "It arrived" in text
    assert "Disk is full on db-01" in text
    assert "/services/db-01" in text


def test_counts_and_alerts_of_a_service_are_panels_for_other_screens(client: Client, alice: Person) -> None:
    test_waiting_turns_into_the_alert_that_arrived(client, alice)
    from tocsin.assets.actions import see_services

    uuid = see_services(["db-01"], actor=SYSTEM)["db-01"].uuid
    counts = _text(client, f"/panels/alerts/open-counts?service={uuid}")
    assert f'hx-target="#open-{uuid}"' in counts
    assert ">1<" in counts.replace("</svg>1<", "</svg>>1<")
    assert "Disk is full on db-01" in _text(client, "/panels/alerts/of-service/db-01")
    assert client.get("/panels/alerts/open-counts?service=db-01").status_code == 422
