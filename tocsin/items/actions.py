"""Changing items. Each action locks the row, asks the rules, saves, and records the fact, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from tocsin.accounts.queries import require, require_visible
from tocsin.accounts.rules import ORGANISATION, Actor, Scope, Verb
from tocsin.core import clock, live
from tocsin.core.errors import Conflict, InvalidInput, NotFound
from tocsin.core.refs import Ref
from tocsin.items import facts
from tocsin.items.models import Comment, Item, Link, Project
from tocsin.items.ports import ask_gates, item_type
from tocsin.items.queries import item_ref, scope_of, snapshot
from tocsin.items.rules import MAX_TEXT, MAX_TITLE, Category, LinkKind, Move, MoveReason, State, is_project_key, move
from tocsin.journal.actions import record

if TYPE_CHECKING:
    from tocsin.accounts.models import Person, Team


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """What a new item starts with. `description` is Markdown."""

    project: str
    type: str
    title: str
    description: str = ""
    team: Team | None = None
    assignee: Person | None = None


@transaction.atomic
def save_project(*, key: str, name: str, actor: Actor) -> Project:
    """Add a project, or name the one with that key anew. Unchanged details write nothing."""
    require(actor, Verb.ADMINISTER)
    if not is_project_key(key):
        raise InvalidInput("“{key}” is no project key: 2 to 10 capital letters or digits, a letter first.", key=key)
    rows = Project.objects.select_for_update().filter(key=key)
    if not rows:
        Project.objects.bulk_create([Project(key=key, name="")], ignore_conflicts=True)
    project = rows.all()[0]
    if project.name != name:
        created, project.name = not project.name, name
        project.save(update_fields=["name"])
        fact = facts.ProjectSaved(key=key, created=created)
        record(fact, actor=actor, subject=Ref("items.project", project.uuid))
    return project


@transaction.atomic
def create_item(new: NewItem, *, actor: Actor) -> Item:
    """Make an item with the next number of its project, in the first state of its type's workflow."""
    workflow = item_type(new.type).workflow
    require(actor, Verb.RESPOND, Scope(team_ids=frozenset({new.team.id})) if new.team else ORGANISATION)
    project = Project.objects.select_for_update().filter(key=new.project).first()
    if project is None:
        raise NotFound("There is no project “{key}”.", key=new.project)
    project.last_number += 1
    project.save(update_fields=["last_number"])
    item = Item.objects.create(
        project=project,
        number=project.last_number,
        type=new.type,
        title=_title(new.title),
        description=_text(new.description),
        state=workflow.initial.key,
        category=workflow.initial.category,
        team=new.team,
        assignee=new.assignee,
    )
    record(facts.ItemCreated(key=item.key, type=item.type, state=item.state), actor=actor, subject=item_ref(item))
    _publish(item)
    return item


@transaction.atomic
def edit_item(uuid: UUID, *, title: str | None = None, description: str | None = None, actor: Actor) -> Item:
    """Change title or description; None leaves it. Unchanged texts write nothing."""
    item = _locked(uuid, actor)
    wanted = {
        "title": None if title is None else _title(title),
        "description": None if description is None else _text(description),
    }
    changed = [field for field, value in wanted.items() if value is not None and value != getattr(item, field)]
    if changed:
        for field in changed:
            setattr(item, field, wanted[field])
        _save(item, changed)
        record(facts.ItemEdited(key=item.key, changed=changed), actor=actor, subject=item_ref(item))
    return item


@transaction.atomic
def transition_item(uuid: UUID, transition: str, *, actor: Actor, reason: str = "") -> Item:
    """Take a transition of the item's workflow. To be where it leads already is not an error, and writes nothing.

    Conflict names why not: a state that does not allow it, or the gate that holds it.
    """
    item = _locked(uuid, actor)
    decision = move(item_type(item.type).workflow, item.state, transition)
    if decision.reason is MoveReason.ALREADY_THERE:
        return item
    target = _allowed(decision, item, transition)
    verdict = ask_gates(snapshot(item), transition)
    if not verdict.allowed:
        raise Conflict(verdict.reason, code=MoveReason.HELD_BY_GATE)  # allow: refusals - the gate's own sentence
    before, item.state, item.category = item.state, target.key, target.category
    item.closed_at = clock.now() if target.category is Category.DONE else None
    _save(item, ["state", "category", "closed_at"])
    fact = facts.ItemMoved(key=item.key, transition=transition, before=before, after=item.state)
    record(fact, actor=actor, subject=item_ref(item), reason=reason)
    return item


