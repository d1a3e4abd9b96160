"""Alerts that Tocsin raises itself: handed in as any sender's, by an integration of its own."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from tocsin.accounts.rules import SYSTEM
from tocsin.alerts.intake.commit import CHANNEL, TYPES, rows_of
from tocsin.alerts.intake.events import Delivery, NewEvent
from tocsin.alerts.intake.keys import Sender
from tocsin.alerts.models import Integration
from tocsin.alerts.rules import ITSELF
from tocsin.assets.actions import ServiceDetails, save_services
from tocsin.assets.queries import service_by_key
from tocsin.core.errors import NotFound
from tocsin.core.ids import uuid7

_BATCH = "INSERT INTO alerts_batch (received_at, events) VALUES (tocsin_now(), %s) RETURNING id, received_at"
_EVENT = f"INSERT INTO alerts_event ({', '.join(TYPES)}) VALUES ({', '.join(['%s'] * len(TYPES))})"  # noqa: S608  # own names

SERVICE = "tocsin"
"""What is in trouble: nobody's unless somebody owns it, so that its page goes to the first team."""


def see_own_service() -> None:
    """Enter what Tocsin's alerts about itself are about, unless people have."""
    try:
        service_by_key(SYSTEM, SERVICE)
    except NotFound:
        save_services([ServiceDetails(key=SERVICE, name="Tocsin", tier=1)], actor=SYSTEM)


def itself() -> Integration:
    """The integration of what Tocsin has to say of itself and of what it watches."""
    row, _ = Integration.objects.get_or_create(key=ITSELF, defaults={"name": "Tocsin", "kind": ITSELF})
    return row


def hand_in(events: Sequence[NewEvent]) -> None:
    """Store what Tocsin says in the caller's transaction; the digest takes it like any other delivery."""
    if not events:
        return
    integration = itself()
    sender = Sender(integration_id=integration.id, integration=integration.key, uuid=integration.uuid)
    delivery = Delivery(sender=sender, request_id=uuid7(), events=tuple(events))
    with connection.cursor() as cursor:
        cursor.execute(_BATCH, [len(events)])
        batch, received_at = cursor.fetchone()
        cursor.executemany(_EVENT, list(rows_of([delivery], batch, received_at, received_at)))
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
