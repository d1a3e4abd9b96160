"""Opening an incident: for a group of alerts that needs people, or because a person says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tocsin.accounts.queries import live_teams, team_by_key
from tocsin.accounts.rules import ENGINE, Actor
from tocsin.alerts import actions as alerts
from tocsin.alerts.queries import group_by_id
from tocsin.alerts.rules import GroupState
from tocsin.assets.queries import service_by_key
from tocsin.core import clock
from tocsin.incidents import facts
from tocsin.incidents.actions.life import group_closed, group_reopened, merged_into
from tocsin.incidents.actions.rows import attend, is_over, locked_for_group, save, told
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.queries.groups import GroupBrief, group_brief
from tocsin.incidents.queries.refs import incident_ref
from tocsin.incidents.rules import (
    INCIDENT,
    PROJECT_KEY,
    PROJECT_NAME,
    CauseState,
    IncidentState,
    Origin,
    SentenceKind,
    parse_severity,
)
from tocsin.items import actions as items
from tocsin.items.queries import item_ref
from tocsin.items.rules import LinkKind

if TYPE_CHECKING:
    from tocsin.accounts.models import Team
    from tocsin.items.models import Item


AGAIN_WITHIN = timedelta(days=1)
"""How long after its end another failure of the same cause counts as that one coming back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a person says of trouble. `service` is what fails, as far as they know; `page` wakes the team's on-call.

    `team` (a key) is empty for the service's owner.
    """

    title: str
    severity: int
    description: str = ""
    service: str = ""
    team: str = ""
    page: bool = False


@transaction.atomic
def open_for_group(group_id: UUID, *, team_key: str, actor: Actor) -> IncidentDetail:
    """The incident of a group, opened unless it has one, and a page to the owner of its cause.

    `team_key` is who stands in where nobody owns the cause. Idempotent: a repeat opens and pages nothing new.
    """
    detail = locked_for_group(group_id)
    if detail is None:
        _take_turns()
        detail = locked_for_group(group_id) or _opened_for(group_brief(group_id), team_key, actor)
    if not is_over(detail):
        attend(detail, actor)
    return detail


@transaction.atomic
def group_called(group_id: UUID, *, team_key: str, said_at: datetime, actor: Actor) -> IncidentDetail:
    """A group needs people: its incident is opened, or found again after it was resolved too early.

    Where the group is over by now, because this comes late, the incident is told so at once and wakes nobody.
    """
    detail = open_for_group(group_id, team_key=team_key, actor=actor)
    if group_by_id(ENGINE, group_id).state != GroupState.OPEN:
        group_closed(group_id, actor=actor)
    elif detail.resolved_at is not None and said_at > detail.resolved_at:
        group_reopened(group_id, actor=actor)
    return detail


def _take_turns() -> None:
    """Make the project where there is none, and hold its lock: whoever opens for the same group waits, then looks."""
    items.save_project(key=PROJECT_KEY, name=PROJECT_NAME, actor=ENGINE)


def _opened_for(group: GroupBrief, team_key: str, actor: Actor) -> IncidentDetail:
    team = group.owner or live_teams().get(team_key)
    item = _new_item(title=group.title, description="", team=team, actor=actor)
    detail = IncidentDetail.objects.create(
        item=item,
        group_id=group.uuid,
        origin=Origin.ENGINE,
        severity=group.severity,
        cause=group.cause,
        cause_state=CauseState.PROPOSED,
        confidence=group.confidence,
        sentence={"kind": SentenceKind.CAUSE, "params": group.sentence_params},
        first_alert_at=group.first_at,
        cause_named_at=max(group.first_at, group.cause_since),
    )
    alerts.attach_incident(group.uuid, incident_ref(item.uuid), actor=actor)
    _told_opened(detail, actor)
    _link_to_earlier(detail, actor)
    return detail


def _link_to_earlier(detail: IncidentDetail, actor: Actor) -> None:
    """Where the same cause failed a while ago, point to that incident: what helped then is written there."""
    lately = Q(resolved_at__gte=clock.now() - AGAIN_WITHIN) | Q(item__state=IncidentState.MONITORING)
    others = IncidentDetail.objects.select_related("item__project").filter(lately, cause=detail.cause)
    earlier = others.exclude(item=detail.item).order_by("-item_id").first()
    if earlier is not None:
        items.link_item(detail.item.uuid, LinkKind.FOLLOWS_FROM, item_ref(earlier.item), actor=actor)


@transaction.atomic
def declare(declaration: Declaration, *, actor: Actor) -> IncidentDetail:
    """Open an incident by hand. Its clock begins now; a page wakes the team's on-call when asked for."""
    parse_severity(declaration.severity)
    service = service_by_key(actor, declaration.service) if declaration.service else None
    team = _team(declaration.team) or (service.team if service else None)
    now = clock.now()
    _take_turns()
    item = _new_item(title=declaration.title, description=declaration.description, team=team, actor=actor)
    params = {"title": item.title, "since": now.isoformat(), "by": actor.label}
    detail = IncidentDetail.objects.create(
        item=item,
        origin=Origin.PERSON,
        severity=declaration.severity,
        cause=service,
        cause_state=CauseState.PROPOSED if service else CauseState.UNKNOWN,
        sentence={"kind": SentenceKind.DECLARED, "params": params},
        titled=True,
        first_alert_at=now,
        cause_named_at=now if service else None,
    )
    _told_opened(detail, actor)
    if declaration.page:
        attend(detail, actor)
    return detail


