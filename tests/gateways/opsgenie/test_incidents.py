"""Opsgenie's Incident API: who may ask what, what a query finds, how a write ends; and its own client on a node."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID

import opsgenie_sdk as sdk
import pytest
from django.test import Client
from opsgenie_sdk.rest import ApiException

from tests.alerts.world import World
from tests.gateways.opsgenie.calls import Api, key, work
from tests.nodes import Node, running_node
from tocsin.accounts.actions import remove_team, save_team
from tocsin.accounts.queries import team_by_key
from tocsin.accounts.rules import SYSTEM
from tocsin.gateways.opsgenie.operations import INCIDENT_OPERATIONS
from tocsin.incidents.queries import IncidentFilter, incident_by_key, incident_ref, incidents
from tocsin.incidents.rules import IncidentState
from tocsin.items.queries import comments, item_by_key, item_ref
from tocsin.journal.queries import facts_about
from tocsin.paging.models import Page

if TYPE_CHECKING:
    from tocsin.accounts.models import Person

INCIDENTS = "/v1/incidents"
BODY: dict[str, Any] = {
    "message": "Lost SMS",
    "serviceId": "db",
    "description": "Nothing goes out",
    "priority": "P1",
    "tags": ["sms", "night"],
    "details": {"region": "eu", "count": 3},
    "note": "seen at the first look",
    "statusPageEntry": {"title": "SMS is late", "detail": "We look into it"},
    "notifyStakeholders": True,
}


def outcome(api: Api, request: str) -> tuple[Any, ...]:
    status, found = api("GET", f"{INCIDENTS}/requests/{request}")
    data = found.get("data", {})
    return (status, data.get("success"), data.get("status"))


def declared(api: Api, **more: Any) -> dict[str, Any]:
    """An incident as the API tells it once it is declared."""
    request = api.promised("POST", f"{INCIDENTS}/create", BODY | more)
    work()
    assert outcome(api, request) == (200, True, "Incident created")
    told = api("GET", f"{INCIDENTS}/requests/{request}")[1]["data"]
    found: dict[str, Any] = api("GET", f"{INCIDENTS}/{told['incidentId']}")[1]["data"]
    assert found["requestId"] == request
    return found


def found(api: Api, query: str, **more: Any) -> list[str]:
    status, answer = api("GET", f"{INCIDENTS}/", query=quote(query), **more)
    assert status == 200, answer
    return [each["message"] for each in answer["data"]]


def _comments(incident_key: str) -> str:
    return "\n".join(each.body for each in comments(item_by_key(SYSTEM, incident_key)))


@pytest.mark.django_db
def test_a_create_declares_pages_the_owner_and_is_read_back(world: World) -> None:
    incident = declared(Api(key()))
    told = {name: incident[name] for name in ("message", "description", "status", "priority", "tags", "tinyId")}
    assert told == {
        "message": "Lost SMS",
        "description": "Nothing goes out",
        "status": "open",
        "priority": "P1",
        "tags": ["sms", "night"],
        "tinyId": "1",
    }
    network = str(team_by_key("network").uuid)
    assert (incident["extraProperties"], incident["impactedServices"]) == ({"region": "eu", "count": "3"}, ["db"])
    assert (incident["ownerTeam"], incident["responders"]) == (network, [{"type": "team", "id": network}])
    assert Page.objects.get().team.key == "network"


@pytest.mark.django_db
def test_other_teams_and_people_are_paged_too_each_once(world: World, cast: dict[str, Person]) -> None:
    save_team(key="storage", name="Storage", members=["bob"], lead="bob", actor=SYSTEM)
    team, person = {"type": "team", "name": "Storage"}, {"type": "user", "username": "bob"}
    api = Api(key())
    body = BODY | {"responders": [team, team, {"type": "team", "name": "network"}, person]}
    request = api.promised("POST", f"{INCIDENTS}/create", body)
    work()
    status, success, said = outcome(api, request)
    assert (status, success) == (200, True)
    assert "contact" in said, "Bob has none, and that keeps nobody else from being called"
    assert {page.team.key for page in Page.objects.all()} == {"network", "storage"}
    (incident,) = api("GET", f"{INCIDENTS}/", query="")[1]["data"]
    assert len(incident["responders"]) == 2


@pytest.mark.django_db
def test_a_close_resolves_with_its_note_and_a_delete_takes_it_out_of_this_api_only(world: World) -> None:
    api = Api(key())
    incident = declared(api)
    close = api.promised("POST", f"{INCIDENTS}/1/close", {"note": "cable replaced"}, identifierType="tiny")
    work()
    assert outcome(api, close) == (200, True, "Incident closed")
    assert api("GET", f"{INCIDENTS}/{incident['id']}")[1]["data"]["status"] == "closed"
    delete = api.promised("DELETE", f"{INCIDENTS}/{incident['id']}")
    work()
    assert outcome(api, delete) == (200, True, "Incident deleted")
    assert api("GET", f"{INCIDENTS}/{incident['id']}")[0] == 404
    assert found(api, "") == []
    assert incident_by_key(SYSTEM, "INC-1").state is IncidentState.RESOLVED, "its record stays"
    again = api.promised("DELETE", f"{INCIDENTS}/{incident['id']}")
    work()
    assert outcome(api, again)[:2] == (200, False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "messages"),
    [
        ("", {"Lost SMS", "Slow mail"}),
        ("status: open", {"Slow mail"}),
        ("status: closed priority: P1", {"Lost SMS"}),
        ("priority: (P1 OR P4)", {"Lost SMS", "Slow mail"}),
        ("NOT priority: P1", {"Slow mail"}),
        ("tag: sms", {"Lost SMS"}),
        ("tag: s*", {"Lost SMS"}),
        ("tag: null", {"Slow mail"}),
        ("details.region: EU", {"Lost SMS"}),
        ("details.key: region", {"Lost SMS"}),
        ("tinyId > 1", {"Slow mail"}),
        ("createdAt > 01-01-2020", {"Lost SMS", "Slow mail"}),
        ("closedAt: null", {"Slow mail"}),
        ("teams: Network", {"Lost SMS", "Slow mail"}),
        ("mail", {"Slow mail"}),
        ("message: lost", {"Lost SMS"}),
        ("alias: x OR snoozed: true", set()),
    ],
)
def test_a_query_finds(world: World, query: str, messages: set[str]) -> None:
    api = Api(key())
    declared(api)
    declared(api, message="Slow mail", priority="P4", tags=[], details={})
    api.promised("POST", f"{INCIDENTS}/1/close", identifierType="tiny")
    work()
    assert set(found(api, query)) == messages


@pytest.mark.django_db
def test_a_list_comes_in_stretches_and_orders(world: World) -> None:
    api = Api(key())
    for name in "abc":
        declared(api, message=name)
    assert found(api, "", limit=2) == ["c", "b"]
    assert found(api, "", limit=2, offset=2) == ["a"]
    assert found(api, "", sort="message", order="asc") == ["a", "b", "c"]
    assert api("GET", f"{INCIDENTS}", query="", limit=2)[1]["paging"]["next"].endswith("offset=2")
    assert api("GET", f"{INCIDENTS}/", query="priority", sort="colour")[0] == 422


@pytest.mark.django_db
def test_keys_do_what_their_scope_says(world: World) -> None:
    save_team(key="storage", name="Storage", members=[], lead="", actor=SYSTEM)
    incident = declared(Api(key()))
    reader, stranger, sender = Api(key("read")), Api(key("manage", "storage")), Api(world.token)
    assert found(reader, "") == ["Lost SMS"]
    assert reader("POST", f"{INCIDENTS}/create", BODY)[0] == 403
    assert (found(stranger, ""), stranger("GET", f"{INCIDENTS}/{incident['id']}")[0]) == ([], 404)
    assert sender("GET", f"{INCIDENTS}/", query="")[0] == sender("POST", f"{INCIDENTS}/create", BODY)[0] == 403
    assert Api("")("GET", f"{INCIDENTS}/", query="")[0] == 401
    for method, path in (("POST", f"{INCIDENTS}/1/close"), ("DELETE", f"{INCIDENTS}/1")):
        request = stranger.promised(method, path, identifierType="tiny")
        work()
        assert outcome(stranger, request)[:2] == (200, False)
    assert incident_by_key(SYSTEM, "INC-1").is_open


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "says"),
    [
        (BODY | {"message": " "}, "message is missing"),
        (BODY | {"message": "x" * 201}, "longer than 200"),
        (BODY | {"serviceId": ""}, "serviceId is missing"),
        (BODY | {"priority": "P9"}, "P1 to P5"),
        (BODY | {"tags": ["x"] * 21}, "at most 20 tags"),
        (BODY | {"details": {"a": "x" * 1025}}, "longer than 1024"),
        (BODY | {"statusPageEntry": {"title": "x", "detail": "y" * 65_537}}, "longer than 65536"),
        (BODY | {"statusPageEntry": {"title": "x\0"}}, "NUL"),
        (BODY | {"responders": [{"type": "schedule", "id": "x"}]}, "a team or user"),
        (BODY | {"description": 5}, "expected `str`"),
        (b"{", "truncated"),
        (b'{"message": ' + b"[" * 100_000, ""),
    ],
)
def test_what_cannot_be_declared_is_refused_in_its_words(world: World, body: object, says: str) -> None:
    status, answer = Api(key())("POST", f"{INCIDENTS}/create", body)
    assert (status, says in answer["message"]) == (422, True), answer


@pytest.mark.django_db
def test_a_create_for_no_service_declares_nothing_and_its_status_says_why(world: World) -> None:
    api = Api(key())
    request = api.promised("POST", f"{INCIDENTS}/create", BODY | {"serviceId": "nothing"})
    work()
    status, success, why = outcome(api, request)
    assert (status, success, "no service" in why) == (200, False, True)
    assert incidents(SYSTEM, IncidentFilter())[0] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("responder", "says"),
    [({"type": "team", "name": "nobody"}, "no team"), ({"type": "user", "username": "nobody"}, "no active person")],
    ids=["team", "person"],
)
def test_a_responder_nobody_knows_keeps_no_incident_from_being_declared(
    world: World, responder: dict[str, Any], says: str
) -> None:
    api = Api(key())
    request = api.promised("POST", f"{INCIDENTS}/create", BODY | {"responders": [responder]})
    work()
    status, success, said = outcome(api, request)
    assert (status, success, says in said) == (200, True, True)
    assert Page.objects.get().team.key == "network"
    assert says in _comments("INC-1")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "more",
    [
        {"details": {f"k{i:03d}" + "k" * 100: "v" * 1024 for i in range(60)}},
        {"responders": [{"type": "team", "name": f"{number}" + "x" * 500} for number in range(200)]},
    ],
    ids=["details", "responders"],
)
def test_what_is_too_long_for_a_comment_is_cut_and_the_incident_declared(world: World, more: dict[str, Any]) -> None:
    api = Api(key())
    request = api.promised("POST", f"{INCIDENTS}/create", BODY | more)
    work()
    assert outcome(api, request)[:2] == (200, True)
    assert Page.objects.get().team.key == "network"
    assert "(cut here" in _comments("INC-1")


@pytest.mark.django_db
def test_incidents_of_a_team_that_was_removed_are_still_told(world: World) -> None:
    save_team(key="storage", name="Storage", members=[], lead="", actor=SYSTEM)
    api = Api(key())
    incident = declared(api)
    remove_team("network", actor=SYSTEM)
    status, answer = api("GET", f"{INCIDENTS}/", query="")
    assert (status, [each["ownerTeam"] for each in answer["data"]]) == (200, [incident["ownerTeam"]])
    assert api("GET", f"{INCIDENTS}/{incident['id']}")[0] == 200


class Opsgenie:
    """The client with a manage key, and what it has called."""

    def __init__(self, node: Node) -> None:
        settings = sdk.configuration.Configuration()
        settings.host = node.url
        settings.api_key["Authorization"] = key()
        settings.retry_enabled = False
        self._api = sdk.IncidentApi(api_client=sdk.api_client.ApiClient(configuration=settings))
        self.called: set[str] = set()

    def __call__(self, operation: str, method: str, **arguments: Any) -> Any:
        self.called.add(operation)
        return getattr(self._api, method)(**arguments)

    def done(self, answer: Any) -> Any:
        give_up = time.monotonic() + 60
        while True:
            try:
                status = self("incident_request_status", "get_incident_request_status", request_id=answer.request_id)
            except ApiException as error:
                if error.status != 404 or time.monotonic() > give_up:
                    raise
                time.sleep(0.05)
            else:
                assert status.data.is_success, status.data.status
                return status.data


@pytest.fixture
def node(fresh_database: Any, cast: dict[str, Person], tmp_path: Path) -> Iterator[Node]:
    World()
    with running_node(tmp_path / "node", fresh_database.app_dsn) as started:
        yield started


def told(incident_key: str) -> set[str]:
    item = item_by_key(SYSTEM, incident_key)
    return {fact.kind for fact in facts_about([incident_ref(item.uuid), item_ref(item)], limit=100)}


@pytest.mark.slow
def test_every_call_of_the_client_is_done_and_seen(node: Node, cast: dict[str, Person]) -> None:
    opsgenie, client = Opsgenie(node), Client()
    client.force_login(cast["alice"])
    payload = sdk.CreateIncidentPayload(
        message="Lost SMS",
        service_id="db",
        description="Nothing goes out",
        responders=[sdk.UserRecipient(username="bob")],
        tags=["sms"],
        details={"region": "eu"},
        priority="P2",
        note="seen at the first look",
        status_page_entry={"title": "SMS is late", "detail": "We look into it"},
        notify_stakeholders=False,
    )
    status = opsgenie.done(opsgenie("create_incident", "create_incident", create_incident_payload=payload))
    assert status.action == "Create"
    incident = opsgenie("get_incident", "get_incident", identifier=status.incident_id).data
    assert (incident.message, incident.status, incident.priority) == ("Lost SMS", "open", "P2")
    assert (incident.tags, incident.extra_properties) == (["sms"], {"region": "eu"})
    assert {"incidents.incident_opened", "items.item_commented", "gateways.incident_described"} <= told("INC-1")
    screen = client.get("/incidents/INC-1").content.decode()
    for words in ("Lost SMS", "Nothing goes out", "Tags: sms", "region: eu", "SMS is late", "seen at the first look"):
        assert words in screen, words
    listed = opsgenie("list_incidents", "list_incidents", query="status: open AND tag: sms", limit=5).data
    assert [each.tiny_id for each in listed] == ["1"]
    close = {"identifier": "1", "identifier_type": "tiny"}
    note = sdk.CloseIncidentPayload(note="cable replaced")
    assert opsgenie.done(opsgenie("close_incident", "close_incident", **close, close_incident_payload=note)).is_success
    assert opsgenie("get_incident", "get_incident", **close).data.status == "closed"
    assert "incidents.incident_resolved" in told("INC-1")
    assert "cable replaced" in client.get("/incidents/INC-1").content.decode()
    deleted = opsgenie.done(opsgenie("delete_incident", "delete_incident", identifier=status.incident_id))
    assert UUID(deleted.incident_id) == item_by_key(SYSTEM, "INC-1").uuid
    with pytest.raises(ApiException) as gone:
        opsgenie("get_incident", "get_incident", identifier=status.incident_id)
    assert gone.value.status == 404
    assert "gateways.incident_deleted" in told("INC-1")
    assert "was deleted by another product" in client.get("/incidents/INC-1").content.decode()
    assert opsgenie.called == {operation.name for operation in INCIDENT_OPERATIONS}
