"""What people say about a group: that is the cause, that is not; these belong together, those do not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import F

from tocsin.accounts.queries import require, require_visible
from tocsin.accounts.rules import Actor, Verb
from tocsin.alerts import facts
from tocsin.alerts.models import Alert, Group
from tocsin.alerts.queries.calls import team_to_call
from tocsin.alerts.rows import group_ref, group_scope
from tocsin.alerts.rules import AsideReason, CauseState, GroupState
from tocsin.assets.queries import service_by_key
from tocsin.core import clock, live
from tocsin.core.errors import Conflict, InvalidInput, NotFound
from tocsin.core.refs import Ref
from tocsin.journal.actions import record

if TYPE_CHECKING:
    from tocsin.assets.models import Service


CALM = timedelta(minutes=5)
"""How long a resolved incident's failure may go on before it calls people again: repeats and late ends die down."""


@transaction.atomic
def confirm_cause(group_id: UUID, *, actor: Actor, service: str = "") -> Group:
    """Say that the named cause (or `service`, a key) is the cause; the engine does not move it any more."""
    group = _locked_open(group_id, actor)
    cause = service_by_key(actor, service) if service else group.cause_service
    _move_cause(group, cause, actor)
    group.cause_state = CauseState.CONFIRMED
    group.save(update_fields=["cause_state"])
    record(facts.GroupCauseConfirmed(cause=cause.key), actor=actor, subject=group_ref(group))
    _publish(group)
    return group


@transaction.atomic
def reject_cause(group_id: UUID, *, actor: Actor) -> Group:
    """Say that the named cause is not the cause; the next suspect takes its place and the engine never returns."""
    group = _locked_open(group_id, actor)
    rejected = group.cause_service.key
    group.rejected = sorted({*group.rejected, rejected})
    suspects = [each["service"] for each in group.evidence if each["service"] not in group.rejected]
    if suspects:
        _move_cause(group, service_by_key(actor, suspects[0]), actor)
    group.cause_state = CauseState.PROPOSED if suspects else CauseState.REJECTED
    group.save(update_fields=["rejected", "cause_state"])
    fact = facts.GroupCauseRejected(rejected=rejected, cause=group.cause_service.key)
    record(fact, actor=actor, subject=group_ref(group))
    _publish(group)
    return group


@transaction.atomic
def withdraw_verdict(group_id: UUID, *, actor: Actor, service: str = "") -> Group:
    """Take back what was said of the cause: it is proposed again. `service` (a key) is whom to suspect again."""
    group = _locked_open(group_id, actor)
    group.rejected = [key for key in group.rejected if key != service]
    if service:
        _move_cause(group, service_by_key(actor, service), actor)
    group.cause_state = CauseState.PROPOSED
    group.save(update_fields=["rejected", "cause_state"])
    record(facts.GroupVerdictWithdrawn(cause=group.cause_service.key), actor=actor, subject=group_ref(group))
    _publish(group)
    return group


@transaction.atomic
def keep_apart(group_id: UUID, alert_ids: Iterable[UUID], *, actor: Actor) -> Group:
    """Move alerts out of a group into a new one of their own, which correlation leaves alone; returns it."""
    group = _locked_open(group_id, actor)
    leaving = list(
        Alert.objects.select_for_update(of=("self",))
        .select_related("service")
        .filter(group=group, uuid__in=list(alert_ids))
        .order_by("severity", "first_at", "id")
    )
    if not leaving:
        raise InvalidInput("Name at least one alert of this group.")
    if len(leaving) == Alert.objects.filter(group=group).count():
        raise InvalidInput("These are all alerts of the group: there is nothing to keep them apart from.")
    apart = _group_of(leaving)
    kept = [alert.id for alert in leaving]
    Alert.objects.filter(id__in=kept).update(group=apart, pinned=True, set_aside=AsideReason.KEPT_APART)
    opened = facts.GroupOpened(cause=apart.cause_service.key, confidence=apart.confidence, alerts=len(leaving))
    record(opened, actor=actor, subject=group_ref(apart))
    fact = facts.GroupSplit(into=str(apart.uuid), alerts=len(leaving))
    record(fact, actor=actor, subject=group_ref(group))
    _publish(group, apart)
    return apart


def _group_of(alerts: list[Alert]) -> Group:
    worst = alerts[0]
    return Group.objects.create(
        cause_service=worst.service,
        cause_since=clock.now(),
        confidence=1.0 if len({alert.service_id for alert in alerts}) == 1 else 0.5,
        severity=worst.severity,
        first_at=min(alert.first_at for alert in alerts),
        last_at=max(alert.last_at for alert in alerts),
        counts={"alerts": len(alerts)},
    )


