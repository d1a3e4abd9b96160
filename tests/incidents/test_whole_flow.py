"""From a sender's delivery to a person who has it, with nothing replaced: intake, digest, incident, page, answer."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from tests.incidents import world
from tocsin.accounts.actions import issue_key
from tocsin.accounts.queries import keyring
from tocsin.accounts.rules import SYSTEM, KeyScope
from tocsin.alerts.digest import Digest
from tocsin.alerts.intake import Delivery, Intake, NewEvent
from tocsin.alerts.models import Group, Integration
from tocsin.alerts.rules import AlertAction, Severity
from tocsin.channels.models import Delivery as Message
from tocsin.core.ids import uuid7
from tocsin.core.refs import Ref
from tocsin.incidents import actions as incidents
from tocsin.incidents import queries
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.rules import IncidentState
from tocsin.paging.actions import acknowledge_by_link

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Clock, Database

PATIENCE_S = 30


def _hand_in(database: Database, token: str, events: list[NewEvent]) -> None:
    async def deliver() -> None:
        intake = Intake(replace(settings.CONFIG, database_url=database.dsn), keyring())
        await intake.start()
        sender = await intake.sender(token)
        assert sender is not None
        await intake.accept(Delivery(sender=sender, request_id=uuid7(), events=tuple(events)))
        await intake.stop()

    asyncio.run(deliver())


def _event(service: str, action: AlertAction, severity: Severity = Severity.CRITICAL) -> NewEvent:
    return NewEvent(
        action=action,
        fingerprint=f"{service}-link",
        severity=severity,
        service=service,
        name="LinkDown",
        title=f"{service}: link down",
    )


def _until(digest: Digest, come: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not come():
        assert time.monotonic() < deadline, "the engine did not get there"
        digest.run_once()
        world.engine()
        time.sleep(0.05)


@pytest.fixture
def token(fresh_database: Database) -> str:
    """The estate, and the key of its Prometheus."""
    world.people()
    world.estate()
    integration = Integration.objects.get(key="prometheus-waw")
    subject = Ref("alerts.integration", integration.uuid)
    return issue_key(name="prometheus", scope=KeyScope.INTEGRATION, subject=subject, actor=SYSTEM)[1]


def test_delivery_wakes_the_owner_and_ends_with_the_failure(fresh_database: Database, token: str, clock: Clock) -> None:
    digest = Digest(owner="test")
    fire = [_event(world.SWITCH, AlertAction.FIRE), _event(world.GATEWAY, AlertAction.FIRE, Severity.MAJOR)]
    _hand_in(fresh_database, token, fire)
    digest.run_once()
    clock.forward(seconds=9)
    _until(digest, IncidentDetail.objects.exists)
    row = queries.incident_by_key(SYSTEM, "INC-1")
    assert (row.cause, row.state, row.team) == (world.SWITCH, IncidentState.TRIGGERED, "network")
    screen = queries.incident_screen(SYSTEM, "INC-1")
    assert screen.ledger is not None
    assert sum(screen.ledger.lines.values()) == screen.ledger.total == 2

    _until(digest, lambda: Message.objects.filter(kind="page").exists())
    message = Message.objects.get(kind="page")
    assert message.contact.address == "alice"
    acknowledge_by_link(message.message["link"].rpartition("/")[2])
    _until(digest, lambda: queries.incident_by_key(SYSTEM, "INC-1").state is IncidentState.ACKNOWLEDGED)
    assert queries.incident_by_key(SYSTEM, "INC-1").clock.paged_at is not None

    _hand_in(fresh_database, token, [_event(each, AlertAction.RESOLVE) for each in (world.SWITCH, world.GATEWAY)])
    digest.run_once()
    clock.forward(minutes=30)
    _until(digest, lambda: queries.incident_by_key(SYSTEM, "INC-1").state is IncidentState.MONITORING)
    assert Group.objects.get().state == "closed"


def test_failure_that_goes_on_after_it_was_resolved_calls_again(
    fresh_database: Database, token: str, clock: Clock
) -> None:
    digest = Digest(owner="test")
    _hand_in(fresh_database, token, [_event(world.SWITCH, AlertAction.FIRE)])
    digest.run_once()
    clock.forward(seconds=9)
    _until(digest, lambda: Message.objects.filter(kind="page").count() == 1)
    incidents.resolve(IncidentDetail.objects.get().item.uuid, actor=SYSTEM)

    clock.forward(minutes=1)
    _hand_in(fresh_database, token, [_event(world.GATEWAY, AlertAction.FIRE)])
    digest.run_once()
    world.engine()
    assert queries.incident_by_key(SYSTEM, "INC-1").state is IncidentState.RESOLVED, "a minute of echoes calls nobody"

    clock.forward(minutes=6)
    _hand_in(fresh_database, token, [_event(world.SWITCH, AlertAction.FIRE)])
    _until(digest, lambda: Message.objects.filter(kind="page").count() == 2)
    assert queries.incident_by_key(SYSTEM, "INC-1").state is IncidentState.TRIGGERED
