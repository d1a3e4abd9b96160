"""What is not heard in time raises an alert; its next ping ends it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from tests.alerts.world import World
from tocsin.accounts.actions import issue_key
from tocsin.accounts.rules import SYSTEM, KeyScope
from tocsin.alerts import actions, queries
from tocsin.alerts.actions import HeartbeatDetails
from tocsin.alerts.intake import NewEvent, Sender, Target
from tocsin.alerts.models import Alert, Heartbeat, Refusing
from tocsin.alerts.rules import AlertAction, AlertState, Severity
from tocsin.core import clock as moments
from tocsin.core.errors import Forbidden, InvalidInput
from tocsin.journal.queries import latest_facts

pytestmark = pytest.mark.django_db


def ping(world: World, name: str = "backup", **more: object) -> None:
    world.deliver(NewEvent(action=AlertAction.RESOLVE, target=Target.HEARTBEAT, fingerprint=name, **more))  # type: ignore[arg-type]  # a test's shorthand
    world.turn()


def watched(world: World, **more: object) -> None:
    actions.save_heartbeat(
        HeartbeatDetails(**{"name": "backup", "interval_s": 600, "team": "network"} | more), actor=SYSTEM
    )
    ping(world)


def miss(world: World) -> int:
    missed = actions.miss_heartbeats(heard_since=moments.now() - timedelta(days=1))
    world.turn()
    return missed


def test_heartbeat_is_not_missed_for_a_time_in_which_nobody_listened(world: World, clock) -> None:
    watched(world)
    clock.forward(hours=1)
    assert actions.miss_heartbeats(heard_since=moments.now() - timedelta(minutes=2)) == 0
    clock.forward(minutes=7)
    assert miss(world) == 0
    clock.forward(minutes=2)
    assert miss(world) == 1


def test_heartbeat_is_not_missed_for_a_time_in_which_its_pings_were_refused(world: World, clock) -> None:
    watched(world)
    clock.forward(minutes=9)
    now = moments.now()
    Refusing.objects.create(integration=world.integration, kind="queue_full", count=1, since=now, last_at=now)
    clock.forward(minutes=9)
    assert miss(world) == 0
    clock.forward(minutes=2)
    assert miss(world) == 1


def test_missed_heartbeat_raises_one_alert_and_its_ping_ends_it(world: World, clock) -> None:
    watched(world, message="No backup", tags=["nightly"])
    clock.forward(minutes=9)
    assert miss(world) == 0
    clock.forward(minutes=2)
    assert (miss(world), miss(world)) == (1, 0)
    alert = world.alert("heartbeat:backup")
    assert (alert.title, alert.severity, alert.state) == ("No backup", Severity.CRITICAL, AlertState.OPEN)
    assert (alert.service.key, alert.service.tier, alert.labels["tags"]) == ("backup", 1, "nightly")
    ping(world)
    world.turn()
    assert world.alert("heartbeat:backup").state == AlertState.CLOSED
    told = [fact.kind.removeprefix("alerts.heartbeat_") for fact in latest_facts() if "heartbeat" in fact.kind]
    assert sorted(told) == ["missed", "returned", "saved"]


def test_heartbeat_that_was_never_heard_is_not_missed(world: World, clock) -> None:
    actions.save_heartbeat(HeartbeatDetails(name="backup", interval_s=60), actor=SYSTEM)
    clock.forward(hours=5)
    assert miss(world) == 0


def test_ping_kept_while_the_database_was_away_counts_from_when_it_came(world: World, clock) -> None:
    watched(world)
    clock.forward(minutes=30)
    ping(world, at=moments.now() - timedelta(minutes=25), sent_at=moments.now() - timedelta(minutes=25))
    row = Heartbeat.objects.get()
    assert row.due_at is not None
    assert row.due_at < moments.now()
    assert miss(world) == 1
    ping(world, at=moments.now() - timedelta(minutes=20), sent_at=moments.now() - timedelta(minutes=20))
    world.turn()
    assert world.alert("heartbeat:backup").state == AlertState.OPEN, "an old sign of life is none of today"


def test_key_of_another_team_says_nothing_of_a_heartbeat(world: World, clock) -> None:
    from tocsin.accounts.actions import save_team

    save_team(key="data", name="Data", members=[], lead="", actor=SYSTEM)
    other = actions.save_integration(
        actions.IntegrationDetails(key="other", name="Other", kind="opsgenie", team="data"), actor=SYSTEM
    )
    watched(world)
    clock.forward(minutes=9)
    world.sender = Sender(integration_id=other.id, integration=other.key, uuid=other.uuid)
    ping(world)
    clock.forward(minutes=2)
    assert miss(world) == 1


def test_name_that_looks_like_an_alert_touches_no_alert(world: World) -> None:
    from tests.alerts.world import fire

    world.told(fire())
    alert = world.alert("a")
    ping(world, name=str(alert.id))
    ping(world, name=str(alert.uuid))
    alert.refresh_from_db()
    assert (alert.state, alert.count, Alert.objects.count()) == (AlertState.OPEN, 1, 1)


@pytest.mark.parametrize("end", ["disable", "remove"])
def test_alert_of_a_heartbeat_that_is_watched_no_more_is_over(world: World, clock, end: str) -> None:
    watched(world)
    clock.forward(minutes=11)
    miss(world)
    if end == "disable":
        actions.switch_heartbeat("backup", enabled=False, actor=SYSTEM)
    else:
        actions.remove_heartbeat("backup", actor=SYSTEM)
    world.turn()
    assert world.alert("heartbeat:backup").state == AlertState.CLOSED
    clock.forward(hours=1)
    assert miss(world) == 0


def test_heartbeat_switched_on_again_has_its_whole_interval(world: World, clock) -> None:
    watched(world)
    actions.switch_heartbeat("backup", enabled=False, actor=SYSTEM)
    clock.forward(hours=1)
    actions.switch_heartbeat("backup", enabled=True, actor=SYSTEM)
    clock.forward(minutes=9)
    assert miss(world) == 0
    clock.forward(minutes=2)
    assert miss(world) == 1


def test_only_who_may_configure_the_team_changes_its_heartbeats(world: World, bob) -> None:
    from tocsin.accounts.queries import actor_for_login

    with pytest.raises(Forbidden):
        actions.save_heartbeat(HeartbeatDetails(name="x", interval_s=60, team="network"), actor=actor_for_login("bob"))


@pytest.mark.parametrize("wrong", [{"interval_s": 1}, {"name": ""}, {"name": "a/b"}, {"tags": ["x"] * 21}])
def test_heartbeat_that_makes_no_sense_is_refused(world: World, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        actions.save_heartbeat(HeartbeatDetails(**{"name": "backup", "interval_s": 600} | wrong), actor=SYSTEM)


def test_integration_of_tocsin_itself_is_not_shown_among_the_others(world: World, clock) -> None:
    watched(world)
    clock.forward(minutes=11)
    miss(world)
    assert [row.key for row in queries.integrations(SYSTEM)] == ["sample"]


def test_screen_shows_how_each_heartbeat_stands_and_takes_one_more(world: World, client: Client, clock) -> None:
    from tocsin.accounts.actions import PersonDetails, save_person
    from tocsin.accounts.rules import Role

    client.force_login(save_person(PersonDetails(login="root", name="Root", role=Role.ADMIN), actor=SYSTEM))
    watched(world)
    clock.forward(minutes=11)
    miss(world)
    shown = client.get("/heartbeats").content.decode()
    assert "backup" in shown
    assert "Missed" in shown
    form = {"name": "nightly", "every": "2", "unit": "3600", "team": "network", "severity": "2", "message": ""}
    assert client.post("/heartbeats", form).status_code == 302
    row = Heartbeat.objects.get(name="nightly")
    assert (row.interval_s, row.severity) == (7200, Severity.MAJOR)


def test_opsgenies_heartbeat_api_is_answered(world: World, client: Client, clock) -> None:
    _, token = issue_key(name="ops", scope=KeyScope.MANAGE, actor=SYSTEM)
    key = {"headers": {"Authorization": f"GenieKey {token}"}, "content_type": "application/json"}
    body = {"name": "backup", "interval": 10, "intervalUnit": "minutes", "alertPriority": "P1", "enabled": True}
    made = client.post("/v2/heartbeats", json.dumps(body), **key)
    assert (made.status_code, made.json()["data"]["name"]) == (201, "backup")
    assert client.post("/v2/heartbeats", json.dumps(body), **key).status_code == 409
    ping(world)
    clock.forward(minutes=11)
    miss(world)
    read = client.get("/jsm/ops/integration/v2/heartbeats/backup", **key).json()["data"]
    assert (read["expired"], read["interval"], read["intervalUnit"], read["alertPriority"]) == (
        True,
        10,
        "minutes",
        "P1",
    )
    assert "lastPingTime" in read
    changed = client.patch("/v2/heartbeats/backup", json.dumps({"interval": 2, "intervalUnit": "hours"}), **key)
    assert changed.status_code == 200
    assert Heartbeat.objects.get().interval_s == 7200
    assert client.post("/v2/heartbeats/backup/disable", "", **key).json()["data"]["enabled"] is False
    assert client.delete("/v2/heartbeats/backup", **key).status_code == 200
    assert client.get("/v2/heartbeats/backup", **key).status_code == 404
    assert client.get("/v2/heartbeats").status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 422, "too deeply"),
        (b'{"name": "' + b"x" * 1024 * 1024 + b'"}', 413, "too large"),
        (b'{"name": "\\ud800"}', 422, "half a surrogate pair"),
        (b'{"name": "\xff"}', 422, "UTF-8"),
        (b"", 422, "empty"),
    ],
)
def test_heartbeat_that_cannot_be_read_is_refused_in_opsgenies_words(
    world: World, client: Client, body: bytes, status: int, says: str
) -> None:
    _, token = issue_key(name="ops", scope=KeyScope.MANAGE, actor=SYSTEM)
    headers = {"Authorization": f"GenieKey {token}"}
    answer = client.post("/v2/heartbeats", body, content_type="application/json", headers=headers)
    assert (answer.status_code, set(answer.json())) == (status, {"message", "took", "requestId"})
    assert says in answer.json()["message"]


def test_opsgenies_client_understands_what_its_heartbeat_api_answers(world: World, client: Client) -> None:
    from types import SimpleNamespace

    import opsgenie_sdk

    reader = opsgenie_sdk.api_client.ApiClient()
    _, token = issue_key(name="ops", scope=KeyScope.MANAGE, actor=SYSTEM)
    key = {"headers": {"Authorization": f"GenieKey {token}"}, "content_type": "application/json"}

    def read(answer: object, model: str) -> object:
        return reader.deserialize(SimpleNamespace(data=answer.content.decode()), model)  # type: ignore[attr-defined]  # a response

    body = {
        "name": "backup",
        "interval": 10,
        "intervalUnit": "minutes",
        "enabled": True,
        "ownerTeam": {"name": "network"},
    }
    assert read(client.post("/v2/heartbeats", json.dumps(body), **key), "CreateHeartbeatResponse").data.name == "backup"
    ping(world)
    one = read(client.get("/v2/heartbeats/backup", **key), "GetHeartbeatResponse").data
    assert (one.interval, one.interval_unit, one.enabled, one.expired) == (10, "minutes", True, False)
    assert Heartbeat.objects.get().team.key == "network"
    (listed,) = read(client.get("/v2/heartbeats", **key), "ListHeartbeatResponse").data.heartbeats
    assert listed.name == "backup"
    off = read(client.post("/v2/heartbeats/backup/disable", "", **key), "DisableHeartbeatResponse").data
    assert off.enabled is False
