"""Opsgenie's API behind Django: who may ask what, in which order writes are done, and how refusals are worded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from tests.alerts.world import World, fire
from tests.gateways.opsgenie.calls import ALIAS, Api, due, key, work
from tocsin.accounts.actions import issue_key, revoke_key, save_team
from tocsin.accounts.queries import actor_for_token
from tocsin.accounts.rules import SYSTEM, KeyScope
from tocsin.alerts.intake import NewEvent, Target
from tocsin.alerts.models import Alert
from tocsin.alerts.rules import AlertAction, AlertState
from tocsin.core.ids import uuid7
from tocsin.gateways.actions import forget_requests
from tocsin.gateways.models import Request
from tocsin.journal.queries import latest_facts

if TYPE_CHECKING:
    from tests.conftest import Clock

pytestmark = pytest.mark.django_db


def test_an_integrations_key_sees_and_changes_what_came_from_it_and_nothing_else(three: World) -> None:
    from tocsin.alerts import actions
    from tocsin.alerts.rows import integration_ref

    details = actions.IntegrationDetails(key="other", name="Other", kind="opsgenie")
    subject = integration_ref(actions.save_integration(details, actor=SYSTEM))
    other = Api(issue_key(name="other", scope=KeyScope.INTEGRATION, subject=subject, actor=SYSTEM)[1])
    assert other.aliases("") == []
    assert other("GET", "/v2/alerts/disk", **ALIAS)[0] == 404
    request = other.promised("POST", "/v2/alerts/disk/notes", {"note": "mine"}, **ALIAS)
    work()
    assert other.outcome(request)[:2] == (200, False)
    assert Api(three.token)("GET", f"/v2/alerts/requests/{request}")[0] == 404


def test_keys_of_other_scopes_do_what_their_scope_says(three: World) -> None:
    save_team(key="storage", name="Storage", members=[], lead="", actor=SYSTEM)
    reader, manager, stranger = Api(key("read")), Api(key("manage")), Api(key("manage", "storage"))
    assert set(reader.aliases("status:open")) == set(manager.aliases("status:open")) == {"disk", "load"}
    assert reader("POST", "/v2/alerts/disk/close", **ALIAS)[0] == 403
    assert manager("POST", "/v2/alerts", {"message": "x"})[0] == 403
    assert (stranger.aliases(""), stranger("GET", "/v2/alerts/disk", **ALIAS)[0]) == ([], 404)
    request = manager.promised("POST", "/v2/alerts/disk/close", {"user": "Ann"}, **ALIAS)
    work()
    assert manager.outcome(request) == (200, True, "Closed alert")
    assert manager("GET", "/v2/alerts/disk", **ALIAS)[1]["data"]["report"]["closedBy"] == "Ann"


@pytest.mark.parametrize("token", ["", "wrong", "tcs\xff"])
def test_without_a_live_key_everything_is_401(world: World, token: str) -> None:
    assert Api(token)("GET", "/v2/alerts")[0] == 401
    assert Api(token)("POST", "/v2/alerts/x/notes", {"note": "x"})[0] == 401


def test_a_key_revoked_meanwhile_changes_nothing(three: World) -> None:
    api = Api(key())
    request = api.promised("POST", "/v2/alerts/disk/notes", {"note": "x"}, **ALIAS)
    actor = actor_for_token(api.token)
    assert actor is not None
    revoke_key(actor.id, actor=SYSTEM)
    work()
    assert Request.objects.get(uuid=UUID(request)).success is False
    assert Alert.objects.get(fingerprint="disk").notes.count() == 0


def test_a_write_waits_for_the_digest_of_what_was_stored_before_it(world: World, api: Api) -> None:
    world.deliver(fire("late"))
    request = api.promised("POST", "/v2/alerts/late/tags", {"tags": ["a"]}, **ALIAS)
    work()
    assert api.outcome(request)[0] == 404
    world.turn()
    due()
    assert api.outcome(request) == (200, True, "Added tags")
    assert api("GET", "/v2/alerts/late", **ALIAS)[1]["data"]["tags"] == ["a"]


def test_writes_of_a_key_are_done_in_the_order_in_which_they_were_promised(world: World, api: Api) -> None:
    world.told(fire("a"))
    first = api.promised("POST", "/v2/alerts/a/tags", {"tags": ["x"]}, **ALIAS)
    second = api.promised("DELETE", "/v2/alerts/a/tags", tags="x", **ALIAS)
    from tocsin.core.models import Job

    Job.objects.filter(kind="opsgenie.request", key=first).update(due_at="2100-01-01T00:00Z")
    work()
    assert api.outcome(second)[0] == 404
    due()
    due()
    assert (api.outcome(first)[2], api.outcome(second)[2]) == ("Added tags", "Removed tags")
    assert api("GET", "/v2/alerts/a", **ALIAS)[1]["data"]["tags"] == []


def test_a_write_that_cannot_be_done_is_a_status_with_its_reason(three: World) -> None:
    api = Api(three.token)
    requests = {
        "no such alert": api.promised(
            "POST", "/v2/alerts/nothing/snooze", {"endTime": "2100-01-01T00:00:00Z"}, **ALIAS
        ),
        "no active person": api.promised("POST", "/v2/alerts/disk/assign", {"owner": {"username": "zoe"}}, **ALIAS),
        "no team": api.promised("POST", "/v2/alerts/disk/teams", {"team": {"name": "zoe"}}, **ALIAS),
        "no policy": api.promised("POST", "/v2/alerts/disk/escalate", {"escalation": {"name": "zoe"}}, **ALIAS),
        "offers no action": api.promised("POST", "/v2/alerts/disk/actions/explode", {"note": "kept?"}, **ALIAS),
        "in the future": api.promised("POST", "/v2/alerts/disk/snooze", {"endTime": "2020-01-01T00:00:00Z"}, **ALIAS),
        "closed already": api.promised("POST", "/v2/alerts/gone/snooze", {"endTime": "2100-01-01T00:00:00Z"}, **ALIAS),
    }
    work()
    for says, request in requests.items():
        status, success, why = api.outcome(request)
        assert (status, success, says in why) == (200, False, True), (says, why)
    assert three.alert("disk").notes.count() == 0


BAD: list[tuple[str, str, object, int, str]] = [
    ("GET", "/v2/alerts?query=status:(", None, 422, "character"),
    ("GET", "/v2/alerts?limit=101", None, 422, "limit"),
    ("GET", "/v2/alerts?offset=-1", None, 422, "offset"),
    ("GET", "/v2/alerts?sort=weather", None, 422, "sort"),
    ("GET", "/v2/alerts?order=up", None, 422, "order"),
    ("GET", "/v2/alerts?query=%00", None, 422, "NUL"),
    ("GET", "/v2/alerts/count?query=x:y", None, 422, "no field"),
    ("GET", "/v2/alerts/x", None, 404, "no such alert"),
    ("GET", "/v2/alerts/x?identifierType=name", None, 422, "identifierType"),
    ("GET", "/v2/alerts/%00?identifierType=alias", None, 422, "out of range"),
    ("GET", "/v2/alerts/99999999999999999999?identifierType=tiny", None, 404, "no such alert"),
    ("GET", "/v2/alerts/requests/x", None, 404, "no such request"),
    ("GET", f"/v2/alerts/requests/{UUID(int=5)}", None, 404, "no such request"),
    ("GET", f"/v2/alerts/requests/{UUID(int=2**128 - 1)}", None, 404, "no such request"),
    ("GET", "/v2/alerts/disk/notes?identifierType=alias&offset=x", None, 422, "offset"),
    ("GET", "/v2/alerts/disk/logs?identifierType=alias&offset=x", None, 422, "offset"),
    ("GET", "/v2/alerts/disk/attachments/x?identifierType=alias", None, 404, "attachment"),
    ("POST", "/v2/alerts/disk/attachments?identifierType=alias", None, 422, "multipart"),
    ("POST", "/v2/alerts/x/notes", {"note": "x"}, 422, "identifierType=alias"),
    ("POST", "/v2/alerts/disk/notes?identifierType=alias", {}, 422, "note"),
    ("POST", "/v2/alerts/disk/notes?identifierType=alias", b"{", 422, "truncated"),
    ("POST", "/v2/alerts/disk/notes?identifierType=alias", b'{"note": "\\ud800"}', 422, ""),
    ("POST", "/v2/alerts/disk/notes?identifierType=alias", b"[" * 100_000, 422, ""),
    ("POST", "/v2/alerts/disk/notes?identifierType=alias", {"note": "\0"}, 422, "NUL"),
    ("POST", "/v2/alerts/disk/notes?identifierType=alias", {"note": "x" * 25_001}, 422, "longer"),
    ("POST", "/v2/alerts/disk/tags?identifierType=alias", {"tags": ["a,b"]}, 422, "comma"),
    ("POST", "/v2/alerts/disk/details?identifierType=alias", {"details": {"tags": "x"}}, 422, "no name"),
    ("POST", "/v2/alerts/disk/snooze?identifierType=alias", {"endTime": "soon"}, 422, "RFC 3339"),
    ("POST", "/v2/alerts/disk/snooze?identifierType=alias", {"endTime": "9999-01-01T00:00:00Z"}, 422, "year 9999"),
    ("POST", "/v2/alerts/disk/responders?identifierType=alias", {"responder": {"type": "x", "id": "y"}}, 422, "type"),
    ("PUT", "/v2/alerts/disk/priority?identifierType=alias", {"priority": "P0"}, 422, "P1 to P5"),
    ("PUT", "/v2/alerts/disk/message?identifierType=alias", {"message": " "}, 422, "message"),
    ("DELETE", "/v2/alerts/disk/tags?identifierType=alias", None, 422, "tags"),
    ("DELETE", "/v2/alerts/disk/details?identifierType=alias", None, 422, "keys"),
    ("PATCH", "/v2/alerts/disk?identifierType=alias", None, 405, "PATCH"),
    ("DELETE", "/v2/alerts", None, 405, "DELETE"),
    ("POST", "/v2/alerts/disk/explode", None, 404, "no POST"),
    ("GET", "/v2/alerts/saved-searches", None, 403, "may not"),
    ("POST", "/v2/alerts/saved-searches", {"name": "x", "query": "y"}, 403, "may not"),
    ("GET", "/jsm/ops/integration/v2/alerts/x", None, 404, "no such alert"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "says"), BAD)
def test_what_cannot_be_taken_is_refused_in_opsgenies_words(
    three: World, method: str, path: str, body: object, status: int, says: str
) -> None:
    found, answer = Api(three.token)(method, path, body)
    assert (found, says in answer["message"]) == (status, True), answer
    assert set(answer) == {"message", "took", "requestId"}
    assert not Request.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"name": "x"}, 422, "query"),
        ({"name": "x", "query": "status:("}, 422, "character"),
        ({"name": "taken", "query": "x"}, 422, "already"),
        (b"{", 422, "truncated"),
        ({"name": "x" * 3000, "query": "x"}, 422, "longer"),
    ],
)
def test_a_search_that_cannot_be_saved_is_refused(world: World, body: object, status: int, says: str) -> None:
    api = Api(key())
    api("POST", "/v2/alerts/saved-searches", {"name": "taken", "query": "x"})
    found, answer = api("POST", "/v2/alerts/saved-searches", body)
    assert (found, says in answer["message"]) == (status, True), answer
    assert api("GET", "/v2/alerts/saved-searches/nothing")[0] == 404


def test_what_the_intake_took_has_a_status_once_it_is_digested(world: World, api: Api) -> None:
    request = delivered(world, fire("a"))
    assert api.outcome(request)[0] == 404
    world.turn()
    found = api("GET", f"/v2/alerts/requests/{request}")[1]
    assert (found["data"]["action"], found["data"]["alertId"]) == ("Create", str(world.alert("a").uuid))
    missing = delivered(world, NewEvent(action=AlertAction.RESOLVE, fingerprint=str(uuid7()), target=Target.ID))
    world.turn()
    assert api.outcome(missing) == (200, False, "Alert does not exist")
    assert Api(key("read")).outcome(request)[:2] == (200, True)
    save_team(key="storage", name="Storage", members=[], lead="", actor=SYSTEM)
    assert Api(key("read", "storage")).outcome(request)[0] == 404


def delivered(world: World, *events: NewEvent) -> str:
    """Store events as one request; its id."""
    from django.db import connection

    world.deliver(*events)
    with connection.cursor() as cursor:
        cursor.execute("SELECT request_id FROM alerts_event ORDER BY id DESC LIMIT 1")
        return str(cursor.fetchone()[0])


def test_an_alias_finds_its_open_alert_and_a_deleted_one_is_found_by_nothing(world: World, api: Api) -> None:
    world.told(fire("a"))
    first = world.alert("a").uuid
    api.promised("DELETE", "/v2/alerts/a", **ALIAS)
    work()
    assert api("GET", "/v2/alerts/a", **ALIAS)[0] == api("GET", f"/v2/alerts/{first}")[0] == 404
    assert api.aliases("") == []
    world.told(fire("a"))
    assert api("GET", "/v2/alerts/a", **ALIAS)[1]["data"]["id"] == str(world.alert("a").uuid) != str(first)
    assert Alert.objects.get(uuid=first).state == AlertState.CLOSED


def test_notes_and_logs_are_read_stretch_by_stretch(world: World, api: Api) -> None:
    world.told(fire("a"))
    for number in range(5):
        api.promised("POST", "/v2/alerts/a/notes", {"note": f"n{number}", "user": "Ann"}, **ALIAS)
    work()
    read: list[str] = []
    query: dict[str, Any] = {"limit": 2, "order": "asc", **ALIAS}
    for _ in range(3):
        page = api("GET", "/v2/alerts/a/notes", **query)[1]
        read += [note["note"] for note in page["data"]]
        query["offset"] = page["data"][-1]["offset"]
    assert read == ["n0", "n1", "n2", "n3", "n4"]
    told = api("GET", "/v2/alerts/a/logs", limit=3, **ALIAS)[1]
    assert ([log["type"] for log in told["data"]], told["data"][0]["owner"]) == (["alert_noted"] * 3, "Ann")
    rest = api("GET", "/v2/alerts/a/logs", offset=told["data"][-1]["offset"], **ALIAS)[1]["data"]
    assert [log["type"] for log in rest] == ["alert_noted"] * 2 + ["delivery_fire"]


def test_requests_are_forgotten_after_a_fortnight(world: World, api: Api, clock: Clock) -> None:
    world.told(fire("a"))
    request = api.promised("POST", "/v2/alerts/a/notes", {"note": "x"}, **ALIAS)
    work()
    clock.forward(days=13)
    assert (forget_requests(), api.outcome(request)[0]) == (0, 200)
    clock.forward(days=2)
    assert (forget_requests(), api.outcome(request)[0]) == (1, 404)


def test_whoever_asks_is_named_in_the_journal(world: World, api: Api) -> None:
    world.told(fire("a"))
    api.promised("PUT", "/v2/alerts/a/priority", {"priority": "P1", "user": "Ann"}, **ALIAS)
    work()
    fact = latest_facts(kind="alerts.alert_amended", limit=1)[0]
    assert (fact.actor_kind, fact.actor_label) == ("key", "Ann")
