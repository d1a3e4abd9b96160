"""Every operation of the API, generated from its own document: Alice may, Bob may look, Charlie gets 404."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.api.conftest import _signed_in
from tests.api.operations import EXAMPLES, Example, Guest
from tocsin.accounts.actions import PersonDetails, save_person
from tocsin.accounts.rules import SYSTEM, Role
from tocsin.main.api import api

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tocsin.incidents.models import IncidentDetail

ROOT = "/api/v1"


def _operations() -> Iterator[str]:
    for address, methods in api.get_openapi_schema()["paths"].items():
        for method in methods:
            yield f"{method.upper()} {address.removeprefix(ROOT)}"


def _ask(client: Client, operation: str, example: Example, values: dict[str, Any]) -> HttpResponse:
    method, _, address = operation.partition(" ")
    body = json.dumps(values["body"]) if example.body else ""
    return client.generic(
        method,
        ROOT + address.format(**values["path"]),
        body,
        content_type="application/json",
        query_params=dict(example.query),
    )


def _prepared(example: Example) -> dict[str, Any]:
    example.before()
    return {"path": example.path(), "body": example.body() if example.body else None}


@pytest.mark.parametrize("operation", list(_operations()))
def test_alice_may_bob_may_look_charlie_gets_404(operation: str, incident: IncidentDetail) -> None:
    example = EXAMPLES[operation]
    values = _prepared(example)
    if example.own:
        _expect_own(operation, example, values)
        return
    charlies = _ask(_signed_in("charlie"), operation, example, values)
    _expect_guest(charlies, example.guest)
    bobs = _ask(_signed_in("bob"), operation, example, values)
    looks = operation.startswith("GET ")
    assert bobs.status_code == (200 if looks else 403), bobs.content
    if example.administers:
        assert _ask(_signed_in("alice"), operation, example, values).status_code == 403
        save_person(PersonDetails(login="alice", name="Alice", role=Role.ADMIN), actor=SYSTEM)
    alices = _ask(_signed_in("alice"), operation, example, values)
    assert 200 <= alices.status_code < 300, alices.content


def _expect_own(operation: str, example: Example, values: dict[str, Any]) -> None:
    for login in ("charlie", "bob"):
        answer = _ask(_signed_in(login), operation, example, values)
        assert (answer.status_code == 404) if values["path"] else (200 <= answer.status_code < 300), answer.content
    alices = _ask(_signed_in("alice"), operation, example, values)
    assert 200 <= alices.status_code < 300, alices.content


def _expect_guest(answer: HttpResponse, guest: Guest) -> None:
    if guest is Guest.NOTHING:
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), answer.content
        return
    assert answer.status_code == 200, answer.content
    if guest is Guest.EMPTY:
        found = answer.json()
        assert (found["results"] if isinstance(found, dict) else found) == []


def test_there_is_no_example_for_an_operation_that_is_gone() -> None:
    assert sorted(EXAMPLES) == sorted(_operations())


@pytest.mark.parametrize("operation", list(_operations()))
def test_nobody_is_told_to_sign_in(operation: str, db: None) -> None:
    method, _, address = operation.partition(" ")
    nobody = "00000000-0000-0000-0000-000000000000"
    path = ROOT + address.replace("{key}", "INC-1").replace("{kind}", "blocks").replace("{target}", "INC-2")
    for name in ("alert_id", "group_id", "page_id", "key_id", "contact_id"):
        path = path.replace(f"{{{name}}}", nobody)
    answer = Client().generic(method, path)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
