"""The cause of an incident: named by the engine, moved when it learns better, confirmed or rejected by people."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from tocsin.accounts.queries import actor_for_person, live_teams
from tocsin.accounts.rules import ENGINE, Actor
from tocsin.alerts import actions as alerts
from tocsin.alerts.queries import group_by_id
from tocsin.assets.queries import service_by_key
from tocsin.core import clock
from tocsin.core.errors import Conflict
from tocsin.incidents import facts
from tocsin.incidents.actions.rows import is_over, locked, locked_for_group, save, sentence, told
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.queries.groups import GroupBrief, group_brief
from tocsin.incidents.queries.refs import incident_ref
from tocsin.incidents.rules import CauseState, IncidentState, SentenceKind
from tocsin.items import actions as items
from tocsin.paging import actions as paging

if TYPE_CHECKING:
    from tocsin.accounts.models import Team


@transaction.atomic
def cause_moved(group_id: UUID, *, team_key: str = "", actor: Actor) -> None:
    """The engine names another cause: sentence, title and owner follow, and so does the page.

    Somebody who has answered keeps the incident and is told; the new owner's team is paged all the same, for it is
    theirs now, unless whoever has it is of that team. While it is only watched nobody is woken: it becomes theirs if it
    comes back. `team_key` is who stands in where nobody owns the cause.
    """
    detail = locked_for_group(group_id)
    if detail is None or is_over(detail):
        return
    group = group_brief(group_id)
    if detail.cause_id == group.cause.id:
        return
    _named(detail, group, actor)
    _page_follows(detail, group.owner or live_teams().get(team_key), actor)


def _named(detail: IncidentDetail, group: GroupBrief, actor: Actor) -> None:
    before, before_name = (detail.cause.key, detail.cause.name) if detail.cause else ("", "")
    detail.cause, detail.cause_state, detail.confidence = group.cause, CauseState.PROPOSED, group.confidence
    detail.cause_named_at = clock.now()
    detail.sentence = {"kind": SentenceKind.CAUSE_MOVED, "params": group.sentence_params | {"before": before_name}}
    save(detail, "cause", "cause_state", "confidence", "cause_named_at", "sentence")
    if not detail.titled:
        detail.item = items.edit_item(detail.item.uuid, title=group.title, actor=actor)
    fact = facts.IncidentCauseNamed(
        key=detail.item.key, before=before, after=group.cause.key, confidence=round(group.confidence, 3)
    )
    told(detail, fact, actor=actor)


def _page_follows(detail: IncidentDetail, team: Team | None, actor: Actor) -> None:
    subject = incident_ref(detail.item.uuid)
    if team is None or team == detail.item.team or detail.item.state == IncidentState.MONITORING:
        paging.retell(subject, sentence(detail), actor=actor)
        return
    detail.item = items.hand_over_item(detail.item.uuid, team, actor=actor)
    follow = paging.leave_page if _is_held_in(team, detail) else paging.move_page
    follow(subject, team, sentence(detail), actor=actor)


def _is_held_in(team: Team, detail: IncidentDetail) -> bool:
    """Whether somebody of the team has said that they have it."""
    if detail.item.state == IncidentState.TRIGGERED:
        return False
    holders = [person for person in (detail.item.assignee, detail.commander) if person]
    return any(team.id in actor_for_person(person).team_ids for person in holders)


@transaction.atomic
def confirm_cause(uuid: UUID, *, service_key: str = "", actor: Actor) -> IncidentDetail:
    """A person agrees with the named cause, or names another (`service_key`) of those the alerts speak of."""
    detail = locked(uuid, actor)
    if detail.group_id is not None:
        alerts.confirm_cause(detail.group_id, actor=actor, service=service_key)
        cause_moved(detail.group_id, actor=ENGINE)
        note_verdict(detail.group_id)
        return locked(uuid, actor)
    if detail.cause is None and not service_key:
        raise Conflict("No cause is named that could be confirmed.")
    return name_cause(uuid, service_key or (detail.cause.key if detail.cause else ""), actor=actor)


@transaction.atomic
def reject_cause(uuid: UUID, *, actor: Actor) -> IncidentDetail:
    """A person says that it is not this. The next suspect is named, where there is one, and the page follows."""
    detail = locked(uuid, actor)
    if detail.group_id is None:
        raise Conflict("A person named this cause; name another instead.")
    alerts.reject_cause(detail.group_id, actor=actor)
    cause_moved(detail.group_id, actor=ENGINE)
    note_verdict(detail.group_id)
    return locked(uuid, actor)


@transaction.atomic
def withdraw_verdict(uuid: UUID, *, service_key: str = "", actor: Actor) -> IncidentDetail:
    """Take back what was said of the cause; `service_key` is whom to suspect again after a rejection."""
    detail = locked(uuid, actor)
    if detail.group_id is None:
        raise Conflict("A person named this cause; name another instead.")
    alerts.withdraw_verdict(detail.group_id, actor=actor, service=service_key)
    cause_moved(detail.group_id, actor=ENGINE)
    note_verdict(detail.group_id)
    return locked(uuid, actor)


@transaction.atomic
def note_verdict(group_id: UUID) -> None:
    """Take over what people said of the cause on the group's side."""
    detail = locked_for_group(group_id)
    verdict = CauseState(group_by_id(ENGINE, group_id).cause_state)
    if detail is not None and detail.cause_state != verdict:
        detail.cause_state = verdict
        save(detail, "cause_state")


@transaction.atomic
def name_cause(uuid: UUID, service_key: str, *, actor: Actor) -> IncidentDetail:
    """A person names the cause of an incident that has no group to tell it."""
    detail = locked(uuid, actor)
    if detail.group_id is not None:
        raise Conflict("The cause of this incident comes from its alerts: confirm it, or reject it.")
    service = service_by_key(actor, service_key)
    before = detail.cause.key if detail.cause else ""
    if before == service.key and detail.cause_state == CauseState.CONFIRMED:
        return detail
    if before != service.key:
        detail.cause, detail.cause_named_at = service, clock.now()
    detail.cause_state = CauseState.CONFIRMED
    save(detail, "cause", "cause_state", "cause_named_at")
    fact = facts.IncidentCauseNamed(key=detail.item.key, before=before, after=service.key, confidence=1.0)
    told(detail, fact, actor=actor)
    return detail
