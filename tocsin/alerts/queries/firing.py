"""What fires now, for whoever asks a product that keeps no history: what silences it, what it is a symptom of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q

from tocsin.accounts.rules import Actor
from tocsin.alerts.models import Alert, Integration, Silence
from tocsin.alerts.queries.covering import coverage_of, looked_at
from tocsin.alerts.queries.scope import visible_alerts
from tocsin.alerts.rows import owner_of
from tocsin.alerts.rules import ITSELF, AlertState, Coverage, GroupState, SilenceKind

Hushing = list[tuple[Silence, Coverage]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """An open alert. `team` (a key, or empty) is called for it: the owner of its group's cause, else its own.

    `cause` is the alert that its group is about, where this is a symptom of that and somebody complains about the cause
    at all. `silenced_by`: silences in force that match it now, whether it was delivered since they began or not;
    `muted_by` the maintenance windows (keys).
    """

    alert: Alert
    team: str
    silenced_by: tuple[UUID, ...]
    muted_by: tuple[str, ...]
    cause: Alert | None


def open_by_integration(integrations: Iterable[int]) -> dict[int, int]:
    """How many alerts each of these integrations has open; nothing of Tocsin's own."""
    rows = Integration.objects.filter(id__in=set(integrations)).exclude(kind=ITSELF)
    found = dict.fromkeys(rows.values_list("id", flat=True), 0)
    counts = Alert.objects.exclude(state=AlertState.CLOSED).filter(integration__in=found).values("integration_id")
    return found | dict(counts.annotate(count=Count("id")).values_list("integration_id", "count"))


def firing_alerts(actor: Actor, now: datetime) -> list[Firing]:
    """Every open alert this actor may see, oldest first."""
    rows = Alert.objects.filter(
        visible_alerts(actor), ~Q(state=AlertState.CLOSED), count__gt=0, deleted_at__isnull=True
    )
    # Few services and groups stand behind many alerts: each is loaded once, not once an alert.
    rows = rows.prefetch_related("service__team", "integration__team", "group__cause_service__team")
    silences, windows, causes = _hushing(now, SilenceKind.SILENCE), _hushing(now, SilenceKind.MAINTENANCE), _causes()
    return [
        Firing(
            alert=alert,
            team=_called(alert),
            silenced_by=tuple(row.uuid for row in _covering(alert, silences)),
            muted_by=tuple(row.key for row in _covering(alert, windows)),
            cause=causes.get(alert.group_id) if alert.group_id and _is_symptom(alert) else None,
        )
        for alert in rows.order_by("started_at", "id").iterator(chunk_size=2000)
    ]


def _called(alert: Alert) -> str:
    group = alert.group if alert.group is not None and alert.group.state == GroupState.OPEN else None
    return owner_of(group.cause_service if group else alert.service, alert.integration.team)


def _is_symptom(alert: Alert) -> bool:
    return alert.group is not None and alert.group.cause_service_id != alert.service_id


def _causes() -> dict[int | None, Alert]:
    """By open group: the gravest open alert of the service that is its cause, the oldest of those."""
    rows = Alert.objects.filter(
        ~Q(state=AlertState.CLOSED), group__state=GroupState.OPEN, service_id=F("group__cause_service_id"), count__gt=0
    )
    found: dict[int | None, Alert] = {}
    for alert in rows.select_related("integration").order_by("severity", "started_at", "id"):
        found.setdefault(alert.group_id, alert)
    return found


def _hushing(now: datetime, kind: SilenceKind) -> Hushing:
    return [(row, coverage_of(row)) for row in Silence.objects.in_force(now).filter(kind=kind)]


def _covering(alert: Alert, rows: Hushing) -> list[Silence]:
    seen = looked_at(alert)
    return [row for row, coverage in rows if coverage.covers(seen)]
