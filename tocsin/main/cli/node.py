"""Commands about this node: init, serve, check, settings."""

from __future__ import annotations

import json
import logging.config
import sys
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from tocsin.core import config as configs
from tocsin.core import keyring


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def settings_command(as_json: bool) -> None:
    """List every setting: its value here, its default, what it means."""
    described = configs.describe(configs.load())
    if as_json:
        click.echo(json.dumps([asdict(each) for each in described], indent=2))
        return
    table = Table("Setting", "Value", "Default", "Meaning", show_lines=False)
    for each in described:
        table.add_row(each.name, each.value, each.default, each.help)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@click.command("init")
@click.option("--login", default="admin", show_default=True, help="Login of the first administrator.")
@click.option("--name", default="Administrator", show_default=True, help="Their name.")
@click.option("--email", default="", help="Their e-mail address.")
@click.option("--organisation", default="My organisation", show_default=True, help="What this installation serves.")
def init_command(login: str, name: str, email: str, organisation: str) -> None:
    """Make the key ring and the first administrator; print a one-time sign-in link. Safe to repeat."""
    config = configs.load()
    path = keyring.create(config.data_dir)
    from tocsin.main import boot  # noqa: PLC0415 - needs the key ring made above

    with boot.connected(config):
        from tocsin.accounts import actions, queries  # noqa: PLC0415 - imports models
        from tocsin.accounts.rules import SYSTEM, Role  # noqa: PLC0415

        if queries.organisation() is None:
            actions.save_organisation(name=organisation, language=config.language, zone=config.zone, actor=SYSTEM)
        details = actions.PersonDetails(login=login, name=name, email=email, role=Role.ADMIN)
        actions.save_person(details, actor=SYSTEM)
        link = actions.issue_sign_in_link(login, actor=SYSTEM)
    click.echo(f"Key ring:  {path} (back it up: without it keys and links stop working)")
    click.echo(f"Sign in once, within 30 minutes of now, while `tocsin serve` runs:\n{link}")


@click.command("serve")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(["intake", "web", "engine"]),
    help="Do only this (may be repeated); without it the node does everything.",
)
def serve_command(roles: tuple[str, ...]) -> None:
    """Run this node until Ctrl-C: alerts in, screens, paging, and the embedded database unless another is set."""
    from tocsin.main import serve  # noqa: PLC0415 - loads the launcher

    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": "tocsin.main.logs.LineFormatter"}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": "INFO"},
        }
    )
    config = configs.load()
    wanted = frozenset(serve.Role(role) for role in roles) or frozenset(serve.Role)
    click.echo(f"Tocsin is starting on {config.url} (stop with Ctrl-C)", err=True)
    serve.serve(config, wanted)


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check_command(as_json: bool) -> None:
    """Say whether this node is healthy, and why not. Exits 1 when something must be mended."""
    from tocsin.main import check  # noqa: PLC0415 - loads the launcher and the driver

    results = check.examine(configs.load())
    if as_json:
        click.echo(json.dumps([asdict(each) for each in results], indent=2))
    else:
        for each in results:
            click.echo(f"{each.state.upper():5} {each.name}: {each.detail}")
    if any(each.state == check.State.BAD for each in results):
        sys.exit(1)
