"""`tocsin maintenance`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from tocsin.accounts.queries import actor_for_login
from tocsin.alerts import actions, queries
from tocsin.alerts.actions import MaintenanceDetails
from tocsin.alerts.shapes import WindowOut, parse_matcher, window_out
from tocsin.core import clock
from tocsin.ui.terminal import Column, acting, parse_moment, print_rows, reading, say


def _what(row: WindowOut) -> str:
    """What it names, in one cell: `db*` stands for what depends on db too."""
    star = "*" if row.dependents else ""
    named = [f"{key}{star}" for key in row.services]
    named += [f"integration {key}" for key in row.integrations] + [f"team {key}{star}" for key in row.teams]
    return ", ".join(named + [f"{m['label']}{m['op']}{m['value']}" for m in row.matchers])


WINDOWS = (
    Column[WindowOut]("KEY", lambda row: row.key),
    Column[WindowOut]("STATE", lambda row: row.state),
    Column[WindowOut]("FROM", lambda row: row.starts_at),
    Column[WindowOut]("UNTIL", lambda row: row.ended_at or row.ends_at or "ended by hand"),
    Column[WindowOut]("COVERS", _what),
    Column[WindowOut]("BY", lambda row: row.owner or row.author),
    Column[WindowOut]("REASON", lambda row: row.reason),
)


@click.group()
def maintenance() -> None:
    """Maintenance windows: planned work, whose alerts are kept and shown but page nobody."""


@maintenance.command("list")
@click.option("--over", is_flag=True, help="Those that are over instead.")
@reading
def list_maintenance(over: bool, login: str | None, as_json: bool) -> None:
    """Windows that run or are planned, by their beginning."""
    rows = [window_out(row) for row in queries.windows(actor_for_login(login), over=over)]
    print_rows(rows, WINDOWS, as_json=as_json)


@maintenance.command("save")
@click.argument("key")
@click.option("--reason", required=True)
@click.option("--from", "since", help="30m, 2h or 1d from now, or 2026-03-04T03:04:05Z; else as it was, or at once.")
@click.option("--until", help="The same; else until it is ended.")
@click.option("--service", "services", multiple=True, metavar="KEY")
@click.option("--dependents", is_flag=True, help="Also all that depends on those services.")
@click.option("--integration", "integrations", multiple=True, metavar="KEY")
@click.option("--team", "teams", multiple=True, metavar="KEY", help="The services it owns.")
@click.option("--match", "matchers", multiple=True, metavar="LABEL=VALUE", help="As `tocsin silence add` takes them.")
@click.option("--owner", default="", metavar="LOGIN")
@acting
def save_maintenance(
    key: str,
    reason: str,
    since: str | None,
    until: str | None,
    services: Sequence[str],
    dependents: bool,
    integrations: Sequence[str],
    teams: Sequence[str],
    matchers: Sequence[str],
    owner: str,
    login: str | None,
) -> None:
    """Plan the window KEY, or change it."""
    now, actor = clock.now(), actor_for_login(login)
    before = next((row for row in queries.windows(actor) if row.key == key), None)
    details = MaintenanceDetails(
        key=key,
        reason=reason,
        starts_at=parse_moment(since, now) if since else before.starts_at if before else now,
        ends_at=parse_moment(until, now) if until else None,
        services=services,
        dependents=dependents,
        integrations=integrations,
        teams=teams,
        matchers=[parse_matcher(text) for text in matchers],
        owner=owner,
    )
    actions.save_maintenance(details, actor=actor)
    say("planned")


@maintenance.command("prolong")
@click.argument("key")
@click.option("--until", help="30m, 2h or 1d from now, or 2026-03-04T03:04:05Z; else until it is ended.")
@acting
def prolong_maintenance(key: str, until: str | None, login: str | None) -> None:
    """Give a window another end, later or earlier."""
    moment = parse_moment(until, clock.now()) if until else None
    actions.prolong_maintenance(key, until=moment, actor=actor_for_login(login))
    say("prolonged")


@maintenance.command("end")
@click.argument("key")
@acting
def end_maintenance(key: str, login: str | None) -> None:
    """End a window now; one that has not begun is cancelled."""
    actions.end_maintenance(key, actor=actor_for_login(login))
    say("ended")


@maintenance.command("remove")
@click.argument("key")
@acting
def remove_maintenance(key: str, login: str | None) -> None:
    """Take a window from the lists, ending it where it runs; its record stays."""
    actions.remove_maintenance(key, actor=actor_for_login(login))
    say("removed")


commands: tuple[click.Command, ...] = (maintenance,)
