"""One group with its causes and evidence; alerts of a group or of a service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from tocsin.accounts.queries import require_visible
from tocsin.accounts.rules import Actor
from tocsin.alerts.models import Alert, Group
from tocsin.alerts.queries.ledger import LedgerLine
from tocsin.alerts.queries.scope import visible_alerts, visible_group
from tocsin.alerts.rows import alert_scope
from tocsin.alerts.rules import AlertState, CauseState, GroupState, Severity, Urgency
from tocsin.assets.queries import services_by_key
from tocsin.core.errors import NotFound
from tocsin.core.refs import Ref

if TYPE_CHECKING:
    from tocsin.assets.models import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """A kind with its parameters (worded by the screens), worth `points` for (or against) the cause."""

    kind: str
    points: float
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseView:
    """A suspect. `rejected`: a person said it is not the cause."""

    service: str
    name: str
    kind: str
    site: str
    tier: int
    team: str
    team_name: str
    confidence: float
    score: float
    evidence: tuple[EvidenceView, ...]
    rejected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDetail:
    """A group as its screen shows it. `cause` first named, `suspects` the runners-up, best first."""

    id: UUID
    state: GroupState
    cause: CauseView
    cause_state: CauseState
    cause_since: datetime
    suspects: tuple[CauseView, ...]
    severity: Severity
    urgency: Urgency
    needs_people_at: datetime | None
    opened_at: datetime
    first_at: datetime
    last_at: datetime
    closed_at: datetime | None
    alerts: int
    open_alerts: int
    services: int
    incident: Ref | None
    merged_into: UUID | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """An alert in a list. `why` says why it is in its group: `{kind, params}`."""

    id: UUID
    title: str
    name: str
    service: str
    team: str
    peer: str
    severity: Severity
    state: AlertState
    count: int
    flaps: int
    started_at: datetime
    first_at: datetime
    last_at: datetime
    closed_at: datetime | None
    acknowledged_by: str
    snoozed_until: datetime | None
    set_aside: str
    group: UUID | None
    integration: str
    why: Mapping[str, Any] | None


def alert_by_id(actor: Actor, alert_id: UUID) -> Alert:
    """The row of an alert this actor may see."""
    alert = (
        Alert.objects.select_related("service__team", "integration", "group", "owner", "hushed_by__owner")
        .filter(uuid=alert_id)
        .first()
    )
    if alert is None:
        raise NotFound("There is no such alert.")
    require_visible(actor, alert_scope(alert), "There is no such alert.")
    return alert


def groups_of_incident(incident: Ref) -> list[Group]:
    """The groups an incident was opened for or has absorbed, oldest first. The caller checks the incident's access."""
    rows = Group.objects.filter(incident_kind=incident.kind, incident_id=incident.id)
    return list(rows.select_related("cause_service__team").order_by("id"))


def group_detail(actor: Actor, group_id: UUID) -> GroupDetail:
    """Everything about a group but its alerts, ledger and histogram."""
    return detail_of(visible_group(actor, group_id))


def detail_of(group: Group) -> GroupDetail:
    """The same of a group just read. The caller checks its access."""
    causes = _causes(group)
    named = group.cause_service.key
    return GroupDetail(
        id=group.uuid,
        state=GroupState(group.state),
        cause=next(cause for cause in causes if cause.service == named),
        cause_state=CauseState(group.cause_state),
        cause_since=group.cause_since,
        suspects=tuple(cause for cause in causes if cause.service != named),
        severity=Severity(group.severity),
        urgency=Urgency(group.urgency),
        needs_people_at=group.needs_people_at,
        opened_at=group.opened_at,
        first_at=group.first_at,
        last_at=group.last_at,
        closed_at=group.closed_at,
        alerts=group.counts.get("alerts", 0),
        open_alerts=group.counts.get("open", 0),
        services=group.counts.get("services", 0),
        incident=group.incident_ref,
        merged_into=group.merged_into.uuid if group.merged_into else None,
        version=group.version,
    )


def _causes(group: Group) -> list[CauseView]:
    told = list(group.evidence)
    if group.cause_service.key not in {each["service"] for each in told}:
        own = {"service": group.cause_service.key, "score": 0.0, "confidence": group.confidence, "evidence": []}
        told.insert(0, own)
    services = services_by_key(each["service"] for each in told)
    rejected = set(group.rejected)
    return [_cause(each, services[each["service"]], rejected) for each in told if each["service"] in services]


