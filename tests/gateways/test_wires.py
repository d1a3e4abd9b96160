"""Each wire over real HTTP: stored before it is answered, refused in the product's own words."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from tests.gateways.conftest import Front
from tocsin.alerts.intake import keys
from tocsin.alerts.models import Alert
from tocsin.alerts.rules import AlertState, Severity

SAMPLE = {"message": "Database down", "alias": "db-1", "priority": "P1", "details": {"service": "db"}}


def posted(name: str = "HighErrorRate", **more: object) -> dict[str, object]:
    return {"labels": {"alertname": name, "service": "app-0", "severity": "critical"}} | more


def stamp(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()


def test_opsgenie_creates_acknowledges_and_closes(front: Front) -> None:
    created = front.client.post("/v2/alerts", headers=front.key, json=SAMPLE)
    assert created.status_code == 202
    assert created.json()["result"] == "Request will be processed"
    assert created.headers["x-request-id"] == created.json()["requestId"]
    front.world.turn()
    alert = front.world.alert("db-1")
    assert (alert.title, alert.severity, alert.service.key) == ("Database down", Severity.CRITICAL, "db")
    by_alias = "/v2/alerts/db-1/acknowledge?identifierType=alias"
    assert front.client.post(by_alias, headers=front.key, json={"user": "anna"}).status_code == 202
    front.world.turn()
    assert front.world.alert("db-1").state == AlertState.ACKNOWLEDGED
    assert front.client.post(f"/v2/alerts/{alert.uuid}/close", headers=front.key).status_code == 202
    front.world.turn()
    assert front.world.alert("db-1").state == AlertState.CLOSED


def test_opsgenie_is_also_where_jira_service_management_mounts_it(front: Front) -> None:
    found = front.client.post("/jsm/ops/integration/v2/alerts", headers=front.key, json=SAMPLE)
    assert (found.status_code, front.events()) == (202, 1)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "truncated"),
        (b'{"message": 5}', "expected `str`"),
        (b'{"message": " "}', "message is empty"),
        (b'{"message": "x", "priority": "P9"}', "P1 to P5"),
        (b'{"message": "x\\u0000"}', "NUL"),
        (b'{"message": "\\ud800"}', "decode"),
        (b'{"message": "x", "details": {"a": NaN}}', "malformed"),
        (b'{"message": "x", "alias": "' + b"a" * 513 + b'"}', "longer than 512"),
        (b'{"message": "x", "details": {"' + b"k" * 129 + b'": "v"}}', "longer than 128"),
        (b'{"message": "x", "details": {"k": "' + b"v" * 1025 + b'"}}', "longer than 1024"),
        (b'{"message": "x", "details": {' + b",".join(b'"k%d": 1' % n for n in range(65)) + b"}}", "64 labels"),
        (b'{"message": "x", "details": {"k": ' + b"[" * 40 + b"]" * 40 + b"}}", "deeper than 32"),
        (b'{"message": "x", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too deeply"),
        (b'{"message": "x", "details": {"occurred_at": "yesterday"}}', "RFC 3339"),
        (b'{"message": "\xff"}', "UTF-8"),
    ],
)
def test_what_opsgenie_cannot_say_is_refused_in_its_words(front: Front, body: bytes, says: str) -> None:
    found = front.client.post("/v2/alerts", headers=front.key, content=body)
    assert found.status_code == 422
    assert set(found.json()) == {"message", "took", "requestId"}
    if says != "decode":
        assert says in found.json()["message"]
    assert front.events() == 0


def test_a_body_over_a_mebibyte_is_too_large(front: Front) -> None:
    found = front.client.post("/v2/alerts", headers=front.key, content=b" " * (1024 * 1024 + 1))
    assert (found.status_code, front.events()) == (413, 0)


@pytest.mark.parametrize("key", ["", "GenieKey wrong", "Bearer wrong", "GenieKey", "GenieKey \xff"])
def test_opsgenie_without_a_live_key_is_401(front: Front, key: str) -> None:
    found = front.client.post("/v2/alerts", headers={"Authorization": key.encode("latin-1")}, json=SAMPLE)
    assert (found.status_code, "GenieKey" in found.json()["message"]) == (401, True)


def test_too_many_unknown_keys_at_once_are_told_to_wait_in_the_products_words(front: Front, monkeypatch) -> None:
    monkeypatch.setattr(keys, "MOST_WAITING", 0)
    unknown = "tcs" + "x" * 29
    opsgenie = front.client.post("/v2/alerts", headers={"Authorization": f"GenieKey {unknown}"}, json=SAMPLE)
    assert (opsgenie.status_code, "moment" in opsgenie.json()["message"]) == (429, True)
    bearer = {"Authorization": f"Bearer {unknown}"}
    assert front.client.post("/api/v2/alerts", headers=bearer, json=[]).status_code == 429
    pagerduty = front.client.post("/v2/enqueue", json=trigger(front, routing_key=unknown))
    assert (pagerduty.status_code, pagerduty.json()["status"]) == (429, "throttle exceeded")
    assert front.client.post("/v2/alerts", headers={"Authorization": "GenieKey wrong"}, json=SAMPLE).status_code == 401


def test_a_key_for_reading_cannot_deliver(front: Front) -> None:
    from tocsin.accounts.actions import issue_key
    from tocsin.accounts.rules import SYSTEM, KeyScope

    _, token = issue_key(name="reader", scope=KeyScope.READ, actor=SYSTEM)
    assert (
        front.client.post("/v2/alerts", headers={"Authorization": f"GenieKey {token}"}, json=SAMPLE).status_code == 401
    )


def test_what_is_not_served_is_404_in_the_products_words(front: Front) -> None:
    assert front.client.post("/v2/alerts/x/escalate", headers=front.key).json()["message"].startswith("There is no")
    assert front.client.delete("/v2/alerts", headers=front.key).status_code == 405


@pytest.mark.parametrize("credentials", [b"Basic \xe9", b"Basic !", b"Basic /w==", b"Bearer", b"Bearer \xff"])
def test_what_is_no_credential_of_alertmanagers_is_401(front: Front, credentials: bytes) -> None:
    found = front.client.post("/api/v2/alerts", headers={"Authorization": credentials}, json=[posted()])
    assert (found.status_code, "key" in found.json(), front.events()) == (401, True, 0)


def test_alertmanager_stores_a_batch_and_answers_200_without_a_body(front: Front) -> None:
    found = front.client.post("/api/v2/alerts", headers=front.bearer, json=[posted("A"), posted("B")])
    assert (found.status_code, found.content, front.events()) == (200, b"", 2)


def test_alertmanager_takes_the_key_as_a_password_too(front: Front) -> None:
    basic = base64.b64encode(f"prometheus:{front.world.token}".encode()).decode()
    found = front.client.post("/api/v2/alerts", headers={"Authorization": f"Basic {basic}"}, json=[posted()])
    assert found.status_code == 200


def test_one_bad_alert_does_not_sink_its_neighbours(front: Front) -> None:
    batch = [posted("A"), {"labels": {}}, posted("B"), {"labels": {"a": 5}}, posted("C", startsAt="soon")]
    found = front.client.post("/api/v2/alerts", headers=front.bearer, json=batch)
    assert (found.status_code, front.events()) == (400, 2)
    for number in (2, 4, 5):
        assert f"alert {number}:" in found.json()


def test_alertmanager_refuses_more_than_a_thousand_alerts(front: Front) -> None:
    found = front.client.post("/api/v2/alerts", headers=front.bearer, json=[posted(str(n)) for n in range(1001)])
    assert (found.status_code, front.events()) == (400, 0)


def test_prometheus_ends_an_alert_by_an_end_in_the_past(front: Front) -> None:
    began = stamp(minutes=5)
    front.client.post("/api/v2/alerts", headers=front.bearer, json=[posted(startsAt=began, endsAt=stamp(minutes=-4))])
    front.world.turn()
    alert = Alert.objects.get()
    assert (alert.state, alert.started_at.isoformat()) == (AlertState.OPEN, began)
    assert alert.expires_at is not None
    front.client.post("/api/v2/alerts", headers=front.bearer, json=[posted(startsAt=began, endsAt=stamp(seconds=1))])
    front.world.turn()
    alert.refresh_from_db()
    assert alert.state == AlertState.CLOSED


def test_a_replayed_delivery_is_judged_by_the_clock_it_was_sent_at(front: Front) -> None:
    sent = {"Tocsin-Sent-At": stamp(hours=2)}
    firing = posted(startsAt=stamp(hours=2, minutes=1), endsAt=stamp(hours=1, minutes=55))
    front.client.post("/api/v2/alerts", headers=front.bearer | sent, json=[firing])
    front.world.turn()
    assert Alert.objects.get().state == AlertState.OPEN


def test_gos_zero_time_is_no_time(front: Front) -> None:
    zero = "0001-01-01T00:00:00Z"
    found = front.client.post("/api/v2/alerts", headers=front.bearer, json=[posted(startsAt=zero, endsAt=zero)])
    assert found.status_code == 200


def trigger(front: Front, **more: object) -> dict[str, object]:
    payload = {"summary": "Disk full", "source": "db-7", "severity": "critical", "component": "db"}
    return {"routing_key": front.world.token, "event_action": "trigger", "payload": payload} | more


def test_pagerduty_triggers_and_resolves(front: Front) -> None:
    found = front.client.post("/v2/enqueue", json=trigger(front, dedup_key="disk"))
    assert (found.status_code, found.json()["dedup_key"]) == (202, "disk")
    front.world.turn()
    assert front.world.alert("disk").service.key == "db"
    ended = {"routing_key": front.world.token, "event_action": "resolve", "dedup_key": "disk"}
    assert front.client.post("/v2/enqueue", json=ended).status_code == 202
    front.world.turn()
    assert front.world.alert("disk").state == AlertState.CLOSED


def test_pagerduty_without_a_dedup_key_gets_one(front: Front) -> None:
    found = front.client.post("/v2/enqueue", json=trigger(front)).json()["dedup_key"]
    front.world.turn()
    assert front.world.alert(found).title == "Disk full"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"event_action": "explode"}, "event_action"),
        ({"event_action": "resolve"}, "dedup_key"),
        ({"routing_key": ""}, "routing_key"),
        ({"routing_key": "wrong"}, "routing_key"),
        ({"payload": {"summary": "x", "source": "y"}}, "severity"),
        ({"payload": {"summary": "x", "source": "y", "severity": "bad"}}, "severity"),
        ({"dedup_key": "k" * 256}, "dedup_key"),
    ],
)
def test_pagerduty_lists_what_is_wrong(front: Front, change: dict[str, object], says: str) -> None:
    found = front.client.post("/v2/enqueue", json=trigger(front) | change)
    assert (found.status_code, found.json()["status"]) == (400, "invalid event")
    assert any(says in error for error in found.json()["errors"])


def test_a_repeated_delivery_key_has_no_second_effect(front: Front) -> None:
    headers = front.key | {"Idempotency-Key": "once"}
    for _ in range(3):
        assert front.client.post("/v2/alerts", headers=headers, json=SAMPLE).status_code == 202
    assert front.events() == 1
