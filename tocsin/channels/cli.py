"""`tocsin contact`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import click

from tocsin.accounts.queries import actor_for_login, person_by_login
from tocsin.accounts.rules import Actor
from tocsin.channels import actions, queries
from tocsin.channels.actions import NewContact
from tocsin.channels.shapes import ContactOut, MessageOut, contact_out, message_out
from tocsin.ui.terminal import Column, acting, print_rows, reading

if TYPE_CHECKING:
    from tocsin.accounts.models import Person

CONTACTS = (
    Column[ContactOut]("ID", lambda row: row.id),
    Column[ContactOut]("CHANNEL", lambda row: row.channel),
    Column[ContactOut]("ADDRESS", lambda row: row.address),
    Column[ContactOut]("LAST MESSAGE", lambda row: row.last_state),
    Column[ContactOut]("AT", lambda row: row.last_at),
    Column[ContactOut]("TROUBLE", lambda row: row.trouble),
)
MESSAGES = (
    Column[MessageOut]("QUEUED", lambda row: row.queued_at),
    Column[MessageOut]("TITLE", lambda row: row.title),
    Column[MessageOut]("STATE", lambda row: row.state),
    Column[MessageOut]("WHY", lambda row: row.reason),
    Column[MessageOut]("TRIES", lambda row: row.tries),
    Column[MessageOut]("ERROR", lambda row: row.error),
)
CONTACT_ID = click.argument("contact_id", metavar="ID", type=click.UUID)
OF = click.option("--of", "whose", metavar="LOGIN", help="Whose contacts; else those of whoever you act as.")


@click.group()
def contact() -> None:
    """Contacts: where people are reached."""


@contact.command("list")
@OF
@reading
def list_contacts(whose: str | None, login: str | None, as_json: bool) -> None:
    """Where somebody is reached."""
    actor = actor_for_login(login)
    rows = [contact_out(row) for row in queries.contacts_of(actor, _owner(actor, whose))]
    print_rows(rows, CONTACTS, as_json=as_json)


@contact.command("add")
@click.argument("channel")
@click.argument("address")
@OF
@acting
def add(channel: str, address: str, whose: str | None, login: str | None) -> None:
    """Reach somebody at ADDRESS on CHANNEL (email, webhook, file) too; prints the contact's id."""
    actor = actor_for_login(login)
    new = NewContact(channel=channel, address=address)
    click.echo(actions.add_contact(_owner(actor, whose).login, new, actor=actor).uuid)


@contact.command("remove")
@CONTACT_ID
@acting
def remove(contact_id: UUID, login: str | None) -> None:
    """Reach nobody there any more."""
    actions.remove_contact(contact_id, actor=actor_for_login(login))
    click.echo("Removed.")


@contact.command("test")
@CONTACT_ID
@acting
def test(contact_id: UUID, login: str | None) -> None:
    """Send a test message there; `messages` tells what became of it."""
    actions.send_test(contact_id, actor=actor_for_login(login))
    click.echo("A test message is on its way.")


@contact.command("messages")
@CONTACT_ID
@reading
def messages(contact_id: UUID, login: str | None, as_json: bool) -> None:
    """The latest messages there, newest first."""
    rows = [message_out(row) for row in queries.deliveries_to(actor_for_login(login), contact_id)]
    print_rows(rows, MESSAGES, as_json=as_json)


@contact.command("secret")
@CONTACT_ID
@acting
def secret(contact_id: UUID, login: str | None) -> None:
    """Print what the receiver of a webhook verifies signatures with."""
    click.echo(queries.contact_secret(actor_for_login(login), contact_id))


def _owner(actor: Actor, whose: str | None) -> Person:
    return person_by_login(whose) if whose else queries.owner(actor)


commands: tuple[click.Command, ...] = (contact,)
