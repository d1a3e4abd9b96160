"""`tocsin oncall`."""

from __future__ import annotations

import click

from tocsin.accounts.queries import actor_for_login
from tocsin.core import clock
from tocsin.oncall import queries
from tocsin.oncall.shapes import OnCallOut, on_call_out
from tocsin.ui.terminal import Column, parse_moment, print_rows, reading

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


commands: tuple[click.Command, ...] = (oncall,)
