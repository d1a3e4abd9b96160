"""Items as the API and the command line tell them: plain values, no rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from tocsin.accounts.rules import Actor
from tocsin.items import queries
from tocsin.items.rules import LinkKind

if TYPE_CHECKING:
    from tocsin.items.models import Item


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


def item_detail(actor: Actor, key: str) -> ItemDetail:
    """The item OPS-12 with its links, when this actor may see it."""
    item = queries.item_by_key(actor, key)
    links = [
        LinkOut(kind=link.kind, target=str(link.target), inverse=link.inverse, label=link.label)
        for link in queries.links(actor, item)
    ]
    return ItemDetail(item=item_out(item), description=item.description, links=links)
