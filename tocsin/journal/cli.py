"""`tocsin journal`."""

from __future__ import annotations

import click

from tocsin.journal import ports, queries
from tocsin.journal.shapes import FactList, FactOut, fact_out, parse_ref
from tocsin.ui.terminal import Column, print_rows, reading

FACTS = (
    Column[FactOut]("ID", lambda row: row.id),
    Column[FactOut]("AT", lambda row: row.at),
    Column[FactOut]("WHO", lambda row: row.actor_label),
    Column[FactOut]("WHAT", lambda row: row.text),
    Column[FactOut]("KIND", lambda row: row.kind),
    Column[FactOut]("ABOUT", lambda row: row.subject),
    Column[FactOut]("WHY", lambda row: row.reason),
)


@click.command()
@click.option("--kind", default="", help="A kind of fact, or how it begins: “paging.”.")
@click.option("--actor", default="", help="The id of whoever acted.")
@click.option("--subject", default="", help="What it is about, as KIND:UUID.")
@click.option("--before", type=int, help="Only facts older than this ID.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@reading
def journal(
    kind: str, actor: str, subject: str, before: int | None, limit: int, login: str | None, as_json: bool
) -> None:
    """What happened, newest first."""
    readers = ports.readers()
    readers.admit(readers.by_login(login))
    about = parse_ref(subject) if subject else None
    facts = queries.latest_facts(kind=kind, actor_id=actor, subject=about, before_id=before, limit=limit)
    rows = [fact_out(fact) for fact in facts]
    following = facts[-1].id if len(facts) == limit else None
    print_rows(rows, FACTS, as_json=as_json, whole=FactList(results=rows, next=following))


commands: tuple[click.Command, ...] = (journal,)
