"""Who does what in an incident, and what they say about it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from tocsin.accounts.rules import ENGINE, Actor
from tocsin.core.errors import Conflict, NotFound
from tocsin.core.refs import Ref
from tocsin.incidents import facts
from tocsin.incidents.actions.life import begin_work, work_begun
from tocsin.incidents.actions.rows import is_over, locked, save, sentence, told
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.queries.refs import incident_ref
from tocsin.items import actions as items
from tocsin.items.rules import LinkKind
from tocsin.paging import actions as paging
from tocsin.paging.queries import page_for

if TYPE_CHECKING:
    from tocsin.accounts.models import Person, Team


@transaction.atomic
def take_command(uuid: UUID, commander: Person, *, actor: Actor, via: str) -> IncidentDetail:
    """Somebody leads the work; with that it has begun. `via` is how a page is acknowledged by it."""
    detail = locked(uuid, actor)
    if is_over(detail):
        raise Conflict("{key} is resolved; reopen it first.", key=detail.item.key)
    if detail.commander == commander:
        return detail
    if detail.work_begun_at is None:
        begin_work(uuid, actor=actor, via=via)
        detail = locked(uuid, actor)
    work_begun(detail)
    detail.commander = commander
    save(detail, "commander", "acknowledged_at", "work_begun_at")
    told(detail, facts.IncidentCommanded(key=detail.item.key, commander=str(commander.uuid)), actor=actor)
    return detail


@transaction.atomic
def assign(uuid: UUID, assignee: Person | None, *, actor: Actor) -> IncidentDetail:
    """Give the incident to somebody, or to nobody."""
    detail = locked(uuid, actor)
    detail.item = items.assign_item(uuid, assignee, actor=actor)
    save(detail)
    return detail


@transaction.atomic
def comment(uuid: UUID, body: str, *, actor: Actor) -> IncidentDetail:
    """Write into the timeline, in Markdown."""
    detail = locked(uuid, actor)
    items.comment_item(uuid, body, actor=actor)
    save(detail)
    return detail


@transaction.atomic
def edit(uuid: UUID, *, title: str | None = None, description: str | None = None, actor: Actor) -> IncidentDetail:
    """Change title or description. A title that a person has changed is not changed by the engine any more."""
    detail = locked(uuid, actor)
    before = detail.item.title
    detail.item = items.edit_item(uuid, title=title, description=description, actor=actor)
    renamed = detail.item.title != before
    detail.titled = detail.titled or renamed
    save(detail, *["titled"] if renamed else [])
    return detail


@transaction.atomic
def link(uuid: UUID, kind: LinkKind, target: Ref, *, actor: Actor) -> IncidentDetail:
    """Link the incident to what follows from it, blocks it, or is like it."""
    detail = locked(uuid, actor)
    items.link_item(uuid, kind, target, actor=actor)
    save(detail)
    return detail


@transaction.atomic
def page_team(uuid: UUID, team: Team, *, actor: Actor) -> IncidentDetail:
    """Wake whoever is on call in one more team, or anew where somebody has answered. Conflict while it is paged."""
    detail = locked(uuid, actor)
    if is_over(detail):
        raise Conflict("{key} is resolved; reopen it first.", key=detail.item.key)
    paging.page_again(subject=incident_ref(uuid), team=team, sentence=sentence(detail), actor=actor)
    save(detail)
    return detail


@transaction.atomic
def page_person(uuid: UUID, person: Person, *, actor: Actor) -> IncidentDetail:
    """Wake one person at once, by name; the page is the owning team's."""
    detail = locked(uuid, actor)
    if is_over(detail):
        raise Conflict("{key} is resolved; reopen it first.", key=detail.item.key)
    if detail.item.team is None:
        raise Conflict("No team owns this incident, so nobody's ladder could go on: page a team instead.")
    paging.page_person(
        subject=incident_ref(uuid), team=detail.item.team, person=person, sentence=sentence(detail), actor=actor
    )
    save(detail)
    return detail


@transaction.atomic
def escalate(uuid: UUID, page_uuid: UUID, *, actor: Actor) -> IncidentDetail:
    """Take the next step of one of the incident's pages at once."""
    detail = locked(uuid, actor)
    if page_for(ENGINE, page_uuid).subject != incident_ref(uuid):
        raise NotFound("There is no such page.")
    paging.escalate_now(page_uuid, actor=actor)
    save(detail)
    return detail
