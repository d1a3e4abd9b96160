"""A running node, judged by Alertmanager's own OpenAPI document and used by its own tool."""

from __future__ import annotations

import json

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.gateways.alertmanager.calls import disk
from tests.gateways.alertmanager.programs import ALERTMANAGER, AMTOOL, MISSING, amtool, published
from tests.gateways.alertmanager.serving import Served
from tests.nodes import wait_until

EXAMPLES = 15
"""For each operation."""

A_SILENCE = {
    "matchers": [{"name": "alertname", "value": "Disk.*", "isRegex": True}],
    "startsAt": "2026-01-01T00:00:00Z",
    "endsAt": "2999-01-01T00:00:00Z",
    "createdBy": "schemathesis",
    "comment": "A silence",
}


@pytest.mark.slow
@pytest.mark.skipif(ALERTMANAGER is None, reason=MISSING)
def test_every_operation_conforms_to_the_published_document(served: Served) -> None:
    served.post(disk())
    wait_until(lambda: served.fired() == ["DiskFull"])
    document = schemathesis.openapi.from_dict(published())
    document.config.update(base_url=f"{served.node.url}/api/v2")
    operations = [each.ok() for each in document.get_all_operations()]
    assert len(operations) == 9
    for operation in operations:
        token = served.sender if operation.label == "POST /alerts" else served.manager
        answers = _call(operation, token)
        assert 200 in answers, (operation.label, answers)


def _call(operation: schemathesis.APIOperation, token: str) -> set[int]:  # type: ignore[type-arg]  # any of them
    """Call it with what its document allows; the statuses that were answered."""
    answers: set[int] = set()
    of_content = [content_type_conformance, response_schema_conformance]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
    )
    @given(case=operation.as_strategy(), sensible=st.booleans())
    def called(case: schemathesis.Case, sensible: bool) -> None:
        if sensible:
            _make_sensible(case, token)
        response = case.call(headers={"Authorization": f"Bearer {token}"})
        answers.add(response.status_code)
        case.validate_response(response, checks=[not_a_server_error, *(of_content if response.content else [])])

    called()
    return answers


def _make_sensible(case: schemathesis.Case, token: str) -> None:
    """A silence that is there, or that can be: what is made up names none, and lies in the past."""
    silences = f"{case.operation.schema.config.base_url}/silences"
    bearer = {"Authorization": f"Bearer {token}"}
    if "silenceID" in case.path_parameters:
        made = httpx.post(silences, headers=bearer, json=A_SILENCE)
        case.path_parameters["silenceID"] = made.json()["silenceID"]
    elif case.operation.label == "POST /silences" and isinstance(case.body, dict):
        case.body = {**case.body, **A_SILENCE}


@pytest.mark.slow
@pytest.mark.skipif(AMTOOL is None, reason=MISSING)
def test_amtool_lists_alerts_and_adds_queries_and_expires_a_silence(served: Served) -> None:
    def run(*arguments: str) -> str:
        return amtool(served.node.url, served.manager, *arguments)

    served.post(disk())
    wait_until(lambda: served.fired() == ["DiskFull"])
    (alert,) = json.loads(run("alert", "query", "--output=json", "severity=page", "alertname=~Disk.*"))
    assert alert["annotations"]["runbook_url"] == "https://wiki.invalid/disk"
    assert "DiskFull" in run("alert", "query", "--output=extended")
    made = run("silence", "add", "alertname=~Disk.*", "--author=Zoë", "--comment=Known", "--duration=1h").strip()
    assert made in run("silence", "query", "alertname=~Disk.*")
    assert json.loads(run("alert", "query", "--output=json")) == []
    assert [each["status"]["silencedBy"] for each in json.loads(run("alert", "query", "-s", "-o", "json"))] == [[made]]
    assert "Longer" in run("silence", "update", "--duration=2h", "--comment=Longer", made)
    assert made in run("silence", "query", "--within=3h")
    run("silence", "expire", made)
    assert json.loads(run("silence", "query", "--output=json")) == []
    assert made in run("silence", "query", "--expired")
    assert len(json.loads(run("alert", "query", "--output=json"))) == 1


@pytest.mark.slow
@pytest.mark.skipif(AMTOOL is None, reason=MISSING)
def test_amtool_reads_the_configuration_and_the_cluster(served: Served) -> None:
    assert "network" in amtool(served.node.url, served.manager, "config", "show")
    assert "administrators" in amtool(served.node.url, served.manager, "config", "routes")
    assert "ready" in amtool(served.node.url, served.manager, "cluster", "show")


@pytest.mark.slow
def test_a_node_is_healthy_and_ready_in_alertmanagers_way(served: Served) -> None:
    for path in ("/-/healthy", "/-/ready"):
        assert httpx.get(served.node.url + path).text == "OK"
