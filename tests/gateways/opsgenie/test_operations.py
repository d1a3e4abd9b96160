"""The table of operations is whole: what Opsgenie's client can call, what is answered, where, and what the docs say."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import opsgenie_sdk.api.alert
import opsgenie_sdk.api.incident
import pytest
from django.urls import resolve

from tocsin.gateways.app import handles
from tocsin.gateways.opsgenie.incident_writes import INCIDENT_WRITES
from tocsin.gateways.opsgenie.incidents import INCIDENT_VIEWS
from tocsin.gateways.opsgenie.operations import INCIDENT_OPERATIONS, MAINTENANCE_OPERATIONS, OPERATIONS, Operation
from tocsin.gateways.opsgenie.views import VIEWS
from tocsin.gateways.opsgenie.writes import WRITES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "opsgenie.md"


def test_every_call_of_the_client_is_an_operation_and_no_other() -> None:
    source = inspect.getsource(opsgenie_sdk.api.alert)
    calls = set(re.findall(r"'(/v2/alerts[^']*)', '([A-Z]+)'", source))
    assert {(operation.path, operation.method) for operation in OPERATIONS} == calls


def test_every_call_of_the_client_about_incidents_is_an_operation_and_no_other() -> None:
    source = inspect.getsource(opsgenie_sdk.api.incident)
    calls = set(re.findall(r"'(/v1/incidents[^']*)', '([A-Z]+)'", source))
    assert {(operation.path, operation.method) for operation in INCIDENT_OPERATIONS} == calls
    assert set(INCIDENT_VIEWS) == {operation.name for operation in INCIDENT_OPERATIONS}
    assert {operation.name for operation in INCIDENT_OPERATIONS if operation.action} == set(INCIDENT_WRITES)


def test_every_operation_has_a_view_and_a_line_in_the_docs() -> None:
    assert set(VIEWS) == {operation.name for operation in OPERATIONS}
    assert {operation.name for operation in OPERATIONS if operation.action} == {"create", *WRITES}
    page = PAGE.read_text()
    assert [
        each.path
        for each in (*OPERATIONS, *INCIDENT_OPERATIONS, *MAINTENANCE_OPERATIONS)
        if f"| `{each.method} {each.path}` |" not in page
    ] == []


@pytest.mark.parametrize("prefix", ["", "/jsm/ops/integration"])
@pytest.mark.parametrize(
    "operation", [*OPERATIONS, *INCIDENT_OPERATIONS, *MAINTENANCE_OPERATIONS], ids=lambda operation: operation.name
)
def test_each_operation_is_answered_where_the_table_says(operation: Operation, prefix: str) -> None:
    path = prefix + re.sub(r"\{\w+\}", "x", operation.path)
    assert handles(path, operation.method) == operation.intake
    assert resolve(path).kwargs == dict.fromkeys(re.findall(r"\{(\w+)\}", operation.path), "x")
