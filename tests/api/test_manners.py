"""How the API behaves whatever is asked: keys, errors, stretches, the journal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.incidents import world
from tocsin.accounts.actions import issue_key, revoke_key
from tocsin.accounts.queries import team_by_key
from tocsin.accounts.rules import SYSTEM, KeyScope
from tocsin.incidents import actions as incidents
from tocsin.incidents.actions import Declaration
from tocsin.journal.queries import latest_facts

if TYPE_CHECKING:
    from tocsin.incidents.models import IncidentDetail

ROOT = "/api/v1"


def _key(scope: KeyScope, team: str = "") -> tuple[str, dict[str, str]]:
    key, token = issue_key(name="noc", scope=scope, team=team_by_key(team) if team else None, actor=SYSTEM)
    return str(key.uuid), {"Authorization": f"Bearer {token}"}


def test_reading_key_reads_and_changes_nothing(incident: IncidentDetail) -> None:
    _, headers = _key(KeyScope.READ)
    assert Client().get(f"{ROOT}/incidents", headers=headers).json()["results"][0]["key"] == "INC-1"
    refused = Client().post(f"{ROOT}/incidents/INC-1/acknowledge", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def test_managing_key_acts_in_its_own_name(incident: IncidentDetail) -> None:
    uuid, headers = _key(KeyScope.MANAGE)
    Client().post(f"{ROOT}/incidents/INC-1/acknowledge", headers=headers)
    fact = latest_facts(kind="incidents.incident_acknowledged")[0]
    assert (fact.actor_kind, fact.actor_id, fact.data["via"]) == ("key", uuid, "api")


def test_key_of_a_team_sees_what_the_team_owns(incident: IncidentDetail) -> None:
    _, headers = _key(KeyScope.READ, "data")
    assert Client().get(f"{ROOT}/incidents", headers=headers).json()["results"] == []
    assert Client().get(f"{ROOT}/incidents/INC-1", headers=headers).status_code == 404
    assert Client().get(f"{ROOT}/journal", headers=headers).status_code == 404


def test_key_of_an_integration_only_hands_in_alerts(estate: None) -> None:
    _, headers = _key(KeyScope.INTEGRATION)
    assert Client().get(f"{ROOT}/me", headers=headers).status_code == 403


def test_revoked_key_is_nobody(estate: None) -> None:
    uuid, headers = _key(KeyScope.READ)
    revoke_key(uuid, actor=SYSTEM)
    assert Client().get(f"{ROOT}/me", headers=headers).status_code == 401


def test_bad_key_is_not_made_good_by_a_session(alice_client: Client) -> None:
    assert alice_client.get(f"{ROOT}/me", headers={"Authorization": "Bearer tcsnone"}).status_code == 401


def test_browser_without_csrf_token_changes_nothing(alice_client: Client, incident: IncidentDetail) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = alice_client.cookies
    refused = strict.post(f"{ROOT}/incidents/INC-1/acknowledge")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    assert strict.get(f"{ROOT}/incidents/INC-1").json()["incident"]["state"] == "triggered"


def test_new_key_is_told_once(alice_client: Client) -> None:
    made = alice_client.post(
        f"{ROOT}/keys", {"name": "reader", "scope": "read", "team": "network"}, content_type="application/json"
    ).json()
    assert Client().get(f"{ROOT}/me", headers={"Authorization": f"Bearer {made['token']}"}).json()["label"] == "reader"
    assert made["token"] not in alice_client.get(f"{ROOT}/keys").content.decode()


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("/incidents", {"severity": 2}, 422, "title"),
        ("/incidents", {"title": "x", "severity": 9}, 422, "severity: 1 (critical) to 5 (info)."),
        ("/incidents", {"title": "x", "severity": "grave"}, 422, "severity"),
        ("/incidents", {"title": "x", "severity": 2, "service": "nope"}, 404, "nope"),
        ("/incidents/INC-1/page", {}, 422, "name one of them"),
        ("/incidents/INC-1/page", {"team": "data", "person": "ann"}, 422, "name one of them"),
        ("/incidents/INC-1/page", {"person": "ann"}, 200, "INC-1"),
        ("/incidents/INC-1/severity", {"severity": 2, "reason": ""}, 422, "reason"),
        ("/incidents/INC-1/assign", {"login": "nobody"}, 404, "nobody"),
        ("/incidents/INC-1/reopen", {}, 200, "INC-1"),
        ("/incidents/INC-9/acknowledge", {}, 404, "INC-9"),
        ("/incidents/9/acknowledge", {}, 404, "one looks like INC-12"),
    ],
)
def test_refusal_says_what_to_do(
    alice_client: Client, incident: IncidentDetail, path: str, body: dict[str, object], status: int, told: str
) -> None:
    answer = alice_client.post(ROOT + path, body, content_type="application/json")
    assert answer.status_code == status, answer.content
    assert told in answer.content.decode()
    if status >= 400:
        assert sorted(answer.json()) == ["code", "message"]


@pytest.mark.parametrize("path", ["/nowhere", "/incidents/INC-1/fly", "/alerts/not-a-uuid"])
def test_wrong_address_is_refused_in_the_same_shape(alice_client: Client, path: str) -> None:
    answer = alice_client.get(ROOT + path)
    assert answer.status_code in {404, 422}
    assert sorted(answer.json()) == ["code", "message"]


def test_body_that_is_no_json_is_refused(alice_client: Client) -> None:
    answer = alice_client.post(f"{ROOT}/incidents", "{", content_type="application/json")
    assert (answer.status_code, sorted(answer.json())) == (400, ["code", "message"])


def test_conflict_names_the_state(alice_client: Client, incident: IncidentDetail) -> None:
    incidents.resolve(incident.item.uuid, actor=SYSTEM)
    answer = alice_client.post(f"{ROOT}/incidents/INC-1/begin")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def test_list_is_read_in_stretches_without_gap_or_repeat(alice_client: Client) -> None:
    for number in range(7):
        incidents.declare(Declaration(title=f"Trouble {number}", severity=3, team="network"), actor=SYSTEM)
    keys, before = [], ""
    while True:
        found = alice_client.get(f"{ROOT}/incidents?limit=3{before}").json()
        keys += [row["key"] for row in found["results"]]
        if found["next"] is None:
            break
        before = f"&before={found['next']}"
    assert keys == [f"INC-{number}" for number in range(7, 0, -1)]


def test_journal_is_read_in_stretches(alice_client: Client) -> None:
    first = alice_client.get(f"{ROOT}/journal?limit=2&kind=accounts.").json()
    rest = alice_client.get(f"{ROOT}/journal?limit=2&kind=accounts.&before={first['next']}").json()
    assert first["results"][-1]["id"] > rest["results"][0]["id"]
    assert all(fact["kind"].startswith("accounts.") for fact in first["results"] + rest["results"])


def test_report_of_an_incident_holds_what_the_screen_shows(alice_client: Client, incident: IncidentDetail) -> None:
    report = alice_client.get(f"{ROOT}/incidents/INC-1").json()
    assert report["cause"]["service"] == world.SWITCH
    assert report["runner_up"]["service"] == world.BILLING
    assert [node["service"] for node in report["reach"]["nodes"]] == [world.SWITCH, world.GATEWAY]
    assert [page["told"][0]["login"] for page in report["pages"]] == ["alice"]
    assert sum(report["ledger"]["lines"].values()) == report["ledger"]["total"]
    assert sum(leg["took_s"] or 0 for leg in report["legs"]) == report["total_s"]


def test_page_reads_in_the_language_of_the_request(alice_client: Client, incident: IncidentDetail) -> None:
    page = alice_client.get(f"{ROOT}/pages").json()["results"][0]
    report = alice_client.get(f"{ROOT}/pages/{page['id']}").json()
    assert report["title"] == "INC-1 · core-sw-waw-02: core-sw-waw-02 uplink down"
    assert "it touches 1 service" in report["text"]
    assert report["next_people"] == ["ann"]


@pytest.mark.parametrize("address", ["services/%00", "incidents?search=%00", "journal?kind=%00", "inbox?text=%00"])
def test_what_cannot_be_stored_is_the_callers_mistake(alice_client: Client, address: str) -> None:
    answer = alice_client.get(f"/api/v1/{address}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


@pytest.mark.parametrize("address", ["/services/%00", "/oncall/%00", "/alerts?q=%00", "/search?q=%00"])
def test_screen_asked_for_what_cannot_be_stored_says_bad_request(alice_client: Client, address: str) -> None:
    assert alice_client.get(address).status_code == 400


def test_refusal_is_english_unless_another_language_is_asked_for(alice_client: Client, alice: Any) -> None:
    alice.language = "pl"
    alice.save()
    assert alice_client.get(f"{ROOT}/incidents/INC-9").json()["message"] == "There is no incident INC-9."
    polish = alice_client.get(f"{ROOT}/incidents/INC-9", headers={"Accept-Language": "pl"})
    assert polish.json()["message"] == "Nie ma incydentu INC-9."
    assert alice_client.get("/incidents/INC-9").content.decode().count("Nie ma incydentu INC-9.") == 1


def test_key_that_asks_too_much_is_told_when_to_ask_again_and_no_other_is_slowed(
    incident: IncidentDetail, settings: Any
) -> None:
    settings.CONFIG = replace(settings.CONFIG, key_requests=6)
    _, greedy = _key(KeyScope.READ)
    _, other = _key(KeyScope.MANAGE)
    answers = [Client().get(f"{ROOT}/incidents", headers=greedy) for _ in range(8)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429] * 2
    assert (answers[-1].headers["Retry-After"], answers[-1].json()["code"]) == ("10", "too_many")
    assert Client().get(f"{ROOT}/incidents", headers=other).status_code == 200


def test_key_of_an_integration_has_no_number_of_requests(incident: IncidentDetail, settings: Any) -> None:
    from tocsin.accounts.queries import actor_for_token
    from tocsin.alerts.models import Integration
    from tocsin.alerts.rows import integration_ref

    settings.CONFIG = replace(settings.CONFIG, key_requests=1)
    subject = integration_ref(Integration.objects.all()[0])
    _, token = issue_key(name="sender", scope=KeyScope.INTEGRATION, subject=subject, actor=SYSTEM)
    assert all(actor_for_token(token) is not None for _ in range(5))


@pytest.mark.parametrize(
    ("body", "status", "code", "says"),
    [
        (b'{"summary": "' + b"x" * 1024 * 1024 + b'"}', 413, "too_large", "1048576 bytes"),
        (b'{"summary": "\\ud800"}', 422, "invalid_input", "half a surrogate pair"),
        (b'{"summary": "a\\u0000b"}', 422, "invalid_input", "NUL"),
        (b'{"summary": NaN}', 422, "invalid_input", "body.summary"),
        (b'{"summary": ' + b"9" * 5000 + b"}", 400, "bad_request", "not JSON"),
        (b'{"summary": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "bad_request", "nested too deeply"),
        (b'{"summary": "\xff"}', 400, "bad_request", "UTF-8"),
        (b'{"summary"', 400, "bad_request", "not JSON"),
    ],
)
def test_body_that_cannot_be_taken_is_refused_in_the_apis_own_format(
    estate: None, body: bytes, status: int, code: str, says: str
) -> None:
    _, headers = _key(KeyScope.MANAGE)
    answer = Client().post(f"{ROOT}/changes", data=body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert says in answer.json()["message"]
