"""`tocsin service`."""

from __future__ import annotations

import click

from tocsin.accounts.queries import actor_for_login
from tocsin.assets import queries
from tocsin.assets.shapes import ServiceDetail, ServiceOut, service_out
from tocsin.ui.terminal import Column, print_fields, print_json, print_rows, reading

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


commands: tuple[click.Command, ...] = (service,)
