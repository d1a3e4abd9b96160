"""`tocsin change`."""

from __future__ import annotations

from datetime import datetime

import click

from tocsin.accounts.queries import actor_for_login
from tocsin.deployments import queries
from tocsin.deployments.actions import NewChange, record_changes
from tocsin.deployments.shapes import ChangeOut, change_out
from tocsin.ui.terminal import Column, print_rows, reading

CHANGES = (
    Column[ChangeOut]("AT", lambda row: row.changed_at),
    Column[ChangeOut]("SERVICE", lambda row: row.service),
    Column[ChangeOut]("WHAT", lambda row: row.summary),
    Column[ChangeOut]("SOURCE", lambda row: row.source),
)


@click.group()
def change() -> None:
    """What was changed, and telling of a change."""


@change.command("list")
@click.option("--text", default="", help="A part of what was changed, or of its source.")
@click.option("--service", default="", help="Key of a service.")
@reading
def list_changes(text: str, service: str, login: str | None, as_json: bool) -> None:
    """The newest changes first."""
    wanted = queries.Wanted(text=text, service=service)
    rows, _ = queries.changes(actor_for_login(login), wanted)
    print_rows([change_out(row) for row in rows], CHANGES, as_json=as_json)


@change.command("record")
@click.argument("summary")
@click.option("--service", default="", help="Key of the service that was changed.")
@click.option("--key", default="", help="Tells repeats: the same key again is the same change.")
@click.option("--source", default="", help="Who or what changed it, such as a pipeline.")
@click.option("--at", default="", help="When, as RFC 3339; now unless given.")
@click.option("--link", "links", multiple=True, help="Address of a build, commit or ticket; may be repeated.")
@reading
def record_change(
    summary: str,
    service: str,
    key: str,
    source: str,
    at: str,
    links: tuple[str, ...],
    login: str | None,
    as_json: bool,
) -> None:
    """Tell of a change."""
    new = NewChange(
        summary=summary,
        key=key,
        service=service,
        source=source,
        changed_at=_moment(at),
        links=[{"href": link, "text": ""} for link in links],
    )
    rows = record_changes([new], actor=actor_for_login(login))
    print_rows([change_out(row) for row in rows], CHANGES, as_json=as_json)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text} is not a time such as 2026-11-24T10:00:00Z.", param_hint="--at") from None
    if found.tzinfo is None:
        raise click.BadParameter(f"{text} has no offset from UTC.", param_hint="--at")
    return found


commands: tuple[click.Command, ...] = (change,)
