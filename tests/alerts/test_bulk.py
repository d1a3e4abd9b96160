"""One change to many alerts: how far it reaches, and that two people who do it at once do not block each other."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from tests.alerts.world import World, fire, later
from tocsin.accounts.queries import team_by_key
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import actions
from tocsin.alerts.actions import Change, Target, bulk
from tocsin.alerts.models import Alert, Group
from tocsin.alerts.rules import AlertState
from tocsin.core.ids import uuid7
from tocsin.core.refs import Ref
from tocsin.paging import actions as paging
from tocsin.paging.actions import open_page
from tocsin.paging.rules import Sentence, SentenceKind

if TYPE_CHECKING:
    from tests.conftest import Database


@pytest.fixture
def group(world: World, monkeypatch: pytest.MonkeyPatch) -> Group:
    """Nine alerts, of which one change reaches four."""
    monkeypatch.setattr(bulk, "MOST", 4)
    world.outage()
    return Group.objects.get()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "state"), [(Change.SNOOZE, AlertState.SNOOZED), (Change.CLOSE, AlertState.CLOSED)], ids=str
)
def test_change_of_a_large_group_says_what_is_left_and_reaches_it_next_time(
    group: Group, change: Change, state: AlertState
) -> None:
    told = []
    for _ in range(3):
        outcome = actions.change_all([Target(id=group.uuid, is_group=True)], change, actor=SYSTEM, until=later(hours=1))
        told.append((len(outcome.changed), outcome.left))
    assert [left for _, left in told] == [5, 1, 0]
    assert told[0][0] == 4
    assert not Alert.objects.filter(group=group).exclude(state=state).exists()


def test_two_who_acknowledge_the_same_cause_at_once_wait_for_each_other(
    fresh_database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.outage()
    world.told(fire("db-full", service="db", name="DiskFull"))
    group, incident = world.alert("db-down").group, Ref("incidents.incident", uuid7())
    assert group is not None
    actions.attach_incident(group.uuid, incident, actor=SYSTEM)
    open_page(subject=incident, team=team_by_key("network"), sentence=Sentence(kind=SentenceKind.CAUSE), actor=SYSTEM)
    first, last = world.alert("db-down").uuid, world.alert("db-full").uuid
    answers: list[str] = []

    def other() -> None:
        try:
            answers.append(actions.acknowledge(last, actor=SYSTEM).state)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    answer = paging.acknowledge_for

    def then_somebody_else(*arguments: Any, **named: Any) -> Any:
        found = answer(*arguments, **named)
        if threading.current_thread() is not thread and not thread.ident:
            thread.start()
            _until_somebody_waits()
        return found

    monkeypatch.setattr(paging, "acknowledge_for", then_somebody_else)
    outcome = actions.change_all([Target(id=first), Target(id=last)], Change.ACKNOWLEDGE, actor=SYSTEM)
    thread.join(timeout=30)
    assert (len(outcome.changed), answers) == (2, [AlertState.ACKNOWLEDGED])


def _until_somebody_waits() -> None:
    deadline = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits")
