"""`tocsin service`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tocsin.accounts.queries import actor_for_login
from tocsin.assets import actions, queries, rules
from tocsin.assets.shapes import ServiceDetail, ServiceOut, service_out
from tocsin.ui.terminal import Column, acting, print_fields, print_json, print_rows, reading

SERVICES = (
    Column[ServiceOut]("KEY", lambda row: row.key),
    Column[ServiceOut]("TIER", lambda row: row.tier),
    Column[ServiceOut]("KIND", lambda row: row.kind),
    Column[ServiceOut]("SITE", lambda row: row.site),
    Column[ServiceOut]("TEAM", lambda row: row.team),
    Column[ServiceOut]("SOURCE", lambda row: row.source),
)


@click.group()
def service() -> None:
    """Services and what they need."""


@service.command("list")
@click.option("--search", default="", help="A part of the key.")
@reading
def list_services(search: str, login: str | None, as_json: bool) -> None:
    """Services by key."""
    rows = [service_out(row) for row in queries.services(actor_for_login(login), search=search)]
    print_rows(rows, SERVICES, as_json=as_json)


@service.command("show")
@click.argument("key")
@reading
def show_service(key: str, login: str | None, as_json: bool) -> None:
    """One service and its neighbours on the map."""
    actor = actor_for_login(login)
    row = queries.service_by_key(actor, key)
    needs, needed_by = queries.neighbours(actor, row)
    detail = ServiceDetail(service=service_out(row), needs=needs, needed_by=needed_by)
    if as_json:
        print_json(detail)
        return
    print_fields((column.title, column.of(detail.service)) for column in SERVICES)
    print_fields([("NEEDS", ", ".join(needs)), ("NEEDED BY", ", ".join(needed_by))])


@click.command("import")
@click.argument("monitor", type=click.Choice([monitor.value for monitor in rules.Monitor]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--plan", "only_plan", is_flag=True, help="Show what would be added and change nothing.")
@acting
def import_command(monitor: str, file: Path, only_plan: bool, login: str | None) -> None:
    """Add the hosts of a monitoring system, and what they need, to the services.

    FILE is Nagios' object cache (object_cache_file), or what `icinga2 object list` prints; "-" reads standard input.
    What is there already stays as it is, and nothing is removed. Importing again adds nothing.
    """
    text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8", errors="replace")
    found = rules.read(rules.Monitor(monitor), text, file=str(file))
    if wrong := queries.map_problems(found):
        for problem in wrong:
            click.echo(f"{problem.place.file}:{problem.place.line}: {problem.what}", err=True)
        click.echo(f"{len(wrong)} problem{'s' if len(wrong) > 1 else ''}; nothing was imported.", err=True)
        sys.exit(2)
    new = actions.import_map(found, actor=actor_for_login(login), only_plan=only_plan)
    for host in new.hosts:
        click.echo(f"+ {host.key}")
    for caller, callee in new.needs:
        click.echo(f"+ {caller} needs {callee}")
    for key in new.removed:
        click.echo(f"  {key} was removed here and stays so")
    done = "Plan" if only_plan else "Added"
    click.echo(f"{done}: {len(new.hosts)} services, {len(new.needs)} dependencies.")


commands: tuple[click.Command, ...] = (service, import_command)
