"""`tocsin page`."""

from __future__ import annotations

from uuid import UUID

import click
from django.conf import settings

from tocsin.accounts.queries import actor_for_login
from tocsin.accounts.rules import Actor
from tocsin.paging import actions, queries
from tocsin.paging.rules import PageState
from tocsin.paging.shapes import PageList, PageOut, PageReport, ToldOut, page_out, page_report
from tocsin.ui.terminal import Column, acting, print_fields, print_json, print_rows, reading

PAGES = (
    Column[PageOut]("ID", lambda row: row.id),
    Column[PageOut]("TEAM", lambda row: row.team),
    Column[PageOut]("STATE", lambda row: row.state),
    Column[PageOut]("OPENED", lambda row: row.opened_at),
    Column[PageOut]("NEXT STEP", lambda row: row.next_step_at),
    Column[PageOut]("ANSWERED BY", lambda row: row.acknowledged_by),
    Column[PageOut]("ABOUT", lambda row: row.about),
)
TOLD = (
    Column[ToldOut]("TOLD", lambda row: row.at),
    Column[ToldOut]("WHO", lambda row: row.login),
    Column[ToldOut]("WHY", lambda row: row.why),
    Column[ToldOut]("OVER", lambda row: row.channel or "nothing"),
    Column[ToldOut]("DELIVERY", lambda row: row.delivery_state),
    Column[ToldOut]("SENT", lambda row: row.sent_at),
    Column[ToldOut]("ANSWERED", lambda row: row.answered_at),
)


@click.group()
def page() -> None:
    """Pages: calls for a human, whom they told, and who answered."""


@page.command("list")
@click.option("--state", type=click.Choice([state.value for state in PageState]))
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@reading
def list_pages(state: str | None, limit: int, login: str | None, as_json: bool) -> None:
    """Pages, newest first."""
    states = (PageState(state),) if state else ()
    rows = [page_out(row) for row in queries.pages(actor_for_login(login), states=states, limit=limit)]
    whole = PageList(results=rows, next=rows[-1].id if len(rows) == limit else None)
    print_rows(rows, PAGES, as_json=as_json, whole=whole)


@page.command("show")
@click.argument("page_id", metavar="ID", type=click.UUID)
@reading
def show_page(page_id: UUID, login: str | None, as_json: bool) -> None:
    """One page: what it says, whom it told, whom it wakes next."""
    report = _report(actor_for_login(login), page_id)
    if as_json:
        print_json(report)
        return
    print_fields([("SAYS", report.text), *((column.title, column.of(report.page)) for column in PAGES)])
    print_fields([("THEN WAKES", ", ".join(report.next_people)), ("AT", report.next_at)])
    print_rows(report.told, TOLD, as_json=False)


@page.command("ack")
@click.argument("page_id", metavar="ID", type=click.UUID)
@acting
def acknowledge(page_id: UUID, login: str | None) -> None:
    """Answer a page: nobody more is woken."""
    actor = actor_for_login(login)
    queries.page_for(actor, page_id)
    row = actions.acknowledge_page(page_id, actor=actor, via="cli")
    click.echo(f"Answered by {row.acknowledged_by}.")


@page.command("escalate")
@click.argument("page_id", metavar="ID", type=click.UUID)
@acting
def escalate(page_id: UUID, login: str | None) -> None:
    """Take the next step of its policy at once."""
    actor = actor_for_login(login)
    queries.page_for(actor, page_id)
    actions.escalate_now(page_id, actor=actor)
    told = ", ".join(dict.fromkeys(row.login for row in _report(actor, page_id).told))
    click.echo(f"Told so far: {told or 'nobody'}.")


def _report(actor: Actor, page_id: UUID) -> PageReport:
    return page_report(actor, page_id, language=settings.CONFIG.language, zone=settings.CONFIG.zone)


commands: tuple[click.Command, ...] = (page,)
