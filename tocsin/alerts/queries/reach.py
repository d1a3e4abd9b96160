"""Which services a group's alerts are on: what an incident touches."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Min, Q

from tocsin.alerts.models import Alert, Group
from tocsin.alerts.rules import AlertState, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchedService:
    """A service with alerts in a group: the gravest severity among them, how many there are, and still open."""

    key: str
    name: str
    tier: int
    severity: Severity
    alerts: int
    open_alerts: int


def services_of_group(group_id: UUID) -> list[TouchedService]:
    """Services with alerts in a group, those that matter most first. The caller checks the group's access."""
    open_alerts = Count("id", filter=~Q(state=AlertState.CLOSED))
    rows = (
        Alert.objects.filter(group__uuid=group_id, count__gt=0)
        .values_list("service__key", "service__name", "service__tier")
        .annotate(gravest=Min("severity"), alerts=Count("id"), still_open=open_alerts)
        .order_by("service__tier", "gravest", "service__key")
    )
    return [
        TouchedService(key=key, name=name, tier=tier, severity=Severity(gravest), alerts=alerts, open_alerts=still_open)
        for key, name, tier, gravest, alerts, still_open in rows
    ]


def complaint_of_cause(group: Group) -> str:
    """The title of the gravest alert on the cause itself, the first of them; empty when it says nothing."""
    own = Alert.objects.filter(group=group, service=group.cause_service_id)
    return own.order_by("severity", "first_at", "id").values_list("title", flat=True).first() or ""
