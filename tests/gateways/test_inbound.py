"""`/in/<kind>` over real HTTP: the key in a header or the path, stored before it is answered, refused with a reason."""

from __future__ import annotations

import httpx
import pytest

from tests.gateways.conftest import Front
from tocsin.alerts.rules import AlertState

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
