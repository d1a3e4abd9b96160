"""The settings of a source on the screen: its options, its secret, its mapping tried on a sample."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tocsin.accounts.rules import SYSTEM
from tocsin.alerts.actions import IntegrationDetails, save_integration
from tocsin.alerts.queries import integration_by_key

if TYPE_CHECKING:
    from django.test import Client

    from tocsin.accounts.models import Person

pytestmark = pytest.mark.django_db

SAMPLE = json.dumps({"alarms": [{"id": 7, "what": "Disk <full>", "host": "db-01", "is": "bad"}, {"id": 8}]})
MAPPING = {
    "mapping-each": "alarms[]",
    "mapping-title": "{{what}}",
    "mapping-key": "{{id}}",
    "mapping-service": "{{host}}",
    "mapping-labels": "site = waw\nrack={{rack}}",
    "mapping-words": "bad = firing",
}


def connected(kind: str, **options: Any) -> None:
    save_integration(
        IntegrationDetails(key="mine", name="Mine", kind=kind, team="network", options=options), actor=SYSTEM
    )


def options() -> dict[str, Any]:
    found: dict[str, Any] = integration_by_key(SYSTEM, "mine").options
    return found


def test_a_mapping_is_tried_on_a_sample_without_being_kept(client: Client, alice: Person) -> None:
    connected("generic")
    client.force_login(alice)
    text = client.post("/connect/mine/settings/try", {**MAPPING, "sample": SAMPLE}).content.decode()
    assert "Disk &lt;full&gt;" in text
    assert "db-01" in text
    assert "alert 2: title is empty" in text
    whole = client.post("/connect/mine/settings", {**MAPPING, "sample": SAMPLE, "try": "1"}).content.decode()
    assert "Disk &lt;full&gt;" in whole
    assert "<html" in whole
    assert options() == {}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"mapping-title": "{{a..b}}"}, "mapping.title:4: no path goes on like this: ..b"),
        ({"sample": "{"}, "truncated"),
        ({"sample": "[" * 5000}, "nested too deeply"),
        ({"sample": ""}, "Paste a sample"),
        ({"mapping-words": "bad = worse"}, "mapping.words.bad: a word means one of"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    client: Client, alice: Person, changed: dict[str, str], says: str
) -> None:
    connected("generic")
    client.force_login(alice)
    answer = client.post("/connect/mine/settings/try", {**MAPPING, "sample": SAMPLE, **changed})
    assert answer.status_code == 200
    assert says in answer.content.decode()


def test_a_mapping_is_saved_and_shown_again_and_a_wrong_one_is_refused_beside_its_field(
    client: Client, alice: Person
) -> None:
    connected("generic")
    client.force_login(alice)
    assert client.post("/connect/mine/settings", MAPPING).status_code == 302
    assert options()["mapping"]["labels"] == {"site": "waw", "rack": "{{rack}}"}
    text = client.get("/connect/mine/settings").content.decode()
    assert "rack = {{rack}}" in text
    assert 'value="{{what}}"' in text
    refused = client.post("/connect/mine/settings", {**MAPPING, "mapping-key": "{{"})
    assert refused.status_code == 422
    assert "mapping.key:1: {{ without" in refused.content.decode().partition('id="id_mapping-key_error"')[2]
    assert options()["mapping"]["key"] == "{{id}}"
    client.post("/connect/mine/settings", {"mapping-title": ""})
    assert options() == {}


def test_a_secret_is_kept_when_left_empty_never_shown_and_forgotten_when_asked(client: Client, alice: Person) -> None:
    connected("sentry")
    client.force_login(alice)
    client.post("/connect/mine/settings", {"client_secret": "hush"})
    sealed = options()["client_secret"]
    text = client.get("/connect/mine/settings").content.decode()
    assert "hush" not in text
    assert sealed not in text
    client.post("/connect/mine/settings", {"client_secret": ""})
    assert options() == {"client_secret": sealed}
    client.post("/connect/mine/settings", {"client_secret": "", "client_secret-forget": "on"})
    assert options() == {}


def test_flags_and_texts_are_saved_as_they_are_ticked_and_typed(client: Client, alice: Person) -> None:
    connected("grafana")
    client.force_login(alice)
    assert "/connect/mine/settings" in client.get("/connect/mine").content.decode()
    client.post("/connect/mine/settings", {"signature_required": "on", "timestamp_header": "X-Stamp"})
    assert options() == {"signature_required": True, "timestamp_header": "X-Stamp"}
    client.post("/connect/mine/settings", {"timestamp_header": ""})
    assert options() == {}


def test_who_may_not_configure_finds_no_settings_and_a_kind_without_any_links_to_none(
    client: Client, alice: Person, bob: Person
) -> None:
    connected("zabbix")
    client.force_login(alice)
    assert "/connect/mine/settings" not in client.get("/connect/mine").content.decode()
    connected("generic")
    client.force_login(bob)
    assert client.get("/connect/mine/settings").status_code == 403
    assert client.post("/connect/mine/settings/try", {**MAPPING, "sample": SAMPLE}).status_code == 403
    client.post("/connect/mine/settings", MAPPING)
    assert options() == {}