def _cause(told: Mapping[str, Any], service: Service, rejected: set[str]) -> CauseView:
    return CauseView(
        service=service.key,
        name=service.name,
        kind=service.kind,
        site=service.site,
        tier=service.tier,
        team=service.team.key if service.team else "",
        team_name=service.team.name if service.team else "",
        confidence=told["confidence"],
        score=told["score"],
        evidence=tuple(EvidenceView(kind=e["kind"], points=e["points"], params=e["params"]) for e in told["evidence"]),
        rejected=service.key in rejected,
    )


_LINE_FILTERS: Mapping[LedgerLine, Q] = {
    LedgerLine.EVIDENCE: Q(service=F("group__cause_service")),
    LedgerLine.SYMPTOMS: ~Q(service=F("group__cause_service")),
    LedgerLine.REPEATS: Q(count__gt=1),
    LedgerLine.RECOVERIES: Q(state=AlertState.CLOSED),
}


def alerts_of_group(
    actor: Actor,
    group_id: UUID,
    *,
    line: LedgerLine | None = None,
    service: str = "",
    text: str = "",
    after: int | None = None,
    limit: int = 100,
) -> tuple[list[AlertRow], int | None]:
    """Alerts of a group, oldest first; `line` narrows to a line of its ledger, also to what was set aside meanwhile.

    Returns the rows and the `after` of the next stretch, None at the end.
    """
    group = visible_group(actor, group_id)
    if line is None or line in _LINE_FILTERS:
        rows = Alert.objects.filter(_LINE_FILTERS.get(line, Q()) if line else Q(), group=group)
    else:
        until = Q(first_at__lte=group.closed_at) if group.closed_at else Q()
        rows = Alert.objects.filter(until, visible_alerts(actor), last_at__gte=group.first_at).exclude(group=group)
        rows = _aside_line(rows, line)
    if service:
        rows = rows.filter(service__key=service)
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(name__icontains=text) | Q(service__key__icontains=text))
    return alert_rows(rows.filter(id__gt=after) if after else rows, "id", limit)


def _aside_line(rows: QuerySet[Alert], line: LedgerLine) -> QuerySet[Alert]:
    if line is LedgerLine.OTHER_GROUPS:
        return rows.filter(group__isnull=False)
    loose = rows.filter(group__isnull=True)
    named = (LedgerLine.FLAPPING, LedgerLine.SILENCED, LedgerLine.MAINTENANCE, LedgerLine.STANDING, LedgerLine.BRIEF)
    if line in named:
        return loose.filter(set_aside=line.value)
    return loose.exclude(set_aside__in=[each.value for each in named])


def alerts_of_service(
    actor: Actor, service: str, *, open_only: bool = False, before: int | None = None, limit: int = 50
) -> tuple[list[AlertRow], int | None]:
    """A service's alerts, newest first. Returns the rows and the `before` of the next stretch, None at the end."""
    rows = Alert.objects.filter(visible_alerts(actor), service__key=service, count__gt=0)
    if open_only:
        rows = rows.exclude(state=AlertState.CLOSED)
    return alert_rows(rows.filter(id__lt=before) if before else rows, "-id", limit)


def alert_rows(rows: QuerySet[Alert], order: str, limit: int) -> tuple[list[AlertRow], int | None]:
    """A stretch of chosen alerts, and the id of its last row when there are more."""
    found = list(rows.select_related("service__team", "group", "integration").order_by(order)[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return [row_of(alert) for alert in found], found[-1].id if more else None


def row_of(alert: Alert) -> AlertRow:
    """An alert, loaded with its service, group and integration, as lists show it."""
    return AlertRow(
        id=alert.uuid,
        title=alert.title,
        name=alert.name,
        service=alert.service.key,
        team=alert.service.team.key if alert.service.team else "",
        peer=alert.peer,
        severity=Severity(alert.severity),
        state=AlertState(alert.state),
        count=alert.count,
        flaps=alert.flaps,
        started_at=alert.started_at,
        first_at=alert.first_at,
        last_at=alert.last_at,
        closed_at=alert.closed_at,
        acknowledged_by=alert.acknowledged_by,
        snoozed_until=alert.snoozed_until,
        set_aside=alert.set_aside,
        group=alert.group.uuid if alert.group else None,
        integration=alert.integration.key,
        why=alert.why,
    )
