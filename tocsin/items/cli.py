"""`tocsin item`."""

from __future__ import annotations

import click

from tocsin.accounts.queries import actor_for_login
from tocsin.items import actions, queries
from tocsin.items.rules import Category, LinkKind
from tocsin.items.shapes import ItemList, ItemOut, LinkOut, item_detail, item_out
from tocsin.ui.terminal import Column, acting, print_fields, print_json, print_rows, reading

ITEMS = (
    Column[ItemOut]("KEY", lambda row: row.key),
    Column[ItemOut]("TYPE", lambda row: row.type),
    Column[ItemOut]("STATE", lambda row: row.state),
    Column[ItemOut]("TEAM", lambda row: row.team),
    Column[ItemOut]("ASSIGNEE", lambda row: row.assignee),
    Column[ItemOut]("TITLE", lambda row: row.title),
)
LINKS = (
    Column[LinkOut]("LINK", lambda row: f"← {row.kind}" if row.inverse else row.kind),
    Column[LinkOut]("RECORD", lambda row: row.label or row.target),
)
KINDS = click.Choice([kind.value for kind in LinkKind])


@click.group()
def item() -> None:
    """Items of every type: what people work on."""


@item.command("list")
@click.option("--type", "item_type", default="", help="Only this type, such as incident.")
@click.option("--state", default="")
@click.option("--category", type=click.Choice([each.value for each in Category]))
@click.option("--assignee", default="", metavar="LOGIN")
@click.option("--search", default="", help="A part of the title.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@reading
def list_items(
    item_type: str,
    state: str,
    category: str | None,
    assignee: str,
    search: str,
    limit: int,
    login: str | None,
    as_json: bool,
) -> None:
    """Items, newest first."""
    wanted = queries.ItemFilter(
        type=item_type,
        state=state,
        categories=(Category(category),) if category else (),
        assignee=assignee,
        search=search,
    )
    found = queries.items(actor_for_login(login), wanted, limit=limit)
    rows = [item_out(row) for row in found]
    whole = ItemList(results=rows, next=found[-1].id if len(found) == limit else None)
    print_rows(rows, ITEMS, as_json=as_json, whole=whole)


@item.command("show")
@click.argument("key")
@reading
def show_item(key: str, login: str | None, as_json: bool) -> None:
    """One item with its links."""
    detail = item_detail(actor_for_login(login), key)
    if as_json:
        print_json(detail)
        return
    print_fields([*((column.title, column.of(detail.item)) for column in ITEMS), ("TEXT", detail.description)])
    if detail.links:
        print_rows(detail.links, LINKS, as_json=False)


@item.command("link")
@click.argument("key")
@click.argument("kind", type=KINDS)
@click.argument("target")
@acting
def link_item(key: str, kind: str, target: str, login: str | None) -> None:
    """Link an item to another: KEY is what KIND says of TARGET."""
    actor = actor_for_login(login)
    row, other = (queries.item_by_key(actor, each) for each in (key, target))
    actions.link_item(row.uuid, LinkKind(kind), queries.item_ref(other), actor=actor)
    click.echo("Linked.")


@item.command("unlink")
@click.argument("key")
@click.argument("kind", type=KINDS)
@click.argument("target")
@acting
def unlink_item(key: str, kind: str, target: str, login: str | None) -> None:
    """Take a link away."""
    actor = actor_for_login(login)
    row, other = (queries.item_by_key(actor, each) for each in (key, target))
    actions.unlink_item(row.uuid, LinkKind(kind), queries.item_ref(other), actor=actor)
    click.echo("Unlinked.")


commands: tuple[click.Command, ...] = (item,)
