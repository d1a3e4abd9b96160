"""Opsgenie's Maintenance API, over the wire as its OpenAPI says (its Python client has no such part): each write is
read back, is a fact, and stands on the screen."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    from tests.alerts.world import World
    from tests.gateways.opsgenie.calls import Api

pytestmark = pytest.mark.django_db
WINDOWS = "/v1/maintenance"


@pytest.fixture
def manager(world: World) -> Api:
    """Calls with a key that may manage."""
    from tests.gateways.opsgenie.calls import Api, key

    return Api(key())


def body(world: World, **time: Any) -> dict[str, Any]:
    entity = {"id": str(world.integration.uuid), "type": "integration"}
    return {"description": "New disks", "time": {"type": "for-1-hour"} | time, "rules": [{"entity": entity}]}


def made(manager: Api, asked: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    status, answer = manager("POST", prefix + WINDOWS, asked)
    assert status == 201, answer
    data: dict[str, Any] = answer["data"]
    assert set(data) == {"id", "status", "description", "time"}
    return data


def got(manager: Api, window: dict[str, Any]) -> dict[str, Any]:
    status, answer = manager("GET", f"{WINDOWS}/{window['id']}")
    assert status == 200, answer
    data: dict[str, Any] = answer["data"]
    return data


def facts(window: dict[str, Any]) -> list[str]:
    from uuid import UUID

    from tocsin.core.refs import Ref
    from tocsin.journal.queries import facts_about

    told = facts_about([Ref("alerts.silence", UUID(window["id"]))])
    return [fact.kind.removeprefix("alerts.maintenance_") for fact in reversed(told)]


def screen(client: Client, alice: Any, *, over: bool = False) -> str:
    client.force_login(alice)
    return client.get("/maintenance" + ("?over" if over else "")).content.decode()


@pytest.mark.parametrize(
    ("kind", "lasts"),
    [("for-5-minutes", 5), ("for-30-minutes", 30), ("for-1-hour", 60), ("indefinitely", None)],
)
def test_a_window_begins_at_once_and_lasts_as_its_type_says(
    manager: Api, world: World, clock: Any, client: Client, alice: Any, kind: str, lasts: int | None
) -> None:
    from tests.alerts.world import fire

    window = made(manager, body(world, type=kind))
    assert window["status"] == "active"
    assert window["time"]["type"] == ("schedule" if lasts else "indefinitely")
    told = got(manager, window)
    assert told["rules"] == [
        {"state": "disabled", "entity": {"type": "integration", "id": str(world.integration.uuid)}}
    ]
    assert facts(window) == ["saved"]
    assert "New disks" in screen(client, alice)
    world.told(fire())
    assert world.alert("a").set_aside == "maintenance"
    clock.forward(minutes=(lasts or 10_000) + 1)
    assert got(manager, window)["status"] == ("past" if lasts else "active")
    world.turn()
    assert (world.alert("a").set_aside == "maintenance") == (lasts is None)


def test_a_scheduled_window_is_listed_updated_cancelled_and_deleted(
    manager: Api, world: World, client: Client, alice: Any
) -> None:
    from tests.alerts.world import later

    stretch = {"startDate": later(hours=1).isoformat(), "endDate": later(hours=3).isoformat()}
    window = made(manager, body(world, type="schedule", **stretch), prefix="/jsm/ops/integration")
    assert window["status"] == "planned"
    assert manager("GET", WINDOWS, type="non-expired")[1]["data"] == [window]
    assert manager("GET", WINDOWS, type="past")[1]["data"] == []
    one = f"{WINDOWS}/{window['id']}"
    asked = body(world, type="schedule", **stretch) | {"description": "Old disks out"}
    assert manager("PUT", one, asked)[1]["data"]["description"] == "Old disks out"
    assert got(manager, window)["description"] == "Old disks out"
    assert "Old disks out" in screen(client, alice)
    until = later(hours=5).isoformat()
    assert manager("POST", f"{one}/change-end-date", {"endDate": until})[0] == 200
    assert got(manager, window)["time"]["endDate"][:19] == until[:19]
    status, answer = manager("POST", f"{one}/cancel")
    assert (status, answer["result"]) == (200, "Cancelled")
    assert got(manager, window)["status"] == "cancelled"
    assert [each["id"] for each in manager("GET", WINDOWS)[1]["data"]] == [window["id"]]
    assert "Cancelled" in screen(client, alice, over=True)
    assert manager("POST", f"{one}/cancel")[0] == 422
    assert manager("DELETE", one)[1]["result"] == "Deleted"
    assert manager("GET", one)[0] == 404
    assert manager("GET", WINDOWS)[1]["data"] == []
    assert facts(window) == ["saved", "saved", "prolonged", "ended", "removed"]


def test_a_disabled_policy_covers_the_services_of_its_team(manager: Api, world: World) -> None:
    from tests.alerts.world import fire
    from tocsin.accounts.rules import SYSTEM
    from tocsin.paging.actions import PolicyDetails, StepDetails, TargetDetails, save_policy

    step = StepDetails(after_s=0, notify=(TargetDetails(person="alice"),))
    save_policy(PolicyDetails(key="night", name="Night", team="network", steps=(step,)), actor=SYSTEM)
    rule = {"state": "disabled", "entity": {"id": "night", "type": "policy"}}
    window = made(manager, body(world) | {"rules": [rule]})
    assert got(manager, window)["rules"] == [rule]
    world.told(fire(), fire("b", service="app-0"))
    assert (world.alert("a").set_aside, world.alert("b").set_aside) == ("maintenance", "loose")


def test_a_long_description_is_cut_to_a_reason(manager: Api, world: World) -> None:
    assert made(manager, body(world) | {"description": "New\ndisks\u200b " + "x" * 9_000})["description"] == (
        "New disks " + "x" * 190
    )


def test_an_update_as_it_was_read_keeps_the_beginning_and_teams_without_a_policy(manager: Api, world: World) -> None:
    from tests.alerts.world import later
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts import actions, queries

    details = {"reason": "Works", "starts_at": later(hours=1), "teams": ["network"], "integrations": ["sample"]}
    row = actions.save_maintenance(actions.MaintenanceDetails(key="w", **details), actor=SYSTEM)
    read = manager("GET", f"{WINDOWS}/{row.uuid}")[1]["data"]
    asked = {name: read[name] for name in ("description", "rules")} | {"time": {"type": "indefinitely"}}
    assert manager("PUT", f"{WINDOWS}/{row.uuid}", asked)[0] == 200
    kept = queries.window_by_key(SYSTEM, "w")
    assert (kept.starts_at, kept.ends_at, kept.scope["teams"]) == (row.starts_at, None, ["network"])


def test_an_update_keeps_what_this_api_has_no_words_for(manager: Api, world: World) -> None:
    from tests.alerts.world import later
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts import actions, queries

    details = actions.MaintenanceDetails(key="w", reason="Works", starts_at=later(hours=1), services=["db"])
    row = actions.save_maintenance(details, actor=SYSTEM)
    assert manager("PUT", f"{WINDOWS}/{row.uuid}", body(world))[0] == 200
    kept = queries.window_by_key(SYSTEM, "w")
    assert (kept.scope["services"], kept.scope["integrations"]) == (["db"], ["sample"])
    assert kept.ends_at is not None
    assert kept.ends_at - kept.starts_at == timedelta(hours=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rules": []},
        {"rules": [{"entity": {"id": "nothing", "type": "integration"}}]},
        {"rules": [{"entity": {"id": "sample", "type": "integration"}, "state": "enabled"}]},
        {"rules": [{"entity": {"id": "sample", "type": "policy"}}]},
        {"time": {"type": "for-ever"}},
        {"time": {"type": "schedule"}},
        {"time": {"type": "schedule", "startDate": "2026-01-02T00:00:00Z", "endDate": "2026-01-01T00:00:00Z"}},
        {"time": {"type": "schedule", "startDate": "2026-01-02T00:00:00", "endDate": "2026-01-01T00:00:00"}},
        {"description": "\0"},
    ],
)
def test_what_cannot_be_planned_is_refused_in_its_words(manager: Api, world: World, wrong: dict[str, Any]) -> None:
    status, answer = manager("POST", WINDOWS, body(world) | wrong)
    assert (status, bool(answer["message"])) == (422, True)
    assert manager("GET", WINDOWS)[1]["data"] == []


def test_other_keys_may_look_or_not_even_that(api: Api, world: World) -> None:
    from tests.gateways.opsgenie.calls import Api, key

    reader = Api(key("read"))
    assert reader("GET", WINDOWS)[0] == 200
    assert reader("POST", WINDOWS, body(world))[0] == 403
    assert api("POST", WINDOWS, body(world))[0] == 403
    assert Api("")("GET", WINDOWS)[0] == 401
    assert reader("GET", f"{WINDOWS}/nothing")[0] == 404
