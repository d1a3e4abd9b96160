"""Who is called, whatever came late, twice, or is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.incidents import world
from tocsin.accounts.actions import remove_team, save_team
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import actions as alerts
from tocsin.alerts.models import Alert
from tocsin.alerts.rows import owner_of
from tocsin.incidents.rules import IncidentState
from tocsin.paging import queries as paging

if TYPE_CHECKING:
    from tocsin.alerts.models import Group


def _nobody_owns(group: Group) -> None:
    group.cause_service.team = None
    group.cause_service.save()


def test_team_that_is_gone_keeps_nobody_from_being_called(storm: Group) -> None:
    _nobody_owns(storm)
    save_team(key="gone", name="Gone", members=["alice"], actor=SYSTEM)
    remove_team("gone", actor=SYSTEM)
    detail = world.needs_people(storm, team="gone")
    assert detail is not None
    assert world.woken(detail)


def test_team_that_is_gone_does_not_stand_in_for_an_owner(storm: Group) -> None:
    _nobody_owns(storm)
    team = save_team(key="gone", name="Gone", members=["alice"], actor=SYSTEM)
    assert owner_of(storm.cause_service, team) == "gone"
    remove_team("gone", actor=SYSTEM)
    team.refresh_from_db()
    assert owner_of(storm.cause_service, team) == ""


def test_call_that_comes_after_the_end_wakes_nobody(storm: Group) -> None:
    world.close_group(storm)
    detail = world.needs_people(storm)
    assert detail is not None
    assert detail.item.state == IncidentState.RESOLVED
    assert world.woken(detail) == []


def test_acknowledging_the_causes_alert_again_answers_the_page_opened_since(storm: Group) -> None:
    alert = Alert.objects.get(group=storm, service=storm.cause_service)
    alerts.acknowledge(alert.uuid, actor=world.by("alice"))
    world.needs_people(storm)
    assert paging.unanswered(SYSTEM)
    alerts.acknowledge(alert.uuid, actor=world.by("alice"))
    assert not paging.unanswered(SYSTEM)
