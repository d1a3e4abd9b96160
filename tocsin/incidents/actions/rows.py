"""Locking an incident's two rows, and saving them: what every action of this room begins and ends with."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

from tocsin.accounts.queries import require, require_visible, teams
from tocsin.accounts.rules import ENGINE, Actor, Verb
from tocsin.core import live
from tocsin.core.errors import NotFound
from tocsin.incidents import facts
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.queries.refs import incident_ref
from tocsin.incidents.rules import IncidentState, Transition
from tocsin.items import actions as items
from tocsin.items.queries import scope_of
from tocsin.journal.actions import record
from tocsin.journal.facts import Fact
from tocsin.paging import actions as paging
from tocsin.paging.rules import Sentence, Urgency

if TYPE_CHECKING:
    from tocsin.accounts.models import Team


def locked(uuid: UUID, actor: Actor) -> IncidentDetail:
    """Both rows of an incident under their locks, when the actor may see and change it."""
    detail = _rows().filter(item__uuid=uuid).first()
    if detail is None:
        raise NotFound("There is no such incident.")
    require_visible(actor, scope_of(detail.item), "There is no such incident.")
    require(actor, Verb.RESPOND, scope_of(detail.item))
    return detail


def locked_for_group(group_id: UUID) -> IncidentDetail | None:
    """The incident opened for a group, locked, for the engine; None where the group has none."""
    return _rows().filter(group_id=group_id).first()


def _rows() -> QuerySet[IncidentDetail]:
    rows = IncidentDetail.objects.select_for_update(of=("self", "item"))
    return rows.select_related("item__project", "item__team", "item__assignee", "cause__team", "commander")


def move(detail: IncidentDetail, transition: Transition, *, actor: Actor, reason: str = "") -> None:
    """Move the item; the detail's copy of it follows."""
    detail.item = items.transition_item(detail.item.uuid, transition, actor=actor, reason=reason)


def save(detail: IncidentDetail, *fields: str) -> None:
    """Save some fields of the detail, and tell the screens."""
    if fields:
        detail.save(update_fields=fields)
    live.publish(["incidents", f"incident:{detail.item.uuid}"])


def told(detail: IncidentDetail, fact: Fact, *, actor: Actor, reason: str = "") -> None:
    """Record a fact about this incident."""
    record(fact, actor=actor, subject=incident_ref(detail.item.uuid), reason=reason)


def is_over(detail: IncidentDetail) -> bool:
    return detail.item.state == IncidentState.RESOLVED


def sentence(detail: IncidentDetail) -> Sentence:
    """What a page about this incident says."""
    params = detail.sentence["params"] | {"key": detail.item.key, "severity": detail.severity}
    return Sentence(kind=detail.sentence["kind"], params=params)


def page(detail: IncidentDetail, team: Team, *, actor: Actor) -> None:
    """Wake whoever is on call in a team; a page alive for this incident and team is left to go on."""
    paging.open_page(
        subject=incident_ref(detail.item.uuid),
        team=team,
        sentence=sentence(detail),
        urgency=Urgency.PAGE,
        actor=actor,
    )


def attend(detail: IncidentDetail, actor: Actor) -> None:
    """Page the incident's team; where nobody owns it, the first team there is. Without any team nobody is paged."""
    for team in [detail.item.team] if detail.item.team else teams(ENGINE)[:1]:
        page(detail, team, actor=actor)
        return
    told(detail, facts.IncidentUnattended(key=detail.item.key, why="no_team"), actor=actor)
