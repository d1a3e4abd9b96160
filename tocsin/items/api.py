"""`/api/v1`: items of any type, by their human key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from ninja import Query, Router, Schema, Status

from tocsin.accounts.queries import ApiRequest
from tocsin.items import actions, queries
from tocsin.items.rules import Category, LinkKind

if TYPE_CHECKING:
    from tocsin.items.models import Item

router = Router(tags=["items"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOut:
    """An item. `category` is todo, in_progress or done, whatever the states of its type are called."""

    id: UUID
    key: str
    type: str
    title: str
    state: str
    category: str
    team: str | None
    assignee: str | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemList:
    """One stretch of items, newest first."""

    results: list[ItemOut]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOut:
    """`inverse`: the other record is the one that points here. `target` is `kind:uuid`, `label` its key and title."""

    kind: LinkKind
    target: str
    inverse: bool
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDetail:
    """An item with its description (Markdown) and links."""

    item: ItemOut
    description: str
    links: list[LinkOut]


class NewLink(Schema):
    """A link to another item by its key."""

    kind: LinkKind
    target: str


@router.get("/items", response=ItemList)
def list_items(
    request: ApiRequest,
    item_type: Annotated[str, Query(alias="type")] = "",
    state: str = "",
    category: Category | None = None,
    assignee: str = "",
    search: str = "",
    before: int | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ItemList:
    """Items of every type this caller may see."""
    wanted = queries.ItemFilter(
        type=item_type, state=state, categories=(category,) if category else (), assignee=assignee, search=search
    )
    rows = queries.items(request.auth, wanted, before_id=before, limit=limit)
    return ItemList(results=[item_out(row) for row in rows], next=rows[-1].id if len(rows) == limit else None)


@router.get("/items/{key}", response=ItemDetail)
def show_item(request: ApiRequest, key: str) -> ItemDetail:
    """One item with its links."""
    return _detail(request, key)


@router.post("/items/{key}/links", response=ItemDetail)
def link_items(request: ApiRequest, key: str, new: NewLink) -> ItemDetail:
    """Link an item to another; linked so already, it stays so."""
    item, target = (queries.item_by_key(request.auth, each) for each in (key, new.target))
    actions.link_item(item.uuid, new.kind, queries.item_ref(target), actor=request.auth)
    return _detail(request, key)


@router.delete("/items/{key}/links/{kind}/{target}", response={204: None})
def unlink_items(request: ApiRequest, key: str, kind: LinkKind, target: str) -> Status[None]:
    """Take a link away."""
    item, other = (queries.item_by_key(request.auth, each) for each in (key, target))
    actions.unlink_item(item.uuid, kind, queries.item_ref(other), actor=request.auth)
    return Status(204, None)


def _detail(request: ApiRequest, key: str) -> ItemDetail:
    item = queries.item_by_key(request.auth, key)
    links = [
        LinkOut(kind=link.kind, target=str(link.target), inverse=link.inverse, label=link.label)
        for link in queries.links(request.auth, item)
    ]
    return ItemDetail(item=item_out(item), description=item.description, links=links)


def item_out(item: Item) -> ItemOut:
    """An item as the API and `--json` tell it."""
    return ItemOut(
        id=item.uuid,
        key=item.key,
        type=item.type,
        title=item.title,
        state=item.state,
        category=item.category,
        team=item.team.key if item.team else None,
        assignee=item.assignee.login if item.assignee else None,
        created_at=item.created_at,
        updated_at=item.updated_at,
        closed_at=item.closed_at,
    )
