"""Days of the event log: which may go, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection

from tests.alerts.test_repeats import DAYS, DELIVERED, rows
from tests.alerts.world import World, fire
from tocsin.alerts import actions


@pytest.mark.django_db
@pytest.mark.parametrize("has_day", [True, False], ids=["in its day", "in none"])
def test_a_day_of_which_something_waits_for_the_digest_is_kept(world: World, clock, settings, has_day: bool) -> None:
    settings.CONFIG = replace(settings.CONFIG, event_days=3)
    if not has_day:
        clock.forward(days=10)
    world.deliver(fire("precious"))
    clock.forward(days=5)
    actions.maintain_partitions()
    assert actions.drop_oldest_day() is None
    world.turn()
    assert world.alert("precious").count == 1
    clock.forward(days=1)
    actions.maintain_partitions()
    assert rows(DELIVERED) == [(0, 0)]


@pytest.mark.django_db
def test_a_day_is_dropped_in_a_later_round_when_somebody_reads_the_log(world: World, clock) -> None:
    clock.forward(days=20)
    reader = connection.copy()
    reader.set_autocommit(False)
    with reader.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM alerts_event")
        before = rows(DAYS)
        actions.maintain_partitions()
        assert actions.drop_oldest_day() is None
        assert rows(DAYS) == before
    reader.close()
    actions.maintain_partitions()
    assert rows(DAYS) == [(8,)], "today, two ahead and one for what has no day of its own, of either kind"
