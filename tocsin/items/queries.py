"""Reading items, for an actor: who may not see the owning team's records is told there are none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from tocsin.accounts.queries import require_visible, visible_teams
from tocsin.accounts.rules import ORGANISATION, Actor, Scope
from tocsin.core.errors import NotFound
from tocsin.core.refs import Ref
from tocsin.items.models import Comment, Item, Link
from tocsin.items.rendering import render
from tocsin.items.rules import Category, LinkKind, Snapshot, parse_human_key
from tocsin.journal.facts import Stored
from tocsin.journal.queries import facts_about


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFilter:
    """Which items are wanted; an empty field asks for nothing. `search` looks in titles."""

    type: str = ""
    state: str = ""
    categories: tuple[Category, ...] = ()
    assignee: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRow:
    """A comment; `html` is rendered and safe."""

    uuid: UUID
    author_kind: str
    author_id: str
    author_label: str
    body: str
    html: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A link seen from one item. `inverse` says that the other record is the one that points here."""

    kind: LinkKind
    target: Ref
    inverse: bool
    label: str


def item_ref(item: Item) -> Ref:
    return Ref("items.item", item.uuid)


def scope_of(item: Item) -> Scope:
    """Who owns the item: its team, or the organisation."""
    return Scope(team_ids=frozenset({item.team_id})) if item.team_id is not None else ORGANISATION


def snapshot(item: Item) -> Snapshot:
    return Snapshot(uuid=item.uuid, key=item.key, type=item.type, state=item.state, team_id=item.team_id)


def item_by_key(actor: Actor, key: str) -> Item:
    """The item INC-12, when this actor may see it."""
    parsed = parse_human_key(key)
    if parsed is None:
        raise NotFound("“{key}” is no key of an item; one looks like INC-12.", key=key)
    project, number = parsed
    return _visible(actor, _rows().filter(project__key=project, number=number))


def keys_of(actor: Actor, uuids: Iterable[UUID]) -> dict[UUID, str]:
    """Human keys by UUID, for rooms that hold only the UUID; items the actor may not see are left out."""
    wanted = set(uuids)
    rows = _rows().filter(visible_teams(actor), uuid__in=wanted) if wanted else []
    return {row.uuid: row.key for row in rows}


def items(actor: Actor, wanted: ItemFilter, *, before_id: int | None = None, limit: int = 100) -> list[Item]:
    """The items this actor may see, newest first, by keyset: pass the last id as `before_id` for the next stretch."""
    rows = _rows().filter(visible_teams(actor))
    exact = {"type": wanted.type, "state": wanted.state, "assignee__login": wanted.assignee}
    rows = rows.filter(**{field: value for field, value in exact.items() if value})
    if wanted.categories:
        rows = rows.filter(category__in=wanted.categories)
    if wanted.search:
        rows = rows.filter(title__icontains=wanted.search)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return list(rows.order_by("-id")[:limit])


def comments(item: Item) -> list[CommentRow]:
    """What was written about an item the actor has been let see, oldest first."""
    rows = Comment.objects.filter(item=item).order_by("id")
    return [
        CommentRow(
            uuid=row.uuid,
            author_kind=row.author_kind,
            author_id=row.author_id,
            author_label=row.author_label,
            body=row.body,
            html=render(row.body),
            created_at=row.created_at,
        )
        for row in rows
    ]


def links(actor: Actor, item: Item) -> list[LinkRow]:
    """What an item links to and what links to it. Items the actor may not see are left out."""
    out = [
        LinkRow(kind=LinkKind(row.kind), target=Ref(row.target_kind, row.target_id), inverse=False, label="")
        for row in Link.objects.filter(item=item).order_by("id")
    ]
    back = Link.objects.filter(target_kind="items.item", target_id=item.uuid).order_by("id").select_related("item")
    out += [LinkRow(kind=LinkKind(row.kind), target=item_ref(row.item), inverse=True, label="") for row in back]
    named = _named(actor, (row.target for row in out))
    return [
        LinkRow(kind=row.kind, target=row.target, inverse=row.inverse, label=named.get(row.target, ""))
        for row in out
        if row.target.kind != "items.item" or row.target in named
    ]


def history(item: Item, *, limit: int = 500) -> list[Stored]:
    """What happened to an item the actor has been let see, newest first."""
    return facts_about([item_ref(item)], limit=limit)


def _named(actor: Actor, targets: Iterable[Ref]) -> dict[Ref, str]:
    uuids = [target.id for target in targets if target.kind == "items.item"]
    rows = _rows().filter(visible_teams(actor), uuid__in=uuids) if uuids else []
    return {item_ref(row): f"{row.key} {row.title}" for row in rows}


def _rows() -> QuerySet[Item]:
    return Item.objects.select_related("project", "team", "assignee")


def _visible(actor: Actor, rows: QuerySet[Item]) -> Item:
    row = rows.first()
    if row is None:
        raise NotFound("There is no such item.")
    require_visible(actor, scope_of(row), "There is no such item.")
    return row
