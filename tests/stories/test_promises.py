"""What is promised of an alert's way to a person, each sentence as a story that nothing in between is replaced in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from tests.stories.story import Story

pytestmark = pytest.mark.django_db

CALLED_WITHIN_S = 9
"""Critical failures wake somebody within ten seconds; the sending is in it."""


def test_storm_becomes_one_incident_and_one_page_to_the_owner_of_its_cause(story: Story) -> None:
    from tests.stories.story import SMS, errors

    story.switch_fails()
    for _ in range(20):
        story.run(seconds=1)
        story.deliver(*(errors(key, peer="core-switch") for key in SMS))
    assert story.incidents() == ["INC-1"]
    assert story.incident("INC-1").cause == "core-switch"
    page = story.outbox.expect("alice", "Core switch: LinkDown on core-switch; it touches 5 services", "since ")
    assert page["text"].count("\n") == 0
    story.outbox.expect_nothing()


def test_critical_failure_wakes_somebody_within_ten_seconds_though_its_cause_speaks_last(story: Story) -> None:
    from tests.alerts.world import fire
    from tests.stories.story import SMS, errors
    from tocsin.alerts.rules import Severity

    for key in SMS:
        story.deliver(errors(key, severity=Severity.CRITICAL))
        story.run(seconds=1)
    story.deliver(fire("switch-down", service="core-switch", name="LinkDown", severity=Severity.CRITICAL))
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S - len(SMS))
    story.run(seconds=45)
    assert [story.incident(key).cause for key in story.incidents()] == ["core-switch"]
    assert len(story.outbox.pages()) <= 2
    story.outbox.expect("alice", "Core switch")


def test_lone_critical_alert_on_what_matters_most_wakes_its_owner_within_ten_seconds(story: Story) -> None:
    from tests.alerts.world import fire
    from tocsin.alerts.rules import Severity

    story.deliver(fire("db-down", service="billing-db", name="DatabaseDown", severity=Severity.CRITICAL))
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("dan", "Billing database: DatabaseDown")


def test_acknowledging_a_symptom_lets_the_page_go_on_and_acknowledging_the_cause_ends_it(story: Story) -> None:
    from tocsin.alerts import actions as alerts

    story.switch_fails()
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("alice", "Core switch")
    alerts.acknowledge(story.alert("sms-1-errors").uuid, actor=story.by("mia"))
    story.engine()
    assert story.incident("INC-1").state == "triggered"
    story.wait(minutes=5, seconds=10)
    story.outbox.expect("ann", "Core switch")  # the second step of the ladder
    alerts.acknowledge(story.alert("switch-down").uuid, actor=story.by("ann"))
    story.engine()
    row = story.incident("INC-1")
    assert (row.state, row.assignee and row.assignee.login) == ("acknowledged", "ann")
    story.wait(minutes=30)
    assert story.outbox.pages() == []


def test_resolving_stops_the_pages_in_the_same_transaction(story: Story) -> None:
    from django.db import transaction

    from tocsin.core.refs import Ref
    from tocsin.incidents import actions as incidents
    from tocsin.paging import queries as paging

    story.switch_fails()
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("alice", "Core switch")
    uuid = story.incident("INC-1").id
    alice = story.by("alice")

    def states() -> list[str]:
        return [page.state.value for page in paging.pages_about(alice, [Ref("incidents.incident", uuid)])]

    with transaction.atomic():
        incidents.resolve(uuid, actor=alice, reason="uplink replaced")
        assert states() == ["stopped"]
        transaction.set_rollback(True)
    assert states() == ["open"]
    incidents.resolve(uuid, actor=alice, reason="uplink replaced")
    assert states() == ["stopped"]
    story.wait(minutes=4)  # what still fires after five calls again: it was not over
    assert story.outbox.pages() == []


def test_clock_tells_all_five_moments_from_first_alert_to_work(story: Story, client: Client) -> None:
    from tocsin.incidents import actions as incidents
    from tocsin.incidents import queries

    story.switch_fails()
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    link = story.outbox.expect("alice", "Core switch")["link"]
    path = "/p/" + link.rpartition("/")[2]
    story.wait(seconds=30)
    assert client.get(path).status_code == 200
    story.run(seconds=1)
    assert story.incident("INC-1").clock.acknowledged_at is None, "a link that is only looked at answers nothing"
    assert client.post(path).status_code in (200, 302)
    story.wait(seconds=60)
    incidents.begin_work(story.incident("INC-1").id, actor=story.by("alice"), via="screen")

    clock = story.incident("INC-1").clock
    moments = [
        clock.first_alert_at,
        clock.cause_named_at,
        clock.paged_at,
        clock.acknowledged_at,
        clock.work_begun_at,
    ]
    assert None not in moments
    assert moments == sorted(moments)  # type: ignore[type-var]  # none of them is None
    legs = [leg.took_s for leg in clock.legs()]
    answered_s, begun_s = legs[-2:]
    assert answered_s is not None
    assert begun_s is not None
    assert 31 <= answered_s < 45  # the time the test itself takes comes on top
    assert 60 <= begun_s < 80
    assert clock.total_s == pytest.approx(sum(leg for leg in legs if leg), abs=0.01)
    assert clock.total_s < 180
    paces = {pace.stamp: pace.p50_s for pace in queries.paces(story.by("alice"))}
    assert paces[clock.legs()[-1].stamp] == pytest.approx(clock.total_s, abs=0.01)


def test_noise_wakes_nobody(story: Story) -> None:
    from tests.alerts.world import fire, resolve
    from tests.stories.story import errors
    from tocsin.alerts.rules import Severity

    for turn in range(4):
        for number in (1, 2, 3):
            name = f"report-{number}"
            story.deliver(fire(f"{name}-disk", service=name, name="DiskUsage", severity=Severity.WARNING))
            story.wait(minutes=1)
        story.deliver(errors("bill-1", severity=Severity.MINOR))
        story.wait(minutes=1)
        story.deliver(resolve("bill-1-errors"), resolve(f"report-{turn % 3 + 1}-disk"))
    story.wait(minutes=2)
    assert story.incidents() == []
    story.outbox.expect_nothing()


def test_second_fire_in_a_storm_gets_its_own_incident_and_its_own_page(story: Story) -> None:
    from tests.stories.story import BILLS, SMS, errors

    story.switch_fails()
    for second in range(30):
        if second == 10:
            story.database_fails()
        story.run(seconds=1)
        story.deliver(*(errors(key, peer="core-switch") for key in SMS))
        if second > 10:
            story.deliver(*(errors(key, peer="billing-db") for key in BILLS))
    assert story.incidents() == ["INC-1", "INC-2"]
    assert [story.incident(key).cause for key in story.incidents()] == ["core-switch", "billing-db"]
    story.outbox.expect("alice", "INC-1", "Core switch")
    story.outbox.expect("dan", "INC-2", "Billing database")
    story.outbox.expect_nothing()


def test_page_follows_when_the_cause_moves_to_another_team(story: Story) -> None:
    from tests.alerts.world import fire
    from tests.stories.story import SMS, errors
    from tocsin.alerts.rules import Severity

    story.deliver(fire("sms-1-down", service="sms-1", name="GatewayDown", severity=Severity.CRITICAL))
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("mia", "SMS gateway 1")
    story.deliver(fire("switch-down", service="core-switch", name="LinkDown", severity=Severity.CRITICAL))
    for _ in range(45):
        story.deliver(*(errors(key, peer="core-switch") for key in SMS))
        story.run(seconds=1)
    assert story.incidents() == ["INC-1"]
    assert story.incident("INC-1").cause == "core-switch"
    story.outbox.expect("alice", "INC-1", "Core switch")
    story.outbox.expect("mia", "Network has taken over", kind="notice")
    assert story.outbox.pages() == []


def test_failure_that_ended_before_anybody_answered_is_over_and_its_return_wakes_again(story: Story) -> None:
    story.switch_fails()
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("alice", "INC-1")
    story.switch_recovers()
    story.wait(minutes=8)
    assert story.incident("INC-1").state == "resolved"
    before = story.incident("INC-1").clock
    story.switch_fails()
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("alice", "INC-2", "Core switch")
    assert story.incident("INC-1").clock == before
    assert story.links("INC-2") == ["INC-1"]


def test_resolved_incident_absorbs_nothing_new(story: Story) -> None:
    from tests.stories.story import BILLS, errors
    from tocsin.incidents import actions as incidents

    story.switch_fails()
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("alice", "INC-1")
    incidents.resolve(story.incident("INC-1").id, actor=story.by("alice"), reason="uplink replaced")
    story.switch_recovers()
    story.run(seconds=30)
    story.database_fails()
    for _ in range(20):
        story.deliver(*(errors(key, peer="billing-db") for key in BILLS))
        story.run(seconds=1)
    story.outbox.expect("dan", "INC-2", "Billing database")
    assert story.incident("INC-1").state == "resolved"


def test_cause_that_comes_back_after_somebody_resolved_it_reopens_the_incident_and_wakes_at_once(story: Story) -> None:
    from tocsin.incidents import actions as incidents

    story.switch_fails()
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("alice", "INC-1")
    incidents.resolve(story.incident("INC-1").id, actor=story.by("alice"), reason="uplink replaced")
    story.switch_recovers()
    story.run(seconds=60)
    assert story.outbox.pages() == []
    story.switch_fails()
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    assert story.incidents() == ["INC-1"]
    assert story.incident("INC-1").state == "triggered"
    story.outbox.expect("alice", "INC-1", "Core switch")


def test_what_trails_after_somebody_resolved_it_wakes_nobody_at_first(story: Story) -> None:
    from tests.stories.story import SMS, errors
    from tocsin.incidents import actions as incidents

    story.switch_fails()
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("alice", "INC-1")
    incidents.resolve(story.incident("INC-1").id, actor=story.by("alice"), reason="uplink replaced")
    for _ in range(20):
        story.deliver(*(errors(key, peer="core-switch") for key in SMS))
        story.run(seconds=1)
    assert story.outbox.pages() == []
    assert story.incident("INC-1").state == "resolved"


def test_failure_that_returns_while_somebody_still_watches_wakes_again(story: Story) -> None:
    from tocsin.incidents import actions as incidents

    story.switch_fails()
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("alice", "INC-1")
    incidents.begin_work(story.incident("INC-1").id, actor=story.by("alice"), via="screen")
    story.switch_recovers()
    story.wait(minutes=8)
    assert story.incident("INC-1").state == "monitoring"
    assert story.outbox.pages() == []
    story.switch_fails()
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.outbox.expect("alice", "INC-2", "Core switch")
    assert story.links("INC-2") == ["INC-1"]


def test_engine_that_takes_over_wakes_nobody_a_second_time(story: Story) -> None:
    from collections import Counter

    story.switch_fails()
    story.until(story.outbox.pages, within_s=CALLED_WITHIN_S)
    story.digest = type(story.digest)(owner="another node")
    story.wait(minutes=4)
    story.outbox.look()
    told = Counter((message["to"], message["thread"]) for message in story.outbox.waiting if message["kind"] == "page")
    assert told == {("alice", story.outbox.waiting[0]["thread"]): 1}
