"""What has arrived: whether anything ever did, the newest of an integration, what services complain about now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Min

from tocsin.accounts.rules import Actor
from tocsin.alerts.models import Alert
from tocsin.alerts.queries.administration import integration_by_key
from tocsin.alerts.queries.groups import AlertRow, alert_rows
from tocsin.alerts.queries.scope import visible_alerts
from tocsin.alerts.rules import AlertState, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaints:
    """How many alerts of a service are open, and how grave the gravest is."""

    service: UUID
    key: str
    open_alerts: int
    gravest: Severity


def any_alert() -> bool:
    """Whether an alert has ever arrived at this installation."""
    return Alert.objects.exists()


def newest_of_integration(actor: Actor, key: str, *, limit: int = 5) -> list[AlertRow]:
    """The last alerts an integration opened, newest first."""
    integration = integration_by_key(actor, key)
    return alert_rows(Alert.objects.filter(visible_alerts(actor), integration=integration), "-id", limit)[0]


def open_by_service(actor: Actor, services: Iterable[UUID]) -> list[Complaints]:
    """What those of the services complain about that complain, as far as the actor may see."""
    rows = Alert.objects.filter(visible_alerts(actor), service__uuid__in=list(services), count__gt=0)
    counted = (
        rows.exclude(state=AlertState.CLOSED)
        .values_list("service__uuid", "service__key")
        .annotate(Count("id"), Min("severity"))
        .order_by()
    )
    return [
        Complaints(service=uuid, key=key, open_alerts=number, gravest=Severity(least))
        for uuid, key, number, least in counted
    ]