@transaction.atomic
def assign_item(uuid: UUID, assignee: Person | None, *, actor: Actor) -> Item:
    """Give the item to somebody, or to nobody."""
    item = _locked(uuid, actor)
    if assignee is not None and not assignee.is_active:
        raise InvalidInput("“{login}” is not active and cannot be given anything.", login=assignee.login)
    before = item.assignee
    if before != assignee:
        item.assignee = assignee
        _save(item, ["assignee"])
        fact = facts.ItemAssigned(key=item.key, before=_uuid(before), after=_uuid(assignee))
        record(fact, actor=actor, subject=item_ref(item))
    return item


@transaction.atomic
def hand_over_item(uuid: UUID, team: Team | None, *, actor: Actor) -> Item:
    """Let another team own the item."""
    item = _locked(uuid, actor)
    before = item.team
    if before != team:
        item.team = team
        _save(item, ["team"])
        fact = facts.ItemHandedOver(key=item.key, before=before.key if before else "", after=team.key if team else "")
        record(fact, actor=actor, subject=item_ref(item))
    return item


@transaction.atomic
def comment_item(uuid: UUID, body: str, *, actor: Actor) -> Comment:
    """Write about an item, in Markdown."""
    item = _locked(uuid, actor)
    text = _text(body).strip()
    if not text:
        raise InvalidInput("comment: write something first.")
    comment = Comment.objects.create(
        item=item, author_kind=actor.kind, author_id=actor.id, author_label=actor.label, body=text
    )
    _save(item, [])
    record(facts.ItemCommented(key=item.key, comment=str(comment.uuid)), actor=actor, subject=item_ref(item))
    return comment


@transaction.atomic
def link_item(uuid: UUID, kind: LinkKind, target: Ref, *, actor: Actor) -> None:
    """Link the item to a record. To be linked so already is not an error, and writes nothing."""
    item = _locked(uuid, actor)
    if target == item_ref(item):
        raise InvalidInput("An item cannot be linked to itself.")
    _, created = Link.objects.get_or_create(item=item, kind=kind, target_kind=target.kind, target_id=target.id)
    if created:
        fact = facts.ItemLinked(key=item.key, link=kind, target_kind=target.kind, target_id=str(target.id))
        record(fact, actor=actor, subject=item_ref(item))
        _publish(item)


@transaction.atomic
def unlink_item(uuid: UUID, kind: LinkKind, target: Ref, *, actor: Actor) -> None:
    """Take a link away."""
    item = _locked(uuid, actor)
    rows = Link.objects.filter(item=item, kind=kind, target_kind=target.kind, target_id=target.id)
    if not rows.delete()[0]:
        raise NotFound("There is no such link.")
    fact = facts.ItemUnlinked(key=item.key, link=kind, target_kind=target.kind, target_id=str(target.id))
    record(fact, actor=actor, subject=item_ref(item))
    _publish(item)


def _locked(uuid: UUID, actor: Actor) -> Item:
    """The row under its lock, when the actor may see and change it."""
    rows = Item.objects.select_for_update(of=("self",)).select_related("project", "team", "assignee")
    item = rows.filter(uuid=uuid).first()
    if item is None:
        raise NotFound("There is no such item.")
    require_visible(actor, scope_of(item), "There is no such item.")
    require(actor, Verb.RESPOND, scope_of(item))
    return item


def _allowed(decision: Move, item: Item, transition: str) -> State:
    if decision.reason is MoveReason.UNKNOWN_TRANSITION or decision.target is None:
        raise InvalidInput(
            "Items of type “{type}” have no transition “{transition}”.",
            type=item.type,
            transition=transition,
            code=decision.reason,
        )
    if decision.reason is MoveReason.WRONG_STATE:
        raise Conflict(
            "{key} is “{state}”, which does not allow “{transition}”.",
            key=item.key,
            state=item.state,
            transition=transition,
            code=decision.reason,
        )
    return decision.target


def _save(item: Item, fields: list[str]) -> None:
    item.updated_at = clock.now()
    item.save(update_fields=[*fields, "updated_at"])
    _publish(item)


def _publish(item: Item) -> None:
    live.publish([f"item:{item.uuid}", f"items.{item.type}"])


def _uuid(person: Person | None) -> str:
    return str(person.uuid) if person else ""


def _title(text: str) -> str:
    title = " ".join(text.split())
    if not title or len(title) > MAX_TITLE:
        raise InvalidInput("title: 1 to {most} characters.", most=MAX_TITLE)
    return title


def _text(text: str) -> str:
    if len(text) > MAX_TEXT or "\0" in text:
        raise InvalidInput("text: at most {most} characters, and no NUL.", most=MAX_TEXT)
    return text
