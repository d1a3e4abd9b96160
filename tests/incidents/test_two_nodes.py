"""Two engines that react to the same group open one incident."""

from __future__ import annotations

import threading

from django.db import connection

from tests.incidents import world
from tocsin.accounts.rules import ENGINE
from tocsin.incidents import actions
from tocsin.incidents.models import IncidentDetail
from tocsin.paging.models import Page


def test_group_opened_by_two_engines_at_once_has_one_incident_and_one_page(fresh_database: object) -> None:
    world.people()
    world.estate()
    group = world.group()
    opened: list[str] = []

    def react() -> None:
        opened.append(actions.open_for_group(group.uuid, team_key="network", actor=ENGINE).item.key)
        connection.close()

    engines = [threading.Thread(target=react) for _ in range(4)]
    for engine in engines:
        engine.start()
    for engine in engines:
        engine.join()
    assert opened == ["INC-1"] * 4
    assert (IncidentDetail.objects.count(), Page.objects.count()) == (1, 1)
