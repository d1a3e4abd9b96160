"""The screen of maintenance windows, and where else one is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.alerts.world import World, fire

if TYPE_CHECKING:
    from django.http import HttpResponse

pytestmark = pytest.mark.django_db
FORM = {
    "reason": "New disks",
    "starts_at": "2020-01-01T00:00",
    "ends_at": "2099-01-01T00:00",
    "services": "db",
    "dependents": "on",
}


@pytest.fixture
def world(cast: object) -> World:
    return World()


@pytest.fixture
def alices(client: Client, alice: Any) -> Client:
    client.force_login(alice)
    return client


def saved() -> Any:
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts import queries

    return queries.windows(SYSTEM)


def text(answer: HttpResponse) -> str:
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def test_a_window_is_planned_changed_prolonged_and_ended(world: World, alices: Client) -> None:
    alices.post("/maintenance", FORM)
    (row,) = saved()
    assert row.owner.login == "alice"
    listed = text(alices.get("/maintenance"))
    assert all(words in listed for words in ("New disks", "Alice", "Running"))
    assert 'value="db"' in text(alices.get("/maintenance", {"edit": row.key}))
    alices.post(f"/maintenance/{row.key}/prolong", {"hours": "4"})
    assert (saved()[0].ends_at - row.ends_at).total_seconds() == 4 * 3600
    alices.post("/maintenance", FORM | {"edit": row.key, "ends_at": "", "services": "", "matchers": "name^=Disk"})
    (row,) = saved()
    assert (row.ends_at, row.scope, row.matchers) == (None, {}, [{"label": "name", "op": "^=", "value": "Disk"}])
    alices.post(f"/maintenance/{row.key}/end")
    assert saved() == []
    assert "New disks" in text(alices.get("/maintenance?over"))


def test_a_window_without_an_end_is_not_made_shorter_by_some_hours_more(world: World, alices: Client) -> None:
    alices.post("/maintenance", FORM | {"ends_at": ""})
    (row,) = saved()
    assert "/prolong" not in text(alices.get("/maintenance"))
    alices.post(f"/maintenance/{row.key}/prolong", {"hours": "1"})
    assert saved()[0].ends_at is None


@pytest.mark.parametrize(
    ("op", "value"), [("=", "~tmp"), ("=~", "disk{1,2}"), ("=", "a, b=c"), ("=", " blank"), ("=", "two\nlines")]
)
def test_a_form_saved_as_it_was_shown_changes_no_matcher(world: World, alices: Client, op: str, value: str) -> None:
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts import actions

    alices.post("/maintenance", FORM)
    (row,) = saved()
    matchers = [{"label": "name", "op": op, "value": value}]
    details = {"reason": "r", "starts_at": row.starts_at, "services": ["db"], "matchers": matchers}
    actions.save_maintenance(actions.MaintenanceDetails(key=row.key, **details), actor=SYSTEM)
    shown = alices.get("/maintenance", {"edit": row.key}).context["form"]["matchers"].value()
    alices.post("/maintenance", FORM | {"edit": row.key, "matchers": shown.replace("\n", "\r\n"), "reason": "other"})
    (row,) = saved()
    assert (row.reason, row.matchers) == ("other", matchers)


def test_a_window_over_some_alerts_of_a_service_says_so(world: World, alices: Client) -> None:
    alices.post("/maintenance", FORM | {"matchers": "severity!=critical"})
    shown = text(alices.get("/panels/alerts/of-service/db"))
    assert "so some of its alerts page nobody:" in shown
    assert "so it pages nobody" not in shown


def test_a_preview_shows_what_would_be_covered_and_saves_nothing(world: World, alices: Client) -> None:
    world.told(fire(title="Disk of db full"), fire("x", service="other", title="Nothing of it"))
    shown = text(alices.post("/maintenance", FORM | {"preview": "1"}))
    assert "app-7, db" in shown
    assert "Disk of db full" in shown
    assert "Nothing of it" not in shown
    assert saved() == []


@pytest.mark.parametrize(
    "wrong", [{"services": "nowhere"}, {"services": ""}, {"matchers": "what"}, {"ends_at": "2019-01-01T00:00"}]
)
def test_what_cannot_be_planned_is_said_beside_the_form(world: World, alices: Client, wrong: dict[str, str]) -> None:
    answer = alices.post("/maintenance", FORM | wrong)
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode() or "notice" in answer.content.decode()
    assert saved() == []


def test_it_is_seen_on_the_alert_in_the_inbox_and_at_the_service(world: World, alices: Client) -> None:
    alices.post("/maintenance", FORM)
    world.told(fire(title="Disk of db full"))
    (row,) = saved()
    about = text(alices.get(f"/alerts/{world.alert('a').uuid}"))
    assert "It began during maintenance:" in about
    assert "(Alice" in about
    assert "in maintenance" in text(alices.get("/alerts?q=aside:maintenance"))
    assert "In maintenance, so it pages nobody:" in text(alices.get("/panels/alerts/of-service/app-3"))
    alices.post(f"/maintenance/{row.key}/end")
    assert "It began during maintenance:" in text(alices.get(f"/alerts/{world.alert('a').uuid}"))
    assert "In maintenance" not in text(alices.get("/panels/alerts/of-service/app-3"))


def test_who_may_only_look_gets_no_form_and_a_guest_nothing(
    world: World, alices: Client, bob: Any, charlie: Any
) -> None:
    alices.post("/maintenance", FORM)
    (row,) = saved()
    alices.force_login(bob)
    seen = text(alices.get("/maintenance"))
    assert "New disks" in seen
    assert 'action="/maintenance' not in seen
    assert alices.post("/maintenance", FORM).status_code == 403
    assert alices.post(f"/maintenance/{row.key}/end").status_code == 403
    alices.force_login(charlie)
    assert alices.get("/maintenance").status_code in {403, 404}
    assert alices.get("/panels/alerts/of-service/db").status_code == 200
