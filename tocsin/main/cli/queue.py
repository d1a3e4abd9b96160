"""`tocsin queue`: reactions that were given up."""

from __future__ import annotations

import click

from tocsin.core.errors import InvalidInput
from tocsin.main import boot
from tocsin.ui.terminal import Column, acting, print_rows, reading


@click.group("queue")
def queue_command() -> None:
    """Reactions that failed too often and were given up."""


@queue_command.command("list")
@click.option("--before", type=int, help="Only jobs older than this ID.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@reading
def list_given_up(before: int | None, limit: int, login: str | None, as_json: bool) -> None:
    """Jobs that were given up, newest first, each with its last error."""
    with boot.connected():
        from tocsin.accounts.queries import actor_for_login  # noqa: PLC0415 - imports models
        from tocsin.main.queries import GivenUpJob, given_up_jobs  # noqa: PLC0415
        from tocsin.main.queue_api import stretch  # noqa: PLC0415

        columns = (
            Column[GivenUpJob]("ID", lambda row: row.id),
            Column[GivenUpJob]("KIND", lambda row: row.kind),
            Column[GivenUpJob]("SINCE", lambda row: row.since),
            Column[GivenUpJob]("FAILED", lambda row: row.attempts),
            Column[GivenUpJob]("LAST ERROR", lambda row: row.last_error),
        )
        rows = given_up_jobs(actor_for_login(login), before_id=before, limit=limit)
        print_rows(rows, columns, as_json=as_json, whole=stretch(rows, limit))


@queue_command.command("retry")
@click.argument("jobs", metavar="[ID]...", type=int, nargs=-1)
@click.option("--kind", default="", help="All of this kind.")
@acting
def retry(jobs: tuple[int, ...], kind: str, login: str | None) -> None:
    """Give jobs another try, at once, when the reason they failed for is mended."""
    if not jobs and not kind:
        raise InvalidInput("Say which jobs to try again: their ids (`tocsin queue list`), or --kind.")
    with boot.connected():
        from tocsin.accounts.queries import actor_for_login  # noqa: PLC0415 - imports models
        from tocsin.main.actions import retry_jobs  # noqa: PLC0415

        retried = retry_jobs(ids=jobs, kind=kind, actor=actor_for_login(login))
    click.echo(f"{len(retried)} due again.")
