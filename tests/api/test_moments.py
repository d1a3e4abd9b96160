"""Times that can be stored, but not shown or compared, are refused at every door that takes one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.api.operations import MAINTENANCE, SILENCE

ROOT = "/api/v1"
LAST = "9999-12-31T23:59:59Z"
NAIVE = "2036-11-24T04:00:00"


@pytest.mark.parametrize(
    "wrong", [{"ends_at": LAST}, {"starts_at": "1969-12-31T00:00:00Z"}, {"ends_at": NAIVE}], ids=str
)
@pytest.mark.parametrize(("path", "body"), [("maintenance", MAINTENANCE), ("silences", SILENCE)])
def test_a_silence_or_window_without_sensible_times_is_refused(
    alice_client: Client, path: str, body: dict[str, Any], wrong: dict[str, str]
) -> None:
    refused = alice_client.post(f"{ROOT}/{path}", body | wrong, content_type="application/json")
    assert refused.status_code == 422, refused.content
    assert alice_client.get(f"{ROOT}/{path}").json() == []


@pytest.mark.parametrize("until", [LAST, NAIVE])
def test_neither_a_window_nor_a_snooze_is_prolonged_to_such_a_time(
    alice_client: Client, incident: object, until: str
) -> None:
    from tocsin.alerts.models import Alert

    alice_client.post(f"{ROOT}/maintenance", MAINTENANCE, content_type="application/json")
    for path in ("maintenance/works-7/prolong", f"alerts/{Alert.objects.latest('id').uuid}/snooze"):
        refused = alice_client.post(f"{ROOT}/{path}", {"until": until}, content_type="application/json")
        assert refused.status_code == 422, refused.content
