"""`/in/<kind>` over real HTTP: the key in a header or the path, stored before it is answered, refused with a reason."""

from __future__ import annotations

import hmac
import json

import httpx
import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

from tests.alerts.fake_sns import body, fake_sns
from tests.gateways.conftest import Front
from tocsin.alerts.rules import AlertState
from tocsin.alerts.sources.cloudwatch import CloudWatch
from tocsin.alerts.sources.registry import KINDS
from tocsin.alerts.sources.sns import Sns

ALERT = {"key": "db-1", "title": "Database down", "service": "db", "severity": "critical"}


def test_an_alert_is_stored_opened_and_ended(front: Front) -> None:
    answer = front.client.post("/in/generic", headers=front.bearer, json=ALERT)
    assert (answer.status_code, answer.json()["accepted"], front.events()) == (202, 1, 1)
    front.world.turn()
    assert front.world.alert("db-1").title == "Database down"
    front.client.post("/in/generic", headers=front.bearer, json=ALERT | {"state": "resolved"})
    front.world.turn()
    assert front.world.alert("db-1").state == AlertState.CLOSED


def test_the_key_may_be_the_last_part_of_the_address_or_another_header(front: Front) -> None:
    token = front.world.token
    ways = [
        front.client.post(f"/in/generic/{token}", json=ALERT),
        front.client.put(f"/in/generic/{token}", json=ALERT),
        front.client.post("/in/generic", json=ALERT, headers={"X-Api-Key": token}),
        front.client.post("/in/generic", json=ALERT, auth=httpx.BasicAuth("whoever", token)),
    ]
    assert [answer.status_code for answer in ways] == [202] * 4


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/in/generic", 401, "Authorization: Bearer"),
        ("/in/generic/tcsnobody", 401, "live integration key"),
        ("/in/opsgenie", 404, "/in/generic"),
        ("/in/", 404, "/in/generic"),
        ("/in/generic/a/b", 404, "/in/generic"),
    ],
)
def test_a_wrong_address_or_key_is_told_what_is_right(front: Front, path: str, status: int, says: str) -> None:
    answer = front.client.post(path, json=ALERT)
    assert answer.status_code == status
    assert says in answer.json()["message"]
    assert front.events() == 0


def test_what_cannot_be_taken_is_refused_by_name_and_its_neighbours_are_kept(front: Front) -> None:
    some = front.client.post("/in/generic", headers=front.bearer, json=[ALERT, {"title": ""}])
    assert (some.status_code, some.json()["accepted"], some.json()["refused"]) == (202, 1, ["alert 2: title is empty"])
    none = front.client.post("/in/generic", headers=front.bearer, json=[{"title": ""}])
    assert (none.status_code, none.json()["code"]) == (422, "refused")
    assert front.client.get("/in/generic", headers=front.bearer).status_code == 405
    assert front.events() == 1


def test_a_repeat_with_the_same_idempotency_key_is_stored_once(front: Front) -> None:
    for _ in range(2):
        answer = front.client.post("/in/generic", headers=front.bearer | {"Idempotency-Key": "k"}, json=ALERT)
        assert answer.status_code == 202
    assert front.events() == 1


def test_cloudevents_own_client_is_understood_and_a_second_delivery_of_an_event_has_no_effect(front: Front) -> None:
    for kind, to_request in (("fired", to_binary_event), ("resolved", to_structured_event)):
        attributes = {"id": kind, "source": "/shop", "type": f"example.disk.{kind}", "subject": "db żółw"}
        made = to_request(CloudEvent(attributes=attributes, data={"title": "Disk full", "key": "disk"}))
        for _ in range(2):
            answer = front.client.post("/in/cloudevents", content=made.body, headers={**made.headers, **front.bearer})
            assert answer.status_code == 202, answer.text
    assert front.events() == 2
    front.world.turn()
    alert = front.world.alert("disk")
    assert (alert.state, alert.count, alert.title) == (AlertState.CLOSED, 1, "Disk full")


