"""Every fact of an incident has words, in both languages."""

from __future__ import annotations

import dataclasses
import inspect

import pytest
from django.utils import translation

from tests.incidents import world
from tocsin.accounts.models import Person
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts.models import Group
from tocsin.incidents import actions, facts, queries
from tocsin.incidents.wording import FACTS

KINDS = [fact for _, fact in inspect.getmembers(facts, dataclasses.is_dataclass)]


@pytest.mark.parametrize("fact", KINDS, ids=[fact.kind for fact in KINDS])
def test_every_fact_is_worded(fact: type) -> None:
    assert fact.kind in FACTS  # type: ignore[attr-defined]  # each fact has one


def test_timeline_reads_as_sentences_in_the_readers_language(storm: Group) -> None:
    detail = world.needs_people(storm)
    assert detail is not None
    alice = Person.objects.get(login="alice")
    actions.take_command(detail.item.uuid, alice, actor=world.by("alice"), via="screen")
    world.move_cause(storm, world.BILLING)
    texts = [entry.text for entry in reversed(queries.incident_timeline(SYSTEM, "INC-1"))]
    assert texts[0] == f"INC-1 opened; the suspected cause is {world.SWITCH}."
    assert "Alice is in command of INC-1." in texts
    assert f"The cause is now thought to be {world.BILLING} instead of {world.SWITCH}." in texts
    with translation.override("pl"):
        assert queries.incident_timeline(SYSTEM, "INC-1")[-1].text == (
            f"Otwarto INC-1; podejrzewana przyczyna: {world.SWITCH}."
        )
