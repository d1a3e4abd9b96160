"""The inbox: groups, then the alerts that are in none, each newest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from tocsin.accounts.rules import Actor
from tocsin.alerts.models import Alert, Group
from tocsin.alerts.queries.scope import visible_alerts, visible_groups
from tocsin.alerts.rules import AlertState, GroupState, Severity, Urgency
from tocsin.core.errors import InvalidInput
from tocsin.core.refs import Ref

M = TypeVar("M", bound=Model)


class RowKind(StrEnum):
    GROUP = "group"
    ALERT = "alert"


class StateFilter(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFilter:
    """What is wanted; an empty field asks for nothing. `text` looks in titles, rule names and services.

    `at_least`: this severity or graver. `aside`: only alerts set aside for this reason. `upto` freezes the list for a
    reader: nothing received later is in it, and what was open then stays, marked closed, so that no row moves.
    """

    state: StateFilter = StateFilter.OPEN
    text: str = ""
    at_least: Severity = Severity.INFO
    service: str = ""
    team: str = ""
    integration: str = ""
    kind: str = ""
    aside: str = ""
    upto: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """A group or a loose alert. `state` is the group's or the alert's; `deliveries` is what was told of it so far."""

    kind: RowKind
    id: UUID
    title: str
    service: str
    team: str
    severity: Severity
    state: str
    urgency: Urgency
    confidence: float | None
    alerts: int
    services: int
    deliveries: int
    first_at: datetime
    last_at: datetime
    set_aside: str
    snoozed_until: datetime | None
    acknowledged_by: str
    incident: Ref | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """One stretch of the inbox; `after` asks for the next, empty at the end."""

    rows: tuple[InboxRow, ...]
    after: str


def inbox(actor: Actor, wanted: InboxFilter, *, after: str = "", limit: int = 50) -> Inbox:
    """Groups, then loose alerts, each newest first by when they were first received, by keyset.

    Failures come before what is tied to nothing: the noise of a quiet hour must not push one off the screen.
    """
    kind, place = _parse_cursor(after) if after else (RowKind.GROUP, None)
    rows: list[InboxRow] = []
    if kind is RowKind.GROUP:
        rows += [_group_row(group) for group in _stretch(_groups(actor, wanted), place, limit)]
        place = None
    if len(rows) <= limit:
        loose = _stretch(_loose_alerts(actor, wanted), place, limit - len(rows))
        rows += [_alert_row(alert) for alert in loose]
    shown = rows[:limit]
    return Inbox(rows=tuple(shown), after=_cursor(shown[-1]) if len(rows) > limit else "")


def newer(actor: Actor, wanted: InboxFilter) -> int:
    """How many rows were received after `wanted.upto`: what a frozen list does not show yet."""
    if wanted.upto is None:
        return 0
    later, fresh = {"first_at__gt": wanted.upto}, replace(wanted, upto=None)
    return _groups(actor, fresh).filter(**later).count() + _loose_alerts(actor, fresh).filter(**later).count()


def inbox_counts(actor: Actor) -> dict[str, int]:
    """How many open groups, open loose alerts, and open critical ones among both this actor may see."""
    groups = _groups(actor, InboxFilter())
    alerts = _loose_alerts(actor, InboxFilter())
    critical = groups.filter(severity=Severity.CRITICAL).count() + alerts.filter(severity=Severity.CRITICAL).count()
    return {"groups": groups.count(), "alerts": alerts.count(), "critical": critical}


def _stretch(rows: QuerySet[M], place: tuple[datetime, UUID] | None, limit: int) -> list[M]:
    if place is not None:
        moment, identifier = place
        rows = rows.filter(Q(first_at__lt=moment) | Q(first_at=moment, uuid__lt=identifier))
    return list(rows.order_by("-first_at", "-uuid")[: limit + 1])


def _cursor(row: InboxRow) -> str:
    return f"{row.kind}~{row.first_at.isoformat()}~{row.id}"


def _parse_cursor(text: str) -> tuple[RowKind, tuple[datetime, UUID]]:
    try:
        kind, moment, identifier = text.split("~")
        return RowKind(kind), (datetime.fromisoformat(moment), UUID(identifier))
    except ValueError:
        raise InvalidInput("after: this is not a place in the inbox; take the one the last answer gave.") from None


def _groups(actor: Actor, wanted: InboxFilter) -> QuerySet[Group]:
    rows = Group.objects.filter(visible_groups(actor), merged_into__isnull=True, severity__lte=wanted.at_least)
    if wanted.kind == RowKind.ALERT or wanted.aside:
        return rows.none()
    if wanted.upto is not None:
        rows = rows.filter(first_at__lte=wanted.upto)
    if wanted.state != StateFilter.ALL:
        rows = rows.filter(Q(state=GroupState(wanted.state)) | _open_then(wanted))
    members = Alert.objects.filter(group=OuterRef("pk"))
    if wanted.service:
        rows = rows.filter(Q(cause_service__key=wanted.service) | Exists(members.filter(service__key=wanted.service)))
    if wanted.team:
        rows = rows.filter(cause_service__team__key=wanted.team)
    if wanted.integration:
        rows = rows.filter(Exists(members.filter(integration__key=wanted.integration)))
    if wanted.text:
        rows = rows.filter(Q(cause_service__key__icontains=wanted.text) | Exists(members.filter(_says(wanted.text))))
    return rows.select_related("cause_service__team")


def _loose_alerts(actor: Actor, wanted: InboxFilter) -> QuerySet[Alert]:
    rows = Alert.objects.filter(visible_alerts(actor), group__isnull=True, count__gt=0, severity__lte=wanted.at_least)
    if wanted.kind == RowKind.GROUP:
        return rows.none()
    if wanted.upto is not None:
        rows = rows.filter(first_at__lte=wanted.upto)
    if wanted.state == StateFilter.OPEN:
        rows = rows.filter(~Q(state=AlertState.CLOSED) | _open_then(wanted))
    elif wanted.state == StateFilter.CLOSED:
        rows = rows.filter(state=AlertState.CLOSED)
    if wanted.service:
        rows = rows.filter(service__key=wanted.service)
    if wanted.team:
        rows = rows.filter(service__team__key=wanted.team)
    if wanted.integration:
        rows = rows.filter(integration__key=wanted.integration)
    if wanted.aside:
        rows = rows.filter(set_aside=wanted.aside)
    if wanted.text:
        rows = rows.filter(_says(wanted.text))
    return rows.select_related("service__team", "integration")


def _open_then(wanted: InboxFilter) -> Q:
    """What has closed since the list was frozen, for a list of what is open."""
    if wanted.upto is None or wanted.state != StateFilter.OPEN:
        return Q(pk__in=[])
    return Q(closed_at__gte=wanted.upto)


def _says(text: str) -> Q:
    return Q(title__icontains=text) | Q(name__icontains=text) | Q(service__key__icontains=text)


def _group_row(group: Group) -> InboxRow:
    cause = group.cause_service
    return InboxRow(
        kind=RowKind.GROUP,
        id=group.uuid,
        title=cause.name,
        service=cause.key,
        team=cause.team.key if cause.team else "",
        severity=Severity(group.severity),
        state=group.state,
        urgency=Urgency(group.urgency),
        confidence=group.confidence,
        alerts=group.counts.get("alerts", 0),
        services=group.counts.get("services", 0),
        deliveries=group.counts.get("deliveries", 0),
        first_at=group.first_at,
        last_at=group.last_at,
        set_aside="",
        snoozed_until=None,
        acknowledged_by="",
        incident=group.incident_ref,
    )


def _alert_row(alert: Alert) -> InboxRow:
    service = alert.service
    return InboxRow(
        kind=RowKind.ALERT,
        id=alert.uuid,
        title=alert.title,
        service=service.key,
        team=service.team.key if service.team else "",
        severity=Severity(alert.severity),
        state=alert.state,
        urgency=Urgency.QUIET,
        confidence=None,
        alerts=1,
        services=1,
        deliveries=alert.count,
        first_at=alert.first_at,
        last_at=alert.last_at,
        set_aside=alert.set_aside,
        snoozed_until=alert.snoozed_until,
        acknowledged_by=alert.acknowledged_by,
        incident=None,
    )
