"""People who ask for more people: a team is called in, called again, or asked further up its ladder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.incidents import world
from tocsin.accounts.queries import team_by_key
from tocsin.alerts.models import Group
from tocsin.core.errors import Conflict, NotFound
from tocsin.incidents import actions
from tocsin.incidents.models import IncidentDetail
from tocsin.paging.models import Page
from tocsin.paging.rules import PageState

if TYPE_CHECKING:
    from tests.conftest import Clock


def _opened(group: Group) -> IncidentDetail:
    detail = world.needs_people(group)
    assert detail is not None
    return detail


def _pages(detail: IncidentDetail) -> dict[str, str]:
    """The last page of each team."""
    return dict(Page.objects.filter(subject_id=detail.item.uuid).order_by("id").values_list("team__key", "state"))


def test_another_team_is_called_in(storm: Group) -> None:
    detail = _opened(storm)
    actions.page_team(detail.item.uuid, team_by_key("data"), actor=world.by("alice"))
    world.engine()
    assert world.woken(detail) == ["alice", "dan"]


def test_team_that_has_answered_is_called_again_when_somebody_asks(storm: Group, clock: Clock) -> None:
    detail = _opened(storm)
    actions.acknowledge(detail.item.uuid, actor=world.by("ann"), via="screen")
    actions.page_team(detail.item.uuid, team_by_key("network"), actor=world.by("ann"))
    world.engine()
    assert world.woken(detail) == ["alice", "alice"]
    clock.forward(minutes=5)
    world.engine()
    assert world.woken(detail) == ["alice", "alice", "ann"]
    actions.acknowledge(detail.item.uuid, actor=world.by("ann"), via="screen")
    assert _pages(detail) == {"network": PageState.ACKNOWLEDGED}


def test_team_whose_page_nobody_answered_is_called_again_when_somebody_asks(storm: Group, clock: Clock) -> None:
    detail = _opened(storm)
    for _ in range(3):
        clock.forward(minutes=6)
        world.engine()
    assert _pages(detail) == {"network": PageState.EXHAUSTED}
    woken = world.woken(detail)
    actions.page_team(detail.item.uuid, team_by_key("network"), actor=world.by("dan"))
    world.engine()
    assert world.woken(detail) == [*woken, "alice"]


def test_team_that_is_being_paged_is_not_asked_for_twice(storm: Group) -> None:
    detail = _opened(storm)
    with pytest.raises(Conflict, match="being paged already"):
        actions.page_team(detail.item.uuid, team_by_key("network"), actor=world.by("ann"))


def test_page_of_another_incident_is_not_escalated(storm: Group) -> None:
    detail = _opened(storm)
    other = _opened(world.group(cause=world.BILLING, alerts={world.BILLING: 1}))
    page = Page.objects.get(subject_id=other.item.uuid)
    with pytest.raises(NotFound):
        actions.escalate(detail.item.uuid, page.uuid, actor=world.by("alice"))
