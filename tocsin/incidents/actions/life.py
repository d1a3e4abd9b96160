"""The life of an incident: acknowledged, worked on, watched, resolved, and back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tocsin.accounts.queries import person_by_uuid
from tocsin.accounts.rules import ENGINE, Actor, ActorKind, Role
from tocsin.alerts import actions as alerts
from tocsin.core import clock
from tocsin.incidents import facts
from tocsin.incidents.actions.rows import attend, is_over, locked, locked_for_group, move, save, told
from tocsin.incidents.actions.severity import follow_severity
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.queries.refs import incident_ref
from tocsin.incidents.rules import IncidentState, Transition
from tocsin.items import actions as items
from tocsin.paging import actions as paging
from tocsin.paging.queries import page_for
from tocsin.paging.rules import PageState, StopReason


@transaction.atomic
def acknowledge(uuid: UUID, *, actor: Actor, via: str) -> IncidentDetail:
    """Somebody has it: the pages are acknowledged too. To acknowledge again answers pages opened since.

    `via`: screen, api, cli or link.
    """
    detail = locked(uuid, actor)
    paging.acknowledge_for(incident_ref(detail.item.uuid), actor=actor, via=via)
    _acknowledged(detail, actor=actor, via=via, at=clock.now())
    return detail


@transaction.atomic
def note_page_acknowledged(uuid: UUID, page_uuid: UUID, *, at: datetime, actor: Actor, via: str) -> None:
    """A page about the incident was answered: so is the incident, by the same person. Their right to it is the page.

    A page that was stopped since counts no more: what came back after it is nobody's yet.
    """
    answering = Actor(kind=actor.kind, id=actor.id, label=actor.label, role=Role.RESPONDER)
    detail = locked(uuid, answering)
    if page_for(ENGINE, page_uuid).state is PageState.ACKNOWLEDGED:
        _acknowledged(detail, actor=answering, via=via, at=at)


def _acknowledged(detail: IncidentDetail, *, actor: Actor, via: str, at: datetime) -> None:
    if detail.item.state != IncidentState.TRIGGERED:
        return
    move(detail, Transition.ACKNOWLEDGE, actor=actor)
    if detail.item.assignee_id is None and actor.kind is ActorKind.PERSON:
        detail.item = items.assign_item(detail.item.uuid, person_by_uuid(actor.id), actor=actor)
    detail.acknowledged_at = detail.acknowledged_at or at
    save(detail, "acknowledged_at")
    told(detail, facts.IncidentAcknowledged(key=detail.item.key, via=via), actor=actor)


@transaction.atomic
def begin_work(uuid: UUID, *, actor: Actor, via: str) -> IncidentDetail:
    """Somebody works on it: the clock stops, and whoever was paged need not be paged further."""
    detail = locked(uuid, actor)
    if detail.item.state == IncidentState.FIXING:
        return detail
    paging.acknowledge_for(incident_ref(detail.item.uuid), actor=actor, via=via)
    move(detail, Transition.BEGIN, actor=actor)
    work_begun(detail)
    save(detail, "acknowledged_at", "work_begun_at")
    told(detail, facts.IncidentWorkBegun(key=detail.item.key), actor=actor)
    return detail


def work_begun(detail: IncidentDetail) -> None:
    """Stamp that work has begun; who works has seen it, so that stamp is given too where it lacks."""
    now = clock.now()
    detail.acknowledged_at = detail.acknowledged_at or now
    detail.work_begun_at = detail.work_begun_at or now


@transaction.atomic
def watch(uuid: UUID, *, actor: Actor) -> IncidentDetail:
    """Fixed as far as one can tell: see whether it stays so."""
    detail = locked(uuid, actor)
    if detail.item.state == IncidentState.MONITORING:
        return detail
    paging.acknowledge_for(incident_ref(detail.item.uuid), actor=actor, via="incident")
    _watched(detail, actor=actor)
    return detail


def _watched(detail: IncidentDetail, *, actor: Actor) -> None:
    move(detail, Transition.WATCH, actor=actor)
    if actor.kind is not ActorKind.ENGINE:
        work_begun(detail)
    save(detail, "acknowledged_at", "work_begun_at")
    told(detail, facts.IncidentWatched(key=detail.item.key), actor=actor)


@transaction.atomic
def resolve(uuid: UUID, *, actor: Actor, reason: str = "") -> IncidentDetail:
    """It is over. Its pages stop in the same transaction, so that nobody is woken for it from here on."""
    detail = locked(uuid, actor)
    if not is_over(detail):
        _resolved(detail, actor=actor, reason=reason)
    return detail


def merged_into(detail: IncidentDetail, survivor: IncidentDetail, *, actor: Actor) -> None:
    """It goes on as another: its own pages stop, and whoever they woke is told where."""
    _resolved(detail, actor=actor, into=survivor.item.key)


def _resolved(detail: IncidentDetail, *, actor: Actor, reason: str = "", into: str = "") -> None:
    move(detail, Transition.RESOLVE, actor=actor, reason=reason)
    alerts.calm(incident_ref(detail.item.uuid))
    why = StopReason.MERGED if into else StopReason.RESOLVED
    paging.stop_for(incident_ref(detail.item.uuid), reason=why, into=into, actor=actor)
    detail.resolved_at = clock.now()
    save(detail, "resolved_at")
    told(detail, facts.IncidentResolved(key=detail.item.key), actor=actor, reason=reason)


@transaction.atomic
def reopen(uuid: UUID, *, actor: Actor, reason: str = "") -> IncidentDetail:
    """A person found that it was not over. They have it, so nobody is paged; `page_team` does that."""
    detail = locked(uuid, actor)
    if is_over(detail):
        move(detail, Transition.REOPEN, actor=actor, reason=reason)
        _reopened(detail, recurred=False, actor=actor, reason=reason)
    return detail


def _reopened(detail: IncidentDetail, *, recurred: bool, actor: Actor, reason: str = "") -> None:
    detail.resolved_at = None
    save(detail, "resolved_at")
    told(detail, facts.IncidentReopened(key=detail.item.key, recurred=recurred), actor=actor, reason=reason)


@transaction.atomic
def group_closed(group_id: UUID, *, actor: Actor) -> None:
    """The machines are content. Nobody has it yet: it is over, and nobody need wake. Somebody has: they decide."""
    detail = locked_for_group(group_id)
    if detail is None or is_over(detail):
        return
    if detail.item.state == IncidentState.TRIGGERED:
        _resolved(detail, actor=actor)
    elif detail.item.state != IncidentState.MONITORING:
        _watched(detail, actor=actor)


@transaction.atomic
def group_reopened(group_id: UUID, *, actor: Actor) -> None:
    """The failure came back: who watched or went away must hear of it."""
    detail = locked_for_group(group_id)
    if detail is None or detail.item.state not in (IncidentState.MONITORING, IncidentState.RESOLVED):
        return
    move(detail, Transition.RECUR, actor=actor)
    _reopened(detail, recurred=True, actor=actor)
    if detail.cause and detail.cause.team:  # it may have become theirs while it was watched, when nobody was woken
        detail.item = items.hand_over_item(detail.item.uuid, detail.cause.team, actor=actor)
    follow_severity(detail, actor=actor)
    paging.stop_for(incident_ref(detail.item.uuid), reason=StopReason.WITHDRAWN, actor=actor)
    attend(detail, actor)


@transaction.atomic
def note_paged(uuid: UUID, *, at: datetime, actor: Actor) -> None:
    """A page about the incident chose somebody: the clock's third moment is the first time, whichever is told first."""
    detail = locked(uuid, actor)
    if detail.paged_at is None or at < detail.paged_at:
        detail.paged_at = at
        save(detail, "paged_at")
