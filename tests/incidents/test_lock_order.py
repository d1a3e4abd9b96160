"""Actions lock incident, group, alert, page in this order, so that no two of them ever wait for each other in a circle.

What is asked of the database is looked at: the first lock on each kind of row. An action that began with its incident
may ask for it again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from tests.incidents import world
from tocsin.accounts.models import Person
from tocsin.accounts.rules import ENGINE, SYSTEM
from tocsin.alerts import actions as alerts
from tocsin.alerts.actions import Change, Target
from tocsin.alerts.models import Alert, Group
from tocsin.core import clock as moments
from tocsin.incidents import actions
from tocsin.paging.models import Page

if TYPE_CHECKING:
    from tocsin.incidents.models import IncidentDetail

ORDER = ("incidents_incident", "alerts_group", "alerts_alert", "paging_page")
_LOCKS = re.compile(r"FOR (?:NO KEY )?UPDATE|^\s*UPDATE ", re.IGNORECASE)


@contextmanager
def locks() -> Iterator[list[str]]:
    """The tables of which rows are locked, in the order of the first lock on each."""
    found: list[str] = []

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if _LOCKS.search(sql):
            table = re.search(r'(?:FROM|UPDATE)\s+"?(\w+)"?', sql)
            if table and table[1] in ORDER and table[1] not in found:
                found.append(table[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield found


def cause_alert(group: Group) -> Alert:
    return Alert.objects.get(group=group, service=group.cause_service)


ACTIONS: dict[str, Callable[[Group, IncidentDetail], object]] = {
    "acknowledge": lambda group, detail: actions.acknowledge(detail.item.uuid, actor=SYSTEM, via="api"),
    "begin": lambda group, detail: actions.begin_work(detail.item.uuid, actor=SYSTEM, via="api"),
    "watch": lambda group, detail: actions.watch(detail.item.uuid, actor=SYSTEM),
    "resolve": lambda group, detail: actions.resolve(detail.item.uuid, actor=SYSTEM),
    "command": lambda group, detail: actions.take_command(
        detail.item.uuid, Person.objects.get(login="alice"), actor=SYSTEM, via="api"
    ),
    "confirm another cause": lambda group, detail: actions.confirm_cause(
        detail.item.uuid, service_key=world.BILLING, actor=SYSTEM
    ),
    "reject the cause": lambda group, detail: actions.reject_cause(detail.item.uuid, actor=SYSTEM),
    "group closed": lambda group, detail: actions.group_closed(group.uuid, actor=ENGINE),
    "group called": lambda group, detail: actions.group_called(
        group.uuid, team_key="", said_at=moments.now(), actor=ENGINE
    ),
    "another group called": lambda group, detail: actions.group_called(
        world.group(cause=world.BILLING, alerts={world.BILLING: 1}).uuid,
        team_key="",
        said_at=moments.now(),
        actor=ENGINE,
    ),
    "alert acknowledged": lambda group, detail: alerts.acknowledge(cause_alert(group).uuid, actor=SYSTEM),
    "group acknowledged": lambda group, detail: alerts.change_all(
        [Target(id=group.uuid, is_group=True)], Change.ACKNOWLEDGE, actor=SYSTEM
    ),
    "alert kept apart": lambda group, detail: alerts.keep_apart(group.uuid, [cause_alert(group).uuid], actor=SYSTEM),
    "groups put together": lambda group, detail: alerts.belong_together(
        group.uuid, world.group(cause=world.BILLING, alerts={world.BILLING: 1}).uuid, actor=SYSTEM
    ),
}


@pytest.mark.parametrize("act", ACTIONS.values(), ids=ACTIONS)
def test_locks_are_taken_in_one_order(storm: Group, act: Callable[[Group, IncidentDetail], object]) -> None:
    detail = world.needs_people(storm)
    assert detail is not None
    assert Page.objects.exists()
    with locks() as found:
        act(storm, detail)
    assert found, "it locks something"
    assert found == sorted(found, key=ORDER.index)
