"""An incident with a storm behind it, written straight into the tables: what there is to read, not how it came."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction

from tests.incidents import world
from tocsin.accounts.queries import team_by_key
from tocsin.alerts.models import Alert, Group, Integration
from tocsin.assets.models import Dependency, Service
from tocsin.core import clock

SERVICES = 400
LASTED_S = 300.0

_EVENTS = """
INSERT INTO alerts_event (batch_id, received_at, integration_id, request_id, action, target, fingerprint, "order",
  severity, service, peer, name, title, description, source, by, labels)
SELECT 1, first_at, integration_id, gen_random_uuid(), 'fire', '', fingerprint, first_at, severity, '', '', name, title,
  '', '', '', '{}' FROM alerts_alert WHERE group_id = %s
"""


@transaction.atomic
def build(alerts: int) -> str:
    """Write the incident; returns its key. Its group has `alerts` alerts on 400 services, each told once in 300 s."""
    world.people()
    world.estate()
    row = world.group(alerts={world.SWITCH: 1}, seconds_ago=600)
    detail = world.needs_people(row)
    assert detail is not None
    _storm(row, _services(), alerts)
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [row.pk])
    return detail.item.key


def _services() -> list[Service]:
    team, cause = team_by_key("data"), Service.objects.get(key=world.SWITCH)
    made = Service.objects.bulk_create(
        Service(key=f"app-{n}", name=f"Application {n}", team=team, tier=1 + n % 3) for n in range(SERVICES)
    )
    Dependency.objects.bulk_create(Dependency(caller=each, callee=cause) for each in made)
    return made


def _storm(row: Group, services: list[Service], alerts: int) -> None:
    sender, first = Integration.objects.get(key="prometheus-waw"), clock.now() - timedelta(seconds=590)
    rows = []
    for n in range(alerts):
        at, service = first + timedelta(seconds=LASTED_S * n / alerts), services[n % SERVICES]
        rows.append(
            Alert(
                integration=sender,
                fingerprint=f"storm-{n}",
                severity=1 + n % 4,
                title=f"{service.key}: high error rate {n}",
                name="HighErrorRate",
                service=service,
                started_at=at,
                first_at=at,
                last_at=at,
                opened_order=at,
                group=row,
            )
        )
    Alert.objects.bulk_create(rows, batch_size=1000)
    row.counts = {"alerts": alerts, "open": alerts, "services": SERVICES, "deliveries": alerts}
    row.last_at = rows[-1].last_at
    row.save()
