"""An incident is as grave as its alerts say, while they worsen, until a person has said how grave it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.incidents import world
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import facts as alert_facts
from tocsin.incidents import actions, queries

if TYPE_CHECKING:
    from tocsin.alerts.models import Group
    from tocsin.incidents.models import IncidentDetail


@pytest.fixture
def detail(storm: Group) -> IncidentDetail:
    """Of severity 3."""
    storm.severity = 3
    storm.save()
    detail = world.needs_people(storm)
    assert detail is not None
    return detail


def becomes(group: Group, severity: int) -> None:
    """The digest finds it to be of that severity."""
    before, group.severity = group.severity, severity
    group.save()
    world.told(group, alert_facts.GroupWorsened(before=before, after=severity))


def severity() -> int:
    return queries.incident_by_key(SYSTEM, "INC-1").severity


def test_incident_worsens_with_its_alerts_and_its_timeline_says_so(storm: Group, detail: IncidentDetail) -> None:
    becomes(storm, 1)
    assert severity() == 1
    (entry, *_) = queries.incident_screen(SYSTEM, "INC-1").timeline
    assert entry.kind == "incidents.incident_severity_changed"
    assert (entry.params["before"], entry.params["after"], entry.actor_kind) == (3, 1, "engine")
    assert world.woken(detail) == ["alice"]


def test_severity_that_a_person_has_set_stays(storm: Group, detail: IncidentDetail) -> None:
    actions.set_severity(detail.item.uuid, 3, reason="only one customer", actor=world.by("alice"))
    becomes(storm, 1)
    assert severity() == 3


def test_news_that_comes_late_makes_nothing_less_grave(storm: Group, detail: IncidentDetail) -> None:
    becomes(storm, 1)
    world.told(storm, alert_facts.GroupWorsened(before=3, after=2))
    assert severity() == 1


def test_incident_that_comes_back_is_as_grave_as_its_alerts_are_by_then(storm: Group, detail: IncidentDetail) -> None:
    actions.resolve(detail.item.uuid, actor=SYSTEM)
    becomes(storm, 1)
    assert severity() == 3, "what is over does not worsen"
    world.needs_people(storm)
    assert severity() == 1