@transaction.atomic
def belong_together(into_id: UUID, other_id: UUID, *, actor: Actor) -> Group:
    """Merge the second group into the first. Its alerts move, its correlation follows, it closes. Returns the first."""
    if into_id == other_id:
        raise InvalidInput("A group cannot be merged with itself.")
    into, other = (_locked_open(each, actor) for each in sorted((into_id, other_id)))
    if into.uuid != into_id:
        into, other = other, into
    moved = absorb(into, other, actor=actor)
    Alert.objects.filter(group=into).update(pinned=True)
    record(facts.GroupsMerged(merged=str(other.uuid), alerts=moved), actor=actor, subject=group_ref(into))
    _publish(into, other)
    return into


def absorb(into: Group, other: Group, *, actor: Actor) -> int:
    """Move the alerts of `other` (locked) and close it; returns how many moved. The caller records the merge."""
    moved = Alert.objects.filter(group=other).update(group=into)
    Group.objects.filter(merged_into=other).update(merged_into=into)
    now = clock.now()
    Group.objects.filter(id=other.id).update(
        state=GroupState.CLOSED, closed_at=now, merged_into=into, version=F("version") + 1
    )
    into.first_at = min(into.first_at, other.first_at)
    into.save(update_fields=["first_at"])
    return moved


@transaction.atomic
def calm(incident: Ref) -> None:
    """Somebody resolved the incident of these groups: nobody is called for a while, then what still fires calls again.

    In the transaction of the resolution, whose fact tells of both.
    """
    rows = Group.objects.select_for_update().filter(incident_kind=incident.kind, incident_id=incident.id)
    for group in rows.filter(state=GroupState.OPEN).order_by("id"):
        group.needs_people_at, group.calm_until = None, clock.now() + CALM
        group.save(update_fields=["needs_people_at", "calm_until"])


@transaction.atomic
def close_group(group_id: UUID, *, actor: Actor) -> Group:
    """Say that the failure is over, whatever its alerts still claim: open alerts are left to their own lives.

    Repeats stay with it for a while; what is still told after that begins a new group, which calls people again.
    """
    group = _locked_open(group_id, actor)
    now = clock.now()
    group.state, group.closed_at, group.calm_until = GroupState.CLOSED, now, now + CALM
    group.version += 1
    group.save(update_fields=["state", "closed_at", "calm_until", "version"])
    record(facts.GroupClosed(cause=group.cause_service.key), actor=actor, subject=group_ref(group))
    _publish(group)
    return group


@transaction.atomic
def attach_incident(group_id: UUID, incident: Ref, *, actor: Actor) -> None:
    """Say which incident was opened for a group; a Conflict when it has another."""
    group = Group.objects.select_for_update().filter(uuid=group_id).first()
    if group is None:
        raise NotFound("There is no such group.")
    require(actor, Verb.RESPOND, group_scope(group))
    if group.incident_id is not None and group.incident_ref != incident:
        raise Conflict("This group has an incident already.")
    group.incident_kind, group.incident_id = incident.kind, incident.id
    group.version += 1
    group.save(update_fields=["incident_kind", "incident_id", "version"])
    _publish(group)


def _move_cause(group: Group, cause: Service, actor: Actor) -> None:
    before = group.cause_service
    if cause.id == before.id:
        return
    known = {each["service"]: each["confidence"] for each in group.evidence}
    group.cause_service, group.cause_since = cause, clock.now()
    group.confidence = known.get(cause.key, group.confidence)
    group.version += 1
    group.save(update_fields=["cause_service", "cause_since", "confidence", "version"])
    fact = facts.GroupCauseMoved(
        before=before.key, after=cause.key, team=team_to_call(group), confidence=group.confidence
    )
    record(fact, actor=actor, subject=group_ref(group))


def _locked_open(group_id: UUID, actor: Actor) -> Group:
    rows = Group.objects.select_for_update(of=("self",)).select_related("cause_service__team")
    group = rows.filter(uuid=group_id).first()
    if group is None:
        raise NotFound("There is no such group.")
    require_visible(actor, group_scope(group), "There is no such group.")
    require(actor, Verb.RESPOND, group_scope(group))
    if group.state != GroupState.OPEN:
        raise Conflict("This group is closed already.")
    return group


def _publish(*groups: Group) -> None:
    live.publish(["alerts", *(f"group:{group.uuid}" for group in groups)])