def test_a_batch_of_cloudevents_stores_only_the_events_that_are_new(front: Front) -> None:
    def batch(*ids: str) -> httpx.Response:
        events = [{"specversion": "1.0", "id": each, "source": "s", "type": "t", "subject": each} for each in ids]
        headers = {"Content-Type": "application/cloudevents-batch+json", **front.bearer}
        return front.client.post("/in/cloudevents", json=events, headers=headers)

    assert batch("a", "b").json()["accepted"] == 2
    assert batch("b", "c").status_code == 202
    assert front.events() == 3


def test_what_amazon_did_not_sign_is_forbidden_and_what_it_signed_is_stored_once(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = KINDS.get("cloudwatch")
    assert isinstance(source, CloudWatch)
    path = f"/in/cloudwatch/{front.world.token}"
    with fake_sns() as sns:
        monkeypatch.setattr(source, "sns", Sns(sns))  # type: ignore[arg-type]  # it calls as the client does
        sns.tokens.add("t")
        assert front.client.post(path, content=body(sns.question("t"))).status_code == 202
        signed = sns.message('{"AlarmName": "disk", "NewStateValue": "ALARM"}')
        assert [front.client.post(path, content=body(signed)).status_code for _ in range(2)] == [202, 202]
        answer = front.client.post(path, content=body(signed | {"Message": "{}"}))
        sns.status = 503
        monkeypatch.setattr(source, "sns", Sns(sns))  # type: ignore[arg-type]  # as above
        assert front.client.post(path, content=body(signed)).status_code == 503
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert sns.confirmed == {"t"}
    assert front.events() == 1


def test_a_form_and_an_e_mail_are_taken_as_they_are(front: Front) -> None:
    form = {"type": "PROBLEM", "host": "db-01", "check": "Disk /", "state": "CRITICAL", "output": "full"}
    assert front.client.post("/in/nagios", data=form, headers=front.bearer).status_code == 202
    mail = b"From: a@b.example\nTo: x@y.example\nSubject: ALERT: late\nMessage-ID: <1@b.example>\n\nThe backup is late."
    for _ in range(2):
        assert front.client.post(f"/in/email/{front.world.token}", content=mail).status_code == 202
    assert front.events() == 2
    front.world.turn()
    assert front.world.alert("db-01!Disk /").severity == 1
    assert front.world.alert("a@b.example/late").description == "The backup is late."


def test_sentry_is_believed_by_the_secret_that_was_given_for_it(front: Front) -> None:
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts.actions import IntegrationDetails, save_integration

    def answer(secret: str) -> int:
        issue = {"id": "1", "title": "ZeroDivisionError", "project": {"slug": "shop"}}
        content = json.dumps({"action": "created", "data": {"issue": issue}}).encode()
        signed = {"Sentry-Hook-Signature": hmac.new(secret.encode(), content, "sha256").hexdigest()}
        return front.client.post(f"/in/sentry/{front.world.token}", content=content, headers=signed).status_code

    save_integration(
        IntegrationDetails(key="sample", name="Sample", kind="sentry", options={"client_secret": "hush"}), actor=SYSTEM
    )
    assert (answer("hush"), answer("other")) == (202, 403)
    assert front.events() == 1


def test_a_mapping_of_the_integration_takes_another_format(front: Front) -> None:
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts.actions import IntegrationDetails, save_integration

    options = {"mapping": {"each": "alarms[]", "title": "{{what}}", "key": "{{no}}", "state": "{{is}}"}}
    save_integration(IntegrationDetails(key="sample", name="Sample", kind="generic", options=options), actor=SYSTEM)
    alarms = {"alarms": [{"what": "Disk full", "no": 7, "is": "bad"}, {"no": 8}]}
    answer = front.client.post("/in/generic", json=alarms, headers=front.bearer)
    assert (answer.status_code, answer.json()["refused"]) == (202, ["alert 2: title is empty"])
    front.world.turn()
    assert front.world.alert("7").title == "Disk full"
