"""What people say of an incident's title and cause, and what is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.incidents import world
from tocsin.accounts.rules import SYSTEM
from tocsin.incidents import actions
from tocsin.incidents.actions import Declaration
from tocsin.incidents.rules import CauseState
from tocsin.journal.queries import latest_facts

if TYPE_CHECKING:
    from tocsin.alerts.models import Group


def test_title_that_was_only_seen_by_a_person_follows_the_cause(storm: Group) -> None:
    detail = world.needs_people(storm)
    assert detail is not None
    actions.edit(detail.item.uuid, title=detail.item.title, description="Uplink B", actor=world.by("alice"))
    world.move_cause(storm, world.BILLING)
    detail.item.refresh_from_db()
    assert world.BILLING in detail.item.title


def test_agreeing_with_the_cause_of_a_declared_incident_is_told_and_so_is_naming_another(estate: None) -> None:
    declared = actions.declare(Declaration(title="Lost SMS", severity=2, service=world.GATEWAY), actor=SYSTEM)
    alice = world.by("alice")
    actions.confirm_cause(declared.item.uuid, actor=alice)
    detail = actions.confirm_cause(declared.item.uuid, service_key=world.BILLING, actor=alice)
    assert (detail.cause.key if detail.cause else "", detail.cause_state) == (world.BILLING, CauseState.CONFIRMED)
    told = [fact.data for fact in latest_facts(kind="incidents.incident_cause_named")]
    assert [(each["before"], each["after"]) for each in told] == [
        (world.GATEWAY, world.BILLING),
        (world.GATEWAY, world.GATEWAY),
    ]
