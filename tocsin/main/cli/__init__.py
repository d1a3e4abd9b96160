"""`tocsin` on the command line: what a person can do on the screens, and what an operator does to the server.

A command's module is loaded when the command is asked for, so that `tocsin correlate` needs no Django and
`tocsin alert …` has a database. Rooms bring their own commands in `cli.py`.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from importlib import import_module

import click

from tocsin import __version__
from tocsin.core.errors import TocsinError

OWN = {
    "apply": "tocsin.main.cli.company",
    "check": "tocsin.main.cli.node",
    "correlate": "tocsin.main.cli.correlate",
    "db": "tocsin.main.cli.db",
    "demo": "tocsin.main.cli.demo",
    "export": "tocsin.main.cli.company",
    "init": "tocsin.main.cli.node",
    "migrate": "tocsin.main.cli.db",
    "queue": "tocsin.main.cli.queue",
    "serve": "tocsin.main.cli.node",
    "settings": "tocsin.main.cli.node",
}
"""Main's own commands and the modules that hold them; the attribute has the command's name and a `_command` suffix
where the plain name would hide a builtin or module."""

ROOMS = ("accounts", "alerts", "assets", "channels", "deployments", "incidents", "items", "journal", "oncall", "paging")
"""Rooms that bring commands."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*OWN, *_room_commands()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in OWN:
            module = import_module(OWN[cmd_name])
            command: click.Command = getattr(module, f"{cmd_name}_command")
            return command
        if not _only_asks_for_help():
            _connect(ctx)
        return _room_commands().get(cmd_name)


def _only_asks_for_help() -> bool:
    return "--help" in sys.argv or len(sys.argv) == 1


def _room_commands() -> dict[str, click.Command]:
    from tocsin.main import boot  # noqa: PLC0415 - most commands need no Django

    boot.set_up_django()
    found: dict[str, click.Command] = {}
    for room in ROOMS:
        module = import_module(f"tocsin.{room}.cli")
        found |= {command.name or "": command for command in module.commands}
    return found


def _connect(ctx: click.Context) -> None:
    """Bring the database up for as long as the command runs."""
    from tocsin.main import boot  # noqa: PLC0415 - most commands need no Django

    stack = ExitStack()
    ctx.call_on_close(stack.close)
    stack.enter_context(boot.connected())


class _Refusing(_Commands):
    """A TocsinError is an answer, not a crash: one line on stderr, exit 2."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except TocsinError as error:
            click.echo(f"tocsin: {error.message}", err=True)
            ctx.exit(2)


@click.group(cls=_Refusing, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tocsin")
def main() -> None:
    """Tocsin: from 25,000 alerts to the one that matters, the right person woken, and one audited record."""
