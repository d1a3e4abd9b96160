"""Planned work hides the page, never the alert and never its end; what is left when it is over wakes its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.test_suppression import CALLED_WITHIN_S, database_down, shown

if TYPE_CHECKING:
    from tests.stories.story import Story

pytestmark = pytest.mark.django_db


def plan(*services: str, begins: float = 0, lasts: float | None = 60, by: Any = None, **more: Any) -> None:
    """Work planned from `begins` minutes ahead, for `lasts` minutes."""
    from datetime import timedelta

    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts import actions
    from tocsin.core import clock

    starts_at = clock.now() + timedelta(minutes=begins)
    details = actions.MaintenanceDetails(
        key="works",
        reason="planned work",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=lasts) if lasts is not None else None,
        services=services,
        **more,
    )
    actions.save_maintenance(details, actor=by or SYSTEM)


def hushed(story: Story, fingerprint: str) -> Any:
    """What the alert says of what kept it from paging."""
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts import queries
    from tocsin.alerts.shapes import hushed

    return hushed(queries.alert_by_id(SYSTEM, story.alert(fingerprint).uuid))


def test_what_begins_in_a_window_is_kept_shown_and_ended_and_says_so(story: Story) -> None:
    from tests.alerts.world import resolve

    plan("billing-db", by=story.by("dan"))
    database_down(story)
    story.run(seconds=20)
    assert shown(story) == [("open", "maintenance")]
    told = hushed(story, "db-down")
    assert (told.kind, told.reason, told.by, told.began_in_it) == ("maintenance", "planned work", "Dan Data", True)
    story.deliver(resolve("db-down"))
    story.run(seconds=2)
    assert shown(story) == [("closed", "maintenance")]
    story.wait(minutes=61)
    story.outbox.expect_nothing()
    assert hushed(story, "db-down").key == "works"


@pytest.mark.parametrize("repeats", [False, True])
def test_what_still_fires_when_the_window_is_over_wakes_its_owner(story: Story, repeats: bool) -> None:
    plan("billing-db", lasts=20)
    database_down(story)
    for _ in range(5):
        story.outbox.expect_nothing()
        story.clock.forward(minutes=4)
        if repeats:
            database_down(story)
        story.engine()
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("dan", "Billing database")
    assert story.alert("db-down").set_aside == ""
    assert hushed(story, "db-down").began_in_it


def test_a_window_ended_early_hides_nothing_more_and_one_prolonged_goes_on(story: Story) -> None:
    from datetime import timedelta

    from tocsin.alerts import actions
    from tocsin.core import clock

    plan("billing-db", lasts=10)
    database_down(story)
    story.wait(minutes=9)
    actions.prolong_maintenance("works", until=clock.now() + timedelta(minutes=30), actor=story.by("dan"))
    story.wait(minutes=20)
    story.outbox.expect_nothing()
    actions.end_maintenance("works", actor=story.by("dan"))
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("dan", "Billing database")


def test_a_window_to_come_hides_nothing_yet_and_a_cancelled_one_nothing_at_all(story: Story) -> None:
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts import actions, queries
    from tocsin.alerts.shapes import window_out

    plan("billing-db", begins=30)
    assert window_out(queries.window_by_key(SYSTEM, "works")).state == "planned"
    actions.end_maintenance("works", actor=story.by("dan"))
    assert window_out(queries.window_by_key(SYSTEM, "works")).state == "cancelled"
    story.wait(minutes=31)
    database_down(story)
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("dan", "Billing database")


def test_a_window_without_an_end_holds_until_somebody_ends_it(story: Story) -> None:
    from tocsin.alerts import actions

    plan("billing-db", lasts=None)
    database_down(story)
    for _ in range(4):
        story.clock.forward(hours=6)
        database_down(story)
        story.engine()
    story.outbox.expect_nothing()
    actions.end_maintenance("works", actor=story.by("dan"))
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("dan", "Billing database")


def test_works_on_the_switch_cover_what_stands_on_it_and_end_as_one_incident_with_its_cause(story: Story) -> None:
    plan("core-switch", dependents=True, lasts=30)
    story.switch_fails()
    story.wait(minutes=29)
    story.outbox.expect_nothing()
    assert {story.alert(f"{key}-errors").set_aside for key in ("sms-1", "sms-5")} == {"maintenance"}
    database_down(story)
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("dan", "Billing database")
    story.wait(minutes=1)
    story.run(seconds=30)
    assert "core-switch" in [story.incident(key).cause for key in story.incidents()]
    story.outbox.expect("alice", "Core switch")
    story.outbox.expect_nothing()


def test_symptoms_that_stay_when_works_and_their_cause_are_over_wake_who_owns_them(story: Story) -> None:
    from tests.alerts.world import resolve
    from tests.stories.story import SMS, errors

    plan("core-switch", dependents=True, lasts=30)
    story.switch_fails()
    story.wait(minutes=20)
    story.deliver(resolve("switch-down"), *(resolve(f"{key}-errors") for key in SMS[2:]))
    for _ in range(9):
        story.wait(minutes=1)
        story.deliver(*(errors(key, peer="core-switch") for key in SMS[:2]))
    story.outbox.expect_nothing()
    for _ in range(60):
        story.wait(seconds=10)
        story.deliver(*(errors(key, peer="core-switch") for key in SMS[:2]))
    story.outbox.expect("mia", "SMS gateway")


def test_only_the_cause_in_works_leaves_its_symptoms_to_page(story: Story) -> None:
    from tests.stories.story import SMS, errors

    plan("core-switch")
    story.switch_fails()
    for _ in range(12):
        story.wait(seconds=10)
        story.deliver(*(errors(key, peer="core-switch") for key in SMS))
    assert story.alert("switch-down").set_aside == "maintenance"
    assert story.outbox.pages() != []


@pytest.mark.parametrize(
    "scope",
    [{"teams": ["data"]}, {"integrations": ["sample"]}, {"matchers": [{"label": "name", "op": "^=", "value": "Data"}]}],
)
def test_teams_integrations_and_matchers_are_covered_too(story: Story, scope: dict[str, Any]) -> None:
    plan(**scope)
    database_down(story)
    story.run(seconds=20)
    story.outbox.expect_nothing()
    assert shown(story) == [("open", "maintenance")]


def test_matchers_narrow_what_is_named(story: Story) -> None:
    plan("billing-db", matchers=[{"label": "name", "op": "!=", "value": "DatabaseDown"}])
    database_down(story)
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("dan", "Billing database")


def test_what_people_know_of_already_does_not_page_anew_when_works_are_over(story: Story) -> None:
    from tocsin.alerts import actions

    database_down(story)
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("dan", "Billing database")
    actions.acknowledge(story.alert("db-down").uuid, actor=story.by("dan"))
    plan("billing-db", lasts=10)
    story.run(seconds=2)
    assert story.alert("db-down").set_aside == "maintenance"
    assert not hushed(story, "db-down").began_in_it
    story.wait(minutes=12)
    story.outbox.expect_nothing()


def test_what_has_stood_for_long_does_not_look_new_when_works_are_over(story: Story) -> None:
    from tests.alerts.world import fire
    from tocsin.alerts.rules import Severity

    filling = fire("old", service="report-1", name="DiskFilling", severity=Severity.WARNING)
    for _ in range(20):
        story.deliver(filling)
        story.wait(minutes=1)
    assert story.alert("old").set_aside == "standing"
    plan("report-1", lasts=10)
    for _ in range(12):
        story.deliver(filling)
        story.wait(minutes=1)
        assert story.alert("old").set_aside == "standing"
    story.outbox.expect_nothing()
