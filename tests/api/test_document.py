"""The OpenAPI document: what programs that call us are made from."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tocsin.main.api import api

SCHEMA = api.get_openapi_schema()
OPERATIONS: list[tuple[str, dict[str, Any]]] = [
    (f"{method.upper()} {address}", operation)
    for address, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
]


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_every_operation_says_what_it_does_and_how_it_refuses(name: str, operation: dict[str, Any]) -> None:
    assert operation["description"]
    refused = operation["responses"]["default"]["content"]["application/json"]["schema"]
    assert refused == {"$ref": "#/components/schemas/Refusal"}
    assert operation["security"]


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _, operation in OPERATIONS]
    assert len(names) == len(set(names))


def test_every_shape_that_is_referred_to_is_there() -> None:
    def references(value: object) -> set[str]:
        if isinstance(value, dict):
            own = {str(value["$ref"])} if "$ref" in value else set()
            return own.union(*(references(each) for each in value.values()))
        if isinstance(value, list):
            return set().union(*(references(each) for each in value))
        return set()

    known = {f"#/components/schemas/{name}" for name in SCHEMA["components"]["schemas"]}
    assert references(SCHEMA["paths"]) <= known


def test_running_node_serves_the_document(db: None) -> None:
    assert Client().get("/api/v1/openapi.json").json()["info"]["title"] == "Tocsin"
