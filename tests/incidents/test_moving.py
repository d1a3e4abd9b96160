"""When the cause turns out to be another, or two failures to be one: who keeps it, who is woken, who is let go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.incidents import world
from tocsin.accounts.rules import ENGINE, SYSTEM
from tocsin.alerts.models import Group
from tocsin.channels.models import Delivery
from tocsin.incidents import actions, queries
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.rules import IncidentState
from tocsin.items.rules import LinkKind
from tocsin.paging.models import Page
from tocsin.paging.rules import PageState, StopReason

if TYPE_CHECKING:
    pass


def _opened(group: Group) -> IncidentDetail:
    detail = world.needs_people(group)
    assert detail is not None
    return detail


def _state(detail: IncidentDetail) -> str:
    detail.item.refresh_from_db()
    return detail.item.state


def _pages(detail: IncidentDetail) -> dict[str, str]:
    """The last page of each team."""
    return dict(Page.objects.filter(subject_id=detail.item.uuid).order_by("id").values_list("team__key", "state"))


def test_page_follows_when_the_cause_moves_to_another_team(storm: Group) -> None:
    detail = _opened(storm)
    world.move_cause(storm, world.BILLING)
    assert world.woken(detail) == ["alice", "dan"]
    assert _pages(detail) == {"network": PageState.STOPPED, "data": PageState.OPEN}
    row = queries.incident_by_key(SYSTEM, "INC-1")
    assert (row.cause, row.team, row.title) == (world.BILLING, "data", world.BILLING)
    assert row.sentence["params"]["before"] == world.SWITCH


def test_whoever_has_answered_keeps_the_incident_when_the_cause_moves(storm: Group) -> None:
    detail = _opened(storm)
    actions.acknowledge(detail.item.uuid, actor=world.by("alice"), via="screen")
    world.move_cause(storm, world.BILLING)
    assert _pages(detail)["network"] == PageState.ACKNOWLEDGED
    row = queries.incident_by_key(SYSTEM, "INC-1")
    assert (row.cause, row.state) == (world.BILLING, IncidentState.ACKNOWLEDGED)
    assert row.assignee is not None
    assert row.assignee.login == "alice"
    assert world.heard(detail, "update") == ["alice"]


def test_new_owner_of_the_cause_is_paged_though_somebody_has_answered(storm: Group) -> None:
    detail = _opened(storm)
    actions.acknowledge(detail.item.uuid, actor=world.by("alice"), via="screen")
    world.move_cause(storm, world.BILLING)
    assert queries.incident_by_key(SYSTEM, "INC-1").team == "data"
    assert world.woken(detail) == ["alice", "dan"]


def test_new_owner_is_not_woken_when_somebody_of_theirs_has_it(storm: Group) -> None:
    detail = _opened(storm)
    actions.acknowledge(detail.item.uuid, actor=world.by("dan"), via="screen")
    world.move_cause(storm, world.BILLING)
    assert queries.incident_by_key(SYSTEM, "INC-1").team == "data"
    assert world.woken(detail) == ["alice"]


def test_owner_who_has_not_answered_is_let_go_when_the_cause_moves_on(storm: Group) -> None:
    detail = _opened(storm)
    actions.acknowledge(detail.item.uuid, actor=world.by("alice"), via="screen")
    world.move_cause(storm, world.BILLING)
    world.move_cause(storm, world.SWITCH)
    assert _pages(detail) == {"network": PageState.ACKNOWLEDGED, "data": PageState.STOPPED}
    assert world.heard(detail, "notice") == ["dan"]


def test_watched_incident_wakes_the_owner_of_its_new_cause_when_it_comes_back(storm: Group) -> None:
    detail = _opened(storm)
    actions.watch(detail.item.uuid, actor=world.by("alice"))
    world.move_cause(storm, world.BILLING)
    assert (world.woken(detail), queries.incident_by_key(SYSTEM, "INC-1").team) == (["alice"], "network")
    actions.group_reopened(storm.uuid, actor=ENGINE)
    world.engine()
    assert (world.woken(detail), queries.incident_by_key(SYSTEM, "INC-1").team) == (["alice", "dan"], "data")


def test_title_a_person_gave_stays_when_the_cause_moves(storm: Group) -> None:
    detail = _opened(storm)
    actions.edit(detail.item.uuid, title="SMS down in Warsaw", actor=world.by("alice"))
    world.move_cause(storm, world.BILLING)
    assert queries.incident_by_key(SYSTEM, "INC-1").title == "SMS down in Warsaw"


def test_two_groups_that_are_one_failure_leave_one_incident(storm: Group) -> None:
    survivor = _opened(storm)
    other_group = world.group(cause=world.BILLING, alerts={world.BILLING: 1})
    other = _opened(other_group)
    world.merge(storm, other_group)
    assert (_state(survivor), _state(other)) == (IncidentState.TRIGGERED, IncidentState.RESOLVED)
    assert Page.objects.get(subject_id=other.item.uuid).stop_reason == StopReason.MERGED
    (link,) = queries.incident_screen(SYSTEM, other.item.key).links
    assert (link.kind, link.label.split()[0]) == (LinkKind.DUPLICATES, "INC-1")


def test_whoever_was_woken_for_a_merged_incident_hears_where_it_goes_on(storm: Group) -> None:
    _opened(storm)
    other_group = world.group(cause=world.BILLING, alerts={world.BILLING: 1})
    other = _opened(other_group)
    world.merge(storm, other_group)
    (last,) = Delivery.objects.filter(kind="notice", lane=f"incidents.incident:{other.item.uuid}")
    assert (last.contact.address, last.message["title"]) == ("dan", "INC-2 · Goes on as INC-1")
    assert "resolved" not in last.message["text"]


def test_incident_goes_over_to_the_group_that_absorbs_its_own(estate: None) -> None:
    small, big = world.group(), world.group(cause=world.BILLING, alerts={world.BILLING: 1})
    detail = _opened(small)
    world.merge(big, small)
    detail.refresh_from_db()
    assert (detail.group_id, _state(detail)) == (big.uuid, IncidentState.TRIGGERED)


def test_group_that_absorbs_what_was_resolved_still_wakes_its_owner(estate: None) -> None:
    small, big = world.group(), world.group(cause=world.BILLING, alerts={world.BILLING: 1})
    over = _opened(small)
    actions.resolve(over.item.uuid, actor=world.by("alice"))
    world.merge(big, small)
    assert world.woken(_opened(big)) == ["dan"]
    assert _state(over) == IncidentState.RESOLVED


def test_trouble_merged_into_what_was_resolved_goes_on_waking_people(storm: Group) -> None:
    over = _opened(storm)
    actions.resolve(over.item.uuid, actor=world.by("alice"))
    small = world.group(cause=world.BILLING, alerts={world.BILLING: 1})
    other = _opened(small)
    world.merge(storm, small)
    assert (_state(over), _state(other)) == (IncidentState.TRIGGERED, IncidentState.RESOLVED)
    assert world.woken(over) == ["alice", "alice"]
