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
