"""What a maintenance window may be, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.alerts.world import World, later

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(cast: object) -> World:
    return World()


def save(**more: Any) -> Any:
    """A window of an hour over the database, unless told otherwise."""
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts import actions

    usual = {"key": "works", "reason": "New disks", "starts_at": later(), "ends_at": later(hours=1), "services": ["db"]}
    return actions.save_maintenance(actions.MaintenanceDetails(**(usual | more)), actor=SYSTEM)


@pytest.mark.parametrize(
    "wrong",
    [{"key": "a/b"}, {"key": ".."}, {"key": "w" * 65}, {"reason": "x" * 201}, {"reason": "two\nlines"}],
    ids=str,
)
def test_a_key_or_reason_that_no_address_or_company_file_takes_is_refused(wrong: dict[str, str]) -> None:
    from tocsin.core.errors import InvalidInput

    with pytest.raises(InvalidInput):
        save(**wrong)


def test_a_removed_window_is_planned_again_by_the_same_key() -> None:
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts import actions, queries

    over = {"starts_at": later(hours=-2), "ends_at": later(hours=-1)}
    save(**over)
    actions.remove_maintenance("works", actor=SYSTEM)
    save(**over)
    assert queries.window_by_key(SYSTEM, "works").deleted_at is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "It covers: db, all that depends on them, team network, integration sample, name=~.+."),
        ("pl", "Obejmuje: db, wszystko, co od nich zależy, zespół network, integracja sample, name=~.+."),
    ],
)
def test_the_journal_tells_what_a_window_covers(language: str, words: str) -> None:
    from django.utils import translation

    from tocsin.alerts import wording
    from tocsin.journal.queries import latest_facts

    save(matchers=[{"label": "name", "op": "=", "value": "one"}])
    save(
        dependents=True,
        teams=["network"],
        integrations=["sample"],
        matchers=[{"label": "name", "op": "=~", "value": ".+"}],
    )
    fact = latest_facts(kind="alerts.maintenance_saved")[0]
    assert fact.data["matchers"] == [{"label": "name", "op": "=~", "value": ".+"}]
    with translation.override(language):
        assert wording.FACTS[fact.kind](fact).endswith(words)
