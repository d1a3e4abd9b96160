"""An incident whose page nobody answers: it says so, and somebody is called until it is answered or over."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests.incidents import world
from tocsin.accounts.models import Person
from tocsin.accounts.rules import SYSTEM
from tocsin.incidents import actions, queries
from tocsin.incidents.queries import IncidentFilter

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tocsin.alerts.models import Group
    from tocsin.incidents.models import IncidentDetail


@pytest.fixture
def unanswered(storm: Group, clock: Clock) -> IncidentDetail:
    detail = world.needs_people(storm)
    assert detail is not None
    for _ in range(2):
        clock.forward(seconds=301)
        world.engine()
    return detail


def test_incident_nobody_answers_says_so_and_calls_on(unanswered: IncidentDetail, clock: Clock) -> None:
    assert world.woken(unanswered) == ["alice", "ann", "alice"], "alice leads the team"
    assert queries.incident_by_key(SYSTEM, "INC-1").unanswered
    kinds = [entry.kind for entry in queries.incident_screen(SYSTEM, "INC-1").timeline]
    assert kinds[:2] == ["paging.page_step_taken", "paging.page_exhausted"]
    clock.forward(minutes=40)
    world.engine()
    assert world.woken(unanswered)[3:] == ["alice"]


def test_list_and_screen_show_that_nobody_answered(unanswered: IncidentDetail) -> None:
    browser = Client()
    browser.force_login(Person.objects.get(login="bob"))
    for address in ("/incidents?fragment", "/incidents/INC-1"):
        shown = browser.get(address)
        assert shown.status_code == 200
        assert "Nobody answered<" in shown.content.decode()


@pytest.mark.parametrize("end", [actions.resolve, partial(actions.acknowledge, via="api")])
def test_answer_or_end_stops_the_calls(unanswered: IncidentDetail, clock: Clock, end: Callable[..., object]) -> None:
    end(unanswered.item.uuid, actor=world.by("alice"))
    clock.forward(hours=2)
    world.engine()
    assert world.woken(unanswered) == ["alice", "ann", "alice"]
    assert not queries.incidents(SYSTEM, IncidentFilter())[0][0].unanswered
