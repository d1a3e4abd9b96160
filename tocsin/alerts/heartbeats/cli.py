"""`tocsin heartbeat`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import click

from tocsin.accounts.queries import actor_for_login
from tocsin.alerts import actions, queries
from tocsin.alerts.actions import HeartbeatDetails
from tocsin.alerts.rules import Severity
from tocsin.alerts.shapes import HeartbeatOut, heartbeat_out
from tocsin.core import clock
from tocsin.ui.terminal import Column, acting, parse_moment, print_rows, reading, say

HEARTBEATS = (
    Column[HeartbeatOut]("NAME", lambda row: row.name),
    Column[HeartbeatOut]("STATE", lambda row: row.state),
    Column[HeartbeatOut]("EVERY", lambda row: str(timedelta(seconds=row.interval_s))),
    Column[HeartbeatOut]("TEAM", lambda row: row.team),
    Column[HeartbeatOut]("LAST PING", lambda row: row.last_ping_at),
    Column[HeartbeatOut]("DUE", lambda row: row.due_at),
)
SEVERITIES = click.Choice([severity.name.lower() for severity in Severity])


@click.group()
def heartbeat() -> None:
    """Heartbeats: what must be heard regularly, else an alert says that it was not."""


@heartbeat.command("list")
@reading
def list_heartbeats(login: str | None, as_json: bool) -> None:
    """The missed first."""
    print_rows([heartbeat_out(row) for row in queries.heartbeats(actor_for_login(login))], HEARTBEATS, as_json=as_json)


@heartbeat.command("save")
@click.argument("name")
@click.option("--every", required=True, help="30s, 10m, 24h or 7d.")
@click.option("--team", default="", metavar="KEY")
@click.option("--service", default="", metavar="KEY", help="What is in trouble when it is missed; else one of its own.")
@click.option("--message", default="", help="The title of its alert.")
@click.option("--tag", "tags", multiple=True)
@click.option("--severity", type=SEVERITIES, default="critical", show_default=True)
@acting
def save_heartbeat(
    name: str, every: str, team: str, service: str, message: str, tags: Sequence[str], severity: str, login: str | None
) -> None:
    """Add the heartbeat NAME, or change it. It is watched from its first ping on."""
    now = clock.now()
    details = HeartbeatDetails(
        name=name,
        interval_s=round((parse_moment(every, now) - now).total_seconds()),
        team=team,
        service=service,
        message=message,
        tags=tags,
        severity=Severity[severity.upper()],
    )
    actions.save_heartbeat(details, actor=actor_for_login(login))
    say("saved")


@heartbeat.command("enable")
@click.argument("name")
@acting
def enable_heartbeat(name: str, login: str | None) -> None:
    """Watch it (again); it has its whole interval from now."""
    actions.switch_heartbeat(name, enabled=True, actor=actor_for_login(login))
    say("watched")


@heartbeat.command("disable")
@click.argument("name")
@acting
def disable_heartbeat(name: str, login: str | None) -> None:
    """Watch it no more; its alert is over."""
    actions.switch_heartbeat(name, enabled=False, actor=actor_for_login(login))
    say("off")


@heartbeat.command("remove")
@click.argument("name")
@acting
def remove_heartbeat(name: str, login: str | None) -> None:
    """Forget it; its alert is over."""
    actions.remove_heartbeat(name, actor=actor_for_login(login))
    say("removed")


commands: tuple[click.Command, ...] = (heartbeat,)
