"""Opsgenie's own client calls every operation on a running node; each write is read back everywhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import opsgenie_sdk
import pytest
from django.test import Client
from opsgenie_sdk.rest import ApiException

from tests.gateways.opsgenie.steps import steps
from tests.nodes import Node, running_node
from tocsin.gateways.opsgenie.operations import OPERATIONS

if TYPE_CHECKING:
    from tests.alerts.world import World

PATIENCE_S = 60.0


@dataclass
class Opsgenie:
    """The client with one key, and what it has called."""

    node: Node
    token: str
    called: set[str] = field(default_factory=set)

    @property
    def api(self) -> Any:
        settings = opsgenie_sdk.configuration.Configuration()
        settings.host = self.node.url
        settings.api_key["Authorization"] = self.token
        settings.retry_enabled = False
        return opsgenie_sdk.AlertApi(api_client=opsgenie_sdk.api_client.ApiClient(configuration=settings))

    def __call__(self, operation: str, method: str, **arguments: Any) -> Any:
        """Call one operation; `operation` is our name for it."""
        self.called.add(operation)
        return getattr(self.api, method)(**arguments)

    def done(self, answer: Any) -> Any:
        """The status of a promised write, once there is one; it must have succeeded."""
        give_up = time.monotonic() + PATIENCE_S
        while True:
            try:
                found = self("request_status", "get_request_status", request_id=answer.request_id).data
            except ApiException as error:
                if error.status != 404 or time.monotonic() > give_up:
                    raise
                time.sleep(0.05)
            else:
                assert found.is_success, found.status
                return found


@dataclass
class Seen:
    """Where a write can be seen: the API, the journal, the alert's screen."""

    opsgenie: Opsgenie
    client: Client
    alias: str = "db-1"

    def alert(self) -> Any:
        return self.opsgenie("get", "get_alert", identifier=self.alias, identifier_type="alias").data

    def facts(self) -> list[str]:
        from tocsin.core.refs import Ref
        from tocsin.journal.queries import facts_about

        return [fact.kind for fact in facts_about([Ref("alerts.alert", _uuid(self.alert().id))])]

    def screen(self) -> str:
        answer = self.client.get(f"/alerts/{self.alert().id}")
        assert answer.status_code == 200
        return answer.content.decode()


def _uuid(text: str) -> Any:
    from uuid import UUID

    return UUID(text)


@pytest.fixture
def world(fresh_database: Any, cast: object) -> World:
    """Committed, for the node to see."""
    from tests.alerts.world import World

    return World()


@pytest.fixture
def node(world: World, fresh_database: Any, tmp_path: Path) -> Iterator[Node]:
    with running_node(tmp_path / "node", fresh_database.app_dsn) as started:
        yield started


BY_ALIAS = {"identifier": "db-1", "identifier_type": "alias"}
ALERT = {"identifier": "db-1", "alert_identifier_type": "alias"}
sdk = opsgenie_sdk


def created(opsgenie: Opsgenie) -> None:
    payload = sdk.CreateAlertPayload(
        message="Disk full",
        alias="db-1",
        description="The disk of the database is full",
        priority="P2",
        entity="db",
        source="monitor-7",
        user="robot",
        note="seen at the first look",
        tags=["disk", "sample"],
        details={"service": "db", "region": "eu"},
        actions=["restart", "ping"],
    )
    status = opsgenie.done(opsgenie("create", "create_alert", create_alert_payload=payload))
    assert (status.action, status.alias, status.status) == ("Create", "db-1", "Created alert")


@pytest.mark.slow
def test_every_operation_of_the_client_is_done_and_seen(node: Node, world: World, alice: Any, bob: Any) -> None:
    prepare()
    opsgenie, client = Opsgenie(node, world.token), Client()
    client.force_login(alice)
    seen = Seen(opsgenie, client)
    created(opsgenie)
    for operation, method, arguments, fact, value, expected, says in steps(bob):
        status = opsgenie.done(opsgenie(operation, method, **BY_ALIAS, **arguments))
        assert status.alias == "db-1", operation
        assert value(seen.alert()) == expected, operation
        assert f"alerts.{fact}" in seen.facts(), operation
        assert says in seen.screen(), operation
    reads(opsgenie, world)
    attachments(opsgenie, seen)
    searches(opsgenie, world, node)
    ends(opsgenie, seen)
    assert opsgenie.called == {operation.name for operation in OPERATIONS}


def prepare() -> None:
    """A second team, and a policy of the first."""
    from tocsin.accounts.actions import save_team
    from tocsin.accounts.rules import SYSTEM
    from tocsin.paging.actions import PolicyDetails, StepDetails, TargetDetails, save_policy

    save_team(key="storage", name="Storage", members=["bob"], lead="bob", actor=SYSTEM)
    step = StepDetails(after_s=0, notify=(TargetDetails(person="alice"),))
    save_policy(PolicyDetails(key="network", name="Network", team="network", steps=(step,)), actor=SYSTEM)


