"""Idempotency-Key: one effect, one answer, for one caller."""

from __future__ import annotations

import threading

from django.db import connection
from django.test import Client

from tests.api.conftest import _signed_in
from tocsin.accounts.actions import issue_key, revoke_key
from tocsin.accounts.rules import SYSTEM, KeyScope
from tocsin.core.models import Answer
from tocsin.incidents.models import IncidentDetail
from tocsin.main.answers import forget_answers

URL = "/api/v1/incidents"
BODY = {"title": "Bank reports lost SMS", "severity": 2}


def _declare(client: Client, key: str, body: dict[str, object] | None = None) -> tuple[int, dict[str, object]]:
    answer = client.post(URL, body or BODY, content_type="application/json", headers={"Idempotency-Key": key})
    return answer.status_code, answer.json()


def test_repeat_has_no_second_effect_and_gets_the_first_answer(alice_client: Client) -> None:
    first, second = _declare(alice_client, "a1"), _declare(alice_client, "a1")
    assert first == second
    assert first[0] == 201
    assert IncidentDetail.objects.count() == 1


def test_same_key_for_another_request_is_refused(alice_client: Client) -> None:
    _declare(alice_client, "a1")
    status, body = _declare(alice_client, "a1", {"title": "Other", "severity": 3})
    assert (status, body["code"]) == (422, "idempotency_key_reused")


def test_key_is_the_callers_own(alice_client: Client) -> None:
    _declare(alice_client, "a1")
    status, body = _declare(_signed_in("ann"), "a1")
    assert (status, body["incident"]["key"]) == (201, "INC-2")  # type: ignore[index]  # JSON


def test_refusal_is_not_kept(alice_client: Client) -> None:
    assert _declare(alice_client, "a1", {"title": "", "severity": 2})[0] == 422
    assert _declare(alice_client, "a1")[0] == 201


def test_too_large_a_body_is_refused_as_it_is_without_a_key(alice_client: Client) -> None:
    status, body = _declare(alice_client, "a1", {"title": "x" * 1024 * 1024, "severity": 2})
    assert (status, body["code"]) == (413, "too_large")


def test_unprintable_key_is_refused(alice_client: Client) -> None:
    assert _declare(alice_client, "x" * 256)[0] == 422


def test_kept_answer_does_not_hold_a_token_in_the_clear(alice_client: Client) -> None:
    headers = {"Idempotency-Key": "k1"}
    body = {"name": "reader", "scope": "read", "team": "network"}
    made = alice_client.post("/api/v1/keys", body, content_type="application/json", headers=headers).json()
    assert made["token"].encode() not in bytes(Answer.objects.get().body)


def test_key_revoked_since_gets_no_answer_again(alice_client: Client) -> None:
    row, token = issue_key(name="bot", scope=KeyScope.MANAGE, actor=SYSTEM)
    headers = {"Idempotency-Key": "k1", "Authorization": f"Bearer {token}"}
    first = Client().post(URL, BODY, content_type="application/json", headers=headers)
    revoke_key(str(row.uuid), actor=SYSTEM)
    again = Client().post(URL, BODY, content_type="application/json", headers=headers)
    assert (first.status_code, again.status_code) == (201, 401)


def test_answers_are_forgotten_after_a_day(alice_client: Client, clock: object) -> None:
    _declare(alice_client, "a1")
    assert forget_answers() == 0
    clock.forward(hours=25)  # type: ignore[attr-defined]  # the fixture of conftest
    assert forget_answers() == 1


def test_repeats_at_the_same_time_have_one_effect(fresh_database: object) -> None:
    from tests.incidents import world

    world.people()
    cookies = _signed_in("alice").cookies
    answers: list[tuple[int, object]] = []

    def declare() -> None:
        client = Client()
        client.cookies = cookies
        status, body = _declare(client, "a1")
        answers.append((status, body["incident"]["key"]))  # type: ignore[index]  # JSON
        connection.close()

    threads = [threading.Thread(target=declare) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [(201, "INC-1")] * 4
