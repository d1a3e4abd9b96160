"""A small company that is watched: one integration with its key, a database and what needs it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import connection

from tocsin.accounts.actions import issue_key
from tocsin.accounts.queries import keyring
from tocsin.accounts.rules import SYSTEM, KeyScope
from tocsin.alerts import actions
from tocsin.alerts.digest import Digest
from tocsin.alerts.intake import Delivery, NewEvent, Sender
from tocsin.alerts.intake.commit import REPEAT_TYPES, TYPES, Told
from tocsin.alerts.intake.memory import Memory
from tocsin.alerts.models import Alert, Integration
from tocsin.alerts.rows import integration_ref
from tocsin.alerts.rules import AlertAction, Severity
from tocsin.assets.actions import ServiceDetails, save_dependencies, save_services
from tocsin.core import clock
from tocsin.core.ids import uuid7

CALLERS = tuple(f"app-{number}" for number in range(8))


class World:
    """Delivers by SQL (the intake has tests of its own), digests in this process."""

    def __init__(self) -> None:
        details = actions.IntegrationDetails(key="sample", name="Sample", kind="opsgenie", team="network")
        self.integration: Integration = actions.save_integration(details, actor=SYSTEM)
        subject = integration_ref(self.integration)
        _, self.token = issue_key(name="sample", scope=KeyScope.INTEGRATION, subject=subject, actor=SYSTEM)
        save_services(
            [ServiceDetails(key="db", name="Database", team="network", tier=1)]
            + [ServiceDetails(key=key, name=key, tier=2) for key in CALLERS],
            actor=SYSTEM,
        )
        save_dependencies({key: ["db"] for key in CALLERS}, actor=SYSTEM)
        self.sender = Sender(
            integration_id=self.integration.id, integration=self.integration.key, uuid=self.integration.uuid
        )
        self.digest = Digest(owner="test")
        assert keyring()

    def deliver(self, *events: NewEvent, memory: Memory | None = None) -> None:
        """Store a batch as the intake of a node with that memory does; without one, every event is stored whole."""
        memory = memory or Memory()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO alerts_batch (received_at, events) VALUES (tocsin_now(), %s) RETURNING id, received_at",
                [len(events)],
            )
            batch, received_at = cursor.fetchone()
            told = Told(batch=batch, received_at=received_at, stored_at=received_at, memory=memory)
            told.take(Delivery(sender=self.sender, request_id=uuid7(), events=events))
            for table, types, rows in (
                ("alerts_event", TYPES, told.events),
                ("alerts_repeat", REPEAT_TYPES, told.repeats),
            ):
                values = ", ".join(f"%s::{kind}" for kind in types.values())
                cursor.executemany(f"INSERT INTO {table} ({', '.join(types)}) VALUES ({values})", rows)
        memory.learn(told.learnt)

    def turn(self) -> int:
        """One turn that also decides, however short the time since the last."""
        self.digest._decided = 0.0
        return self.digest.run_once()

    def told(self, *events: NewEvent, memory: Memory | None = None) -> None:
        """Deliver and digest."""
        self.deliver(*events, memory=memory)
        self.turn()

    def alert(self, fingerprint: str) -> Alert:
        """The newest alert of a fingerprint."""
        return Alert.objects.get(fingerprint=fingerprint, superseded_at__isnull=True)

    def outage(self) -> Sequence[UUID]:
        """The database fails and everybody who needs it says so; returns the alerts, the database's first."""
        self.deliver(fire("db-down", service="db", name="DatabaseDown", severity=Severity.CRITICAL))
        self.deliver(*(fire(f"{key}-errors", service=key, name="HighErrorRate", peer="db") for key in CALLERS))
        self.turn()
        return [self.alert(name).uuid for name in ("db-down", *(f"{key}-errors" for key in CALLERS))]


def fire(
    fingerprint: str = "a",
    *,
    service: str = "db",
    name: str = "Rule",
    severity: Severity = Severity.MAJOR,
    peer: str = "",
    **more: object,
) -> NewEvent:
    """A firing by a sender that does not say when it began."""
    labels = {"service": service} | ({"peer": peer} if peer else {})
    values = {"title": f"{name} on {service}", "labels": labels} | more
    return NewEvent(
        action=AlertAction.FIRE,
        fingerprint=fingerprint,
        service=service,
        name=name,
        severity=severity,
        peer=peer,
        **values,  # type: ignore[arg-type]  # a test's shorthand
    )


def resolve(fingerprint: str = "a", **more: object) -> NewEvent:
    return NewEvent(action=AlertAction.RESOLVE, fingerprint=fingerprint, **more)  # type: ignore[arg-type]  # as above


def later(**by: float):  # type: ignore[no-untyped-def]  # a moment from now by Tocsin's clock
    return clock.now() + timedelta(**by)
