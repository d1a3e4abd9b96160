"""`tocsin oncall`, `tocsin rotation`."""

from __future__ import annotations

from uuid import UUID

import click

from tocsin.accounts.queries import actor_for_login
from tocsin.core import clock
from tocsin.oncall import actions, queries
from tocsin.oncall.shapes import OnCallOut, on_call_out
from tocsin.ui.terminal import Column, acting, parse_moment, print_rows, reading

DUTIES = (
    Column[OnCallOut]("TEAM", lambda row: row.team),
    Column[OnCallOut]("ROTATION", lambda row: row.rotation),
    Column[OnCallOut]("ON CALL", lambda row: row.now.name or f"nobody ({row.now.because})"),
    Column[OnCallOut]("UNTIL", lambda row: row.now.until),
    Column[OnCallOut]("THEN", lambda row: row.following.name if row.following else None),
)


@click.command()
@click.option("--at", help="Another moment: 2h or 1d from now, or 2026-03-04T03:04:05Z.")
@reading
def oncall(at: str | None, login: str | None, as_json: bool) -> None:
    """Who is on call in every rotation, and who follows."""
    moment = parse_moment(at, clock.now()) if at else None
    rows = [on_call_out(line) for line in queries.on_call_now(actor_for_login(login), at=moment)]
    print_rows(rows, DUTIES, as_json=as_json)


@click.group()
def rotation() -> None:
    """Rotations: who stands in for whom. `tocsin apply` makes the rotations themselves."""


@rotation.command("cover")
@click.argument("key")
@click.argument("person", metavar="LOGIN")
@click.option("--from", "since", help="2h or 1d from now, or 2026-03-04T03:04:05Z; else at once.")
@click.option("--until", required=True, help="The same.")
@acting
def cover(key: str, person: str, since: str | None, until: str, login: str | None) -> None:
    """Let LOGIN stand in in the rotation KEY; prints the id to take it back by."""
    now = clock.now()
    starts_at = parse_moment(since, now) if since else now
    details = actions.OverrideDetails(person=person, starts_at=starts_at, ends_at=parse_moment(until, now))
    click.echo(str(actions.add_override(key, details, actor=actor_for_login(login)).uuid))


@rotation.command("uncover")
@click.argument("override", type=click.UUID)
@acting
def uncover(override: UUID, login: str | None) -> None:
    """Give the duty back to whoever has the turn."""
    actions.remove_override(override, actor=actor_for_login(login))
    click.echo("Removed.")


commands: tuple[click.Command, ...] = (oncall, rotation)