def reads(opsgenie: Opsgenie, world: World) -> None:
    found = opsgenie(
        "list", "list_alerts", query='status:open AND priority:P1 AND tag:"disk"', limit=5, sort="count", order="asc"
    )
    assert [alert.alias for alert in found.data] == ["db-1"]
    assert found.paging.first.startswith(opsgenie.node.url)
    assert opsgenie("list", "list_alerts", query="alias: nothing").data == []
    assert opsgenie("count", "count_alerts", query="details.rack: r12 teams: network").data.count == 1
    notes = opsgenie("list_notes", "list_notes", **BY_ALIAS).data
    assert [(note.note, note.owner) for note in notes] == [
        ("mine", "Ann"),
        ("On it", "Ann"),
        ("seen at the first look", "robot"),
    ]
    logs = opsgenie("list_logs", "list_logs", **BY_ALIAS, limit=100).data
    assert {"alert_snoozed", "alert_tagged", "delivery_fire"} <= {log.type for log in logs}
    assert opsgenie("list_recipients", "list_recipients", **BY_ALIAS).data == []
    reader = key(scope="read")
    told = Opsgenie(opsgenie.node, reader)("list_recipients", "list_recipients", **BY_ALIAS).data
    assert "bob@sample.invalid" in {each.user.username for each in told}


def key(scope: str) -> str:
    from tocsin.accounts.actions import issue_key
    from tocsin.accounts.rules import SYSTEM, KeyScope

    return issue_key(name=scope, scope=KeyScope(scope), actor=SYSTEM)[1]


def attachments(opsgenie: Opsgenie, seen: Seen) -> None:
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".txt") as file:
        file.write(b"the log")
        file.flush()
        made = opsgenie("add_attachment", "add_attachment", **ALERT, file=file.name)
    assert made.result == "Created"
    listed = opsgenie("list_attachments", "list_attachments", **ALERT).data
    assert [each.name.endswith(".txt") for each in listed] == [True]
    number = {"attachment_id": int(listed[0].id)}
    url = opsgenie("get_attachment", "get_attachment", **ALERT, **number).data.url
    import httpx

    assert httpx.get(url, headers={"Authorization": f"GenieKey {opsgenie.token}"}).content == b"the log"
    assert httpx.get(url).status_code == 401
    assert "alerts.alert_attached" in seen.facts()
    assert opsgenie("remove_attachment", "remove_attachment", **ALERT, **number).result == "Deleted"
    assert opsgenie("list_attachments", "list_attachments", **ALERT).data == []


def searches(integration: Opsgenie, world: World, node: Node) -> None:
    from tocsin.journal.queries import latest_facts

    opsgenie = Opsgenie(node, key(scope="manage"), integration.called)
    owner = sdk.UserRecipient(username="alice")
    payload = sdk.CreateSavedSearchPayload(name="Disks", query="tag: disk", owner=owner)
    made = opsgenie("create_search", "create_saved_searches", create_saved_search_payload=payload)
    by_name = {"identifier": "Disks", "identifier_type": "name"}
    assert [each.name for each in opsgenie("list_searches", "list_saved_searches").data] == ["Disks"]
    changed = sdk.UpdateSavedSearchPayload(name="Disks", query="tag: nothing", description="None", owner=owner)
    opsgenie("update_search", "update_saved_search", **by_name, update_saved_search_payload=changed)
    found = opsgenie("get_search", "get_saved_search", **by_name).data
    assert (found.id, found.query, found.description) == (made.data.id, "tag: nothing", "None")
    listed = opsgenie("list", "list_alerts", search_identifier="Disks", search_identifier_type="name")
    assert listed.data == []
    assert opsgenie("delete_search", "delete_saved_search", **by_name).result == "Deleted"
    with pytest.raises(sdk.exceptions.AuthenticationException, match="Only the key of an integration"):
        opsgenie("create", "create_alert", create_alert_payload=sdk.CreateAlertPayload(message="x"))
    assert latest_facts(kind="gateways.", limit=1)[0].kind == "gateways.saved_search_removed"


def ends(opsgenie: Opsgenie, seen: Seen) -> None:
    manager = Opsgenie(opsgenie.node, key(scope="manage"), opsgenie.called)
    answer = manager(
        "close", "close_alert", **BY_ALIAS, close_alert_payload=sdk.CloseAlertPayload(user="Ann", note="cleaned")
    )
    assert manager.done(answer).status == "Closed alert"
    assert seen.alert().status == "closed"
    assert "cleaned" in seen.screen()
    alert = seen.alert()
    assert opsgenie.done(opsgenie("delete", "delete_alert", **BY_ALIAS)).alert_id == alert.id
    with pytest.raises(ApiException) as gone:
        seen.alert()
    assert gone.value.status == 404
    assert "deleted" in seen.client.get(f"/alerts/{alert.id}").content.decode()
