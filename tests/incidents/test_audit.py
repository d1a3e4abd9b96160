"""The auditor hears the calls that no reaction did."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from tests.incidents import world
from tocsin.accounts.rules import ENGINE, SYSTEM
from tocsin.alerts import actions as alerts
from tocsin.alerts import facts as alert_facts
from tocsin.alerts.models import Group
from tocsin.core import clock as moments
from tocsin.core.refs import Ref
from tocsin.incidents import actions, queries
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.rules import IncidentState
from tocsin.journal.actions import record
from tocsin.journal.queries import latest_facts
from tocsin.main import wiring
from tocsin.paging import actions as paging
from tocsin.paging.rules import StopReason

if TYPE_CHECKING:
    from tests.conftest import Clock

JOB = "react.incidents.group_needs_people"
DAMAGES = {
    "deleted": "DELETE FROM core_job WHERE kind = %s",
    "given up": "UPDATE core_job SET failed_at = tocsin_now() WHERE kind = %s",
    "held by a node that hangs": "UPDATE core_job SET lease_until = tocsin_now() + interval '1 hour' WHERE kind = %s",
}


def called(group: Group) -> None:
    """As the digest leaves a group that needs people, before anything has reacted."""
    group.needs_people_at = moments.now()
    group.save()
    fact = alert_facts.GroupNeedsPeople(
        cause=group.cause_service.key,
        team="network",
        urgency="page",
        severity=1,
        confidence=group.confidence,
        first_at=group.first_at,
        why="critical_on_tier",
        params={},
    )
    record(fact, actor=ENGINE, subject=Ref("alerts.group", group.uuid))


def damage(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [JOB])
        assert cursor.rowcount == 1, "there was a job to lose"


def looked() -> int:
    """One look of the engine's auditors, then everything that is due; returns how many calls were put right so far."""
    wiring._audit()
    world.engine()
    return len(latest_facts(kind="incidents.incident_requeued"))


@pytest.mark.parametrize("statement", DAMAGES.values(), ids=DAMAGES)
def test_call_whose_reaction_is_lost_wakes_the_owner_once(storm: Group, clock: Clock, statement: str) -> None:
    called(storm)
    damage(statement)
    clock.forward(seconds=29)
    assert looked() == 0
    clock.forward(seconds=2)
    assert [looked(), looked()] == [1, 1]
    detail = IncidentDetail.objects.get(group_id=storm.uuid)
    assert world.woken(detail) == ["alice"]
    (fact,) = latest_facts(kind="incidents.incident_requeued")
    assert (fact.data["key"], fact.data["flaw"]) == ("INC-1", "no_incident")
    assert fact.data["late_s"] == pytest.approx(31, abs=3)


def test_reaction_that_comes_after_the_auditor_wakes_nobody_again(storm: Group, clock: Clock) -> None:
    called(storm)
    damage(DAMAGES["held by a node that hangs"])
    clock.forward(seconds=31)
    assert looked() == 1
    clock.forward(hours=2)
    detail = IncidentDetail.objects.get(group_id=storm.uuid)
    actions.acknowledge(detail.item.uuid, actor=world.by("alice"), via="screen")
    world.engine()
    assert world.woken(detail) == ["alice"]


def test_failure_that_goes_on_after_it_was_resolved_is_called_for_though_the_reaction_is_lost(
    storm: Group, clock: Clock
) -> None:
    called(storm)
    world.engine()
    detail = IncidentDetail.objects.get(group_id=storm.uuid)
    actions.resolve(detail.item.uuid, actor=SYSTEM)
    storm.refresh_from_db()
    clock.forward(minutes=6)
    assert looked() == 0, "calm, and nothing called since"
    called(storm)
    damage(DAMAGES["deleted"])
    clock.forward(seconds=31)
    assert looked() == 1
    assert world.woken(detail) == ["alice", "alice"]
    assert queries.incident_by_key(SYSTEM, "INC-1").state is IncidentState.TRIGGERED


def test_incident_nobody_has_and_nobody_is_paged_for_pages_again(storm: Group, clock: Clock) -> None:
    called(storm)
    world.engine()
    detail = IncidentDetail.objects.get(group_id=storm.uuid)
    paging.stop_for(queries.incident_ref(detail.item.uuid), reason=StopReason.WITHDRAWN, actor=SYSTEM)
    clock.forward(seconds=31)
    assert looked() == 1
    assert world.woken(detail) == ["alice", "alice"]


@pytest.mark.parametrize(
    "end",
    [
        lambda group, detail: actions.resolve(detail.item.uuid, actor=world.by("alice")),
        lambda group, detail: actions.acknowledge(detail.item.uuid, actor=world.by("alice"), via="screen"),
        lambda group, detail: alerts.close_group(group.uuid, actor=world.by("alice")),
        lambda group, detail: None,
    ],
    ids=["resolved", "acknowledged", "closed", "paged"],
)
def test_call_that_was_heard_is_left_alone(
    storm: Group, clock: Clock, end: Callable[[Group, IncidentDetail], object]
) -> None:
    called(storm)
    world.engine()
    detail = IncidentDetail.objects.get(group_id=storm.uuid)
    end(storm, detail)
    clock.forward(seconds=31)
    assert looked() == 0
    assert world.woken(detail) == ["alice"]
