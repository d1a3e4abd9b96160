"""What keeps an alert from waking people hides the page, never the alert, and never its end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.stories.story import Story

pytestmark = pytest.mark.django_db

CALLED_WITHIN_S = 9


def silence(story: Story, label: str, value: str, **lasts: float) -> None:
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts import actions
    from tocsin.core import clock

    now = clock.now()
    details = actions.SilenceDetails(
        key="planned",
        matchers=[{"label": label, "op": "=", "value": value}],
        reason="planned work",
        starts_at=now,
        ends_at=now + timedelta(**lasts),
    )
    actions.save_silence(details, actor=SYSTEM)


def database_down(story: Story) -> None:
    from tests.alerts.world import fire
    from tocsin.alerts.rules import Severity

    story.deliver(fire("db-down", service="billing-db", name="DatabaseDown", severity=Severity.CRITICAL))


def shown(story: Story) -> list[tuple[str, str]]:
    """What the inbox shows of the database: state and why it is set aside."""
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts import queries

    wanted = queries.InboxFilter(state=queries.StateFilter.ALL, service="billing-db")
    return [(row.state, row.set_aside) for row in queries.inbox(SYSTEM, wanted).rows]


def test_silenced_alert_is_kept_and_shown_and_its_end_is_taken(story: Story) -> None:
    from tests.alerts.world import resolve

    silence(story, "service", "billing-db", hours=2)
    database_down(story)
    story.run(seconds=20)
    assert shown(story) == [("open", "silenced")]
    story.deliver(resolve("db-down"))
    story.run(seconds=2)
    assert shown(story) == [("closed", "silenced")]
    story.wait(hours=2, minutes=1)
    story.outbox.expect_nothing()


@pytest.mark.parametrize(("minutes", "repeats"), [(5, False), (20, True), (200, False)])
def test_what_still_fires_when_its_silence_runs_out_wakes_its_owner(story: Story, minutes: int, repeats: bool) -> None:
    silence(story, "service", "billing-db", minutes=minutes)
    database_down(story)
    for _ in range(5):
        story.outbox.expect_nothing()
        story.clock.forward(minutes=minutes / 5)
        if repeats:
            database_down(story)
        story.engine()
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("dan", "Billing database")


def test_what_still_fires_when_its_silence_is_ended_by_hand_wakes_its_owner(story: Story) -> None:
    from tocsin.alerts import actions

    silence(story, "service", "billing-db", hours=2)
    database_down(story)
    story.wait(minutes=30)
    actions.end_silence("planned", actor=story.by("dan"))
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("dan", "Billing database")


def test_silence_made_at_once_keeps_an_alert_that_is_there_already_from_waking_anybody(story: Story) -> None:
    database_down(story)
    story.engine()
    silence(story, "service", "billing-db", hours=2)
    story.run(seconds=20)
    story.outbox.expect_nothing()
    assert shown(story)[0] == ("open", "silenced")


def test_storm_that_outlasts_its_silence_is_one_incident_with_its_cause(story: Story) -> None:
    silence(story, "integration", "sample", minutes=30)
    story.switch_fails()
    story.wait(minutes=29)
    story.outbox.expect_nothing()
    story.wait(minutes=1)
    story.run(seconds=30)
    assert [story.incident(key).cause for key in story.incidents()] == ["core-switch"]
    story.outbox.expect("alice", "Core switch")
    story.outbox.expect_nothing()


def test_symptoms_that_stay_after_their_cause_has_ended_wake_who_owns_them(story: Story) -> None:
    from tests.alerts.world import fire, resolve
    from tests.stories.story import SMS, errors
    from tocsin.alerts import actions as alerts
    from tocsin.alerts.rules import Severity

    story.switch_fails()
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("alice", "Core switch")
    alerts.acknowledge(story.alert("switch-down").uuid, actor=story.by("alice"))
    story.deliver(resolve("switch-down"), *(resolve(f"{key}-errors") for key in SMS[2:]))
    for _ in range(60):
        story.wait(seconds=10)
        story.deliver(*(errors(key, peer="core-switch") for key in SMS[:2]))
    story.outbox.expect("mia", "SMS gateway")
    assert story.incident("INC-1").state == "monitoring"
    assert story.incident("INC-2").cause in SMS
    switch_down = fire("switch-down", service="core-switch", name="LinkDown", severity=Severity.CRITICAL)
    story.deliver(switch_down)
    story.run(seconds=60)
    story.outbox.expect("alice", "Core switch")


def test_flapping_failure_does_not_wake_people_at_each_return(story: Story) -> None:
    from tests.alerts.world import resolve

    for _ in range(8):
        database_down(story)
        story.wait(seconds=40)
        story.deliver(resolve("db-down"))
        story.wait(seconds=100)
    assert story.incidents() == ["INC-1", "INC-2"]
    assert story.alert("db-down").flaps == 7
    story.wait(minutes=16)
    assert [story.incident(key).state for key in story.incidents()] == ["resolved", "resolved"]


def test_failure_that_flapped_too_fast_to_wake_anybody_wakes_its_owner_once_it_is_steady(story: Story) -> None:
    from tests.alerts.world import resolve

    for _ in range(5):
        database_down(story)
        story.run(seconds=1)
        story.deliver(resolve("db-down"))
        story.run(seconds=5)
    database_down(story)
    story.wait(minutes=4, seconds=50)
    story.outbox.expect_nothing()
    story.wait(seconds=20)
    story.outbox.expect("dan", "Billing database")


def test_missed_heartbeat_wakes_its_owner_and_a_ping_ends_it(story: Story) -> None:
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts import actions
    from tocsin.alerts.intake import NewEvent, Target
    from tocsin.alerts.rules import AlertAction

    ping = NewEvent(action=AlertAction.RESOLVE, target=Target.HEARTBEAT, fingerprint="billing-backup")
    details = actions.HeartbeatDetails(name="billing-backup", interval_s=600)
    actions.save_heartbeat(details, actor=SYSTEM)
    actions.save_heartbeat(
        actions.HeartbeatDetails(name="billing-backup", interval_s=600, service="billing-db"), actor=SYSTEM
    )
    story.deliver(ping)
    story.wait(minutes=9, seconds=50)
    story.outbox.expect_nothing()
    story.clock.forward(seconds=11)
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("dan", "Heartbeat billing-backup was not heard")
    story.deliver(ping)
    story.wait(minutes=2)
    assert story.incident("INC-1").state == "resolved"