def _new_item(*, title: str, description: str, team: Team | None, actor: Actor) -> Item:
    new = items.NewItem(project=PROJECT_KEY, type=INCIDENT.key, title=title, description=description, team=team)
    return items.create_item(new, actor=actor)


def _told_opened(detail: IncidentDetail, actor: Actor) -> None:
    fact = facts.IncidentOpened(
        key=detail.item.key,
        origin=detail.origin,
        severity=detail.severity,
        cause=detail.cause.key if detail.cause else "",
        team=detail.item.team.key if detail.item.team else "",
    )
    told(detail, fact, actor=actor)
    save(detail)


def _team(key: str) -> Team | None:
    return team_by_key(key) if key else None


@transaction.atomic
def groups_merged(merged_id: UUID, *, actor: Actor) -> None:
    """A group turned out to be of one failure with another: their incidents become one, the survivor's if it has one.

    The survivor is who has the alerts by now, perhaps after more merges; where that is over already, so is the
    incident. An incident that is over stays behind: handed on, it would keep the survivor from calling anybody. A
    survivor's that is over opens again, for the other's trouble is not; one that is only watched, if nobody has that.
    """
    group = group_by_id(ENGINE, merged_id).merged_into
    merged = locked_for_group(merged_id)
    if group is None or merged is None or is_over(merged):
        return
    survivor = locked_for_group(group.uuid)
    if survivor is None:
        merged.group_id = group.uuid
        save(merged, "group_id")
        alerts.attach_incident(group.uuid, incident_ref(merged.item.uuid), actor=actor)
    else:
        unattended = is_over(survivor) or merged.item.state == IncidentState.TRIGGERED
        if group.state == GroupState.OPEN and unattended:
            group_reopened(group.uuid, actor=actor)
        _same_as(merged, survivor, actor)
    if group.state != GroupState.OPEN:
        group_closed(group.uuid, actor=actor)


def _same_as(merged: IncidentDetail, survivor: IncidentDetail, actor: Actor) -> None:
    items.link_item(merged.item.uuid, LinkKind.DUPLICATES, item_ref(survivor.item), actor=actor)
    merged_into(merged, survivor, actor=actor)
    fact = facts.IncidentMerged(key=merged.item.key, into=survivor.item.key)
    told(merged, fact, actor=actor)
    told(survivor, fact, actor=actor)
