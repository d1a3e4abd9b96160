"""`/api/v1`: items of any type, by their human key."""

from __future__ import annotations

from typing import Annotated

from ninja import Query, Router, Schema, Status

from tocsin.accounts.queries import ApiRequest
from tocsin.items import actions, queries
from tocsin.items.rules import Category, LinkKind
from tocsin.items.shapes import ItemDetail, ItemList, item_detail, item_out

router = Router(tags=["items"])


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
    return item_detail(request.auth, key)


@router.post("/items/{key}/links", response=ItemDetail)
def link_items(request: ApiRequest, key: str, new: NewLink) -> ItemDetail:
    """Link an item to another; linked so already, it stays so."""
    item, target = (queries.item_by_key(request.auth, each) for each in (key, new.target))
    actions.link_item(item.uuid, new.kind, queries.item_ref(target), actor=request.auth)
    return item_detail(request.auth, key)


@router.delete("/items/{key}/links/{kind}/{target}", response={204: None})
def unlink_items(request: ApiRequest, key: str, kind: LinkKind, target: str) -> Status[None]:
    """Take a link away."""
    item, other = (queries.item_by_key(request.auth, each) for each in (key, target))
    actions.unlink_item(item.uuid, kind, queries.item_ref(other), actor=request.auth)
    return Status(204, None)
