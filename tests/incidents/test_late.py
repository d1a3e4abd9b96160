"""Reactions that come late: each looks at how things are by then, not at what its fact said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.incidents import world
from tocsin.accounts.rules import ENGINE, SYSTEM
from tocsin.alerts import facts as alert_facts
from tocsin.alerts.actions.groups import absorb
from tocsin.alerts.models import Group
from tocsin.alerts.rules import GroupState
from tocsin.core.refs import Ref
from tocsin.incidents import actions, queries, subscribers
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.rules import IncidentState
from tocsin.journal.actions import record
from tocsin.journal.queries import latest_facts
from tocsin.paging import actions as paging
from tocsin.paging.models import Page

if TYPE_CHECKING:
    from tests.conftest import Clock


def opened(group: Group) -> IncidentDetail:
    detail = world.needs_people(group)
    assert detail is not None
    return detail


def state(detail: IncidentDetail) -> str:
    detail.item.refresh_from_db()
    return detail.item.state


def test_answer_to_the_page_before_does_not_count_for_the_one_now(storm: Group) -> None:
    detail = opened(storm)
    before = Page.objects.get(subject_id=detail.item.uuid)
    paging.acknowledge_page(before.uuid, actor=world.by("alice"), via="link")  # and the reaction does not run yet
    actions.resolve(detail.item.uuid, actor=SYSTEM)
    actions.group_reopened(storm.uuid, actor=ENGINE)
    world.engine()
    assert state(detail) == IncidentState.TRIGGERED
    assert world.woken(detail) == ["alice", "alice"]
    now = Page.objects.exclude(id=before.id).get(subject_id=detail.item.uuid)
    paging.acknowledge_page(now.uuid, actor=world.by("ann"), via="link")
    world.engine()
    assert state(detail) == IncidentState.ACKNOWLEDGED


def test_first_page_is_the_clocks_third_moment_whichever_reaction_comes_first(storm: Group, clock: Clock) -> None:
    detail = opened(storm)
    clock.forward(seconds=301)
    world.engine()
    later, first = latest_facts(kind="paging.page_step_taken")
    assert later.at > first.at
    IncidentDetail.objects.update(paged_at=None)
    for fact in (later, first):
        subscribers.on_page_step_taken(fact)
    detail.refresh_from_db()
    assert detail.paged_at == first.at


def _merge(into: Group, other: Group) -> None:
    """As the digest merges, while no reaction runs."""
    moved = absorb(into, other, actor=ENGINE)
    fact = alert_facts.GroupsMerged(merged=str(other.uuid), alerts=moved)
    record(fact, actor=ENGINE, subject=Ref("alerts.group", into.uuid))


def test_merges_told_in_the_wrong_order_end_in_one_incident(estate: None) -> None:
    first, second, third = (
        world.group(cause=cause, alerts={cause: 1}) for cause in (world.SWITCH, world.GATEWAY, world.BILLING)
    )
    detail = opened(first)
    _merge(second, first)
    _merge(third, second)
    for fact in latest_facts(kind="alerts.groups_merged"):  # the newest first
        subscribers.on_groups_merged(fact)
    detail.refresh_from_db()
    assert detail.group_id == third.uuid
    world.needs_people(third)
    assert IncidentDetail.objects.count() == 1
    world.close_group(third)
    assert state(detail) == IncidentState.RESOLVED


@pytest.mark.parametrize("survivor_has_one", [True, False])
def test_merge_told_after_the_survivor_is_over_wakes_nobody(estate: None, survivor_has_one: bool) -> None:
    small, big = world.group(), world.group(cause=world.BILLING, alerts={world.BILLING: 1})
    other = opened(small)
    survivor = opened(big) if survivor_has_one else None
    _merge(big, small)
    big.state = GroupState.CLOSED
    big.save()
    actions.group_closed(big.uuid, actor=ENGINE)
    woken = Page.objects.count()
    world.engine()
    assert state(other) == IncidentState.RESOLVED
    assert Page.objects.count() == woken
    if survivor is not None:
        assert state(survivor) == IncidentState.RESOLVED


def test_news_of_a_cause_that_is_named_no_more_changes_nothing(storm: Group) -> None:
    detail = opened(storm)
    stale = alert_facts.GroupCauseMoved(before=world.SWITCH, after=world.BILLING, team="data", confidence=0.9)
    world.told(storm, stale)
    assert queries.incident_by_key(SYSTEM, "INC-1").cause == world.SWITCH
    assert world.woken(detail) == ["alice"]


def test_trouble_nobody_has_merged_into_what_is_watched_wakes_people(storm: Group) -> None:
    watched = opened(storm)
    actions.watch(watched.item.uuid, actor=world.by("alice"))
    small = world.group(cause=world.BILLING, alerts={world.BILLING: 1})
    opened(small)
    world.merge(storm, small)
    assert state(watched) == IncidentState.TRIGGERED
    assert world.woken(watched) == ["alice", "alice"]
