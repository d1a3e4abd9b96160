"""`tocsin person`, `tocsin team`, `tocsin key`."""

from __future__ import annotations

import click

from tocsin.accounts import actions, queries
from tocsin.accounts.queries import actor_for_login
from tocsin.accounts.rules import KeyScope
from tocsin.accounts.shapes import IssuedKey, KeyOut, PersonOut, TeamOut, key_out, person_out, team_out
from tocsin.ui.terminal import Column, acting, print_json, print_rows, reading

SCOPES = (KeyScope.READ.value, KeyScope.MANAGE.value)
PEOPLE = (
    Column[PersonOut]("LOGIN", lambda row: row.login),
    Column[PersonOut]("NAME", lambda row: row.name),
    Column[PersonOut]("ROLE", lambda row: row.role),
)
TEAMS = (
    Column[TeamOut]("KEY", lambda row: row.key),
    Column[TeamOut]("NAME", lambda row: row.name),
    Column[TeamOut]("LEAD", lambda row: row.lead),
    Column[TeamOut]("MEMBERS", lambda row: ", ".join(row.members)),
)
KEYS = (
    Column[KeyOut]("ID", lambda row: row.id),
    Column[KeyOut]("NAME", lambda row: row.name),
    Column[KeyOut]("BEGINS", lambda row: row.prefix),
    Column[KeyOut]("SCOPE", lambda row: row.scope),
    Column[KeyOut]("TEAM", lambda row: row.team),
    Column[KeyOut]("MADE", lambda row: row.created_at),
    Column[KeyOut]("REVOKED", lambda row: row.revoked_at),
)


@click.group()
def person() -> None:
    """People."""


@person.command("list")
@reading
def list_people(login: str | None, as_json: bool) -> None:
    """Everybody active."""
    rows = [person_out(row) for row in queries.people(actor_for_login(login))]
    print_rows(rows, PEOPLE, as_json=as_json)


@person.command("sign-in-link")
@click.argument("who", metavar="LOGIN")
@acting
def sign_in_link(who: str, login: str | None) -> None:
    """Print an address that signs a person in once, within 30 minutes."""
    click.echo(actions.issue_sign_in_link(who, actor=actor_for_login(login)))


@click.group()
def team() -> None:
    """Teams."""


@team.command("list")
@reading
def list_teams(login: str | None, as_json: bool) -> None:
    """Every team with its members."""
    rows = [team_out(row) for row in queries.teams(actor_for_login(login))]
    print_rows(rows, TEAMS, as_json=as_json)


@click.group()
def key() -> None:
    """API keys."""


@key.command("list")
@reading
def list_keys(login: str | None, as_json: bool) -> None:
    """Keys, newest first, without their tokens."""
    rows = [key_out(row) for row in queries.keys(actor_for_login(login))]
    print_rows(rows, KEYS, as_json=as_json)


@key.command("issue")
@click.argument("name")
@click.option("--scope", type=click.Choice(SCOPES), default=SCOPES[0], show_default=True)
@click.option("--team", "team_key", default="", help="The team that owns the key; else it is the organisation's.")
@reading
def issue_key(name: str, scope: str, team_key: str, login: str | None, as_json: bool) -> None:
    """Make a key and print its token: it is shown this once. An integration's key is made where the source connects."""
    owner = queries.team_by_key(team_key) if team_key else None
    row, token = actions.issue_key(name=name, scope=KeyScope(scope), team=owner, actor=actor_for_login(login))
    row.refresh_from_db()
    if as_json:
        print_json(IssuedKey(key=key_out(row), token=token))
    else:
        click.echo(token)


@key.command("revoke")
@click.argument("key_id", metavar="ID", type=click.UUID)
@acting
def revoke_key(key_id: object, login: str | None) -> None:
    """Stop a key; every node has stopped taking it within 60 seconds."""
    actions.revoke_key(str(key_id), actor=actor_for_login(login))
    click.echo("Revoked.")


commands: tuple[click.Command, ...] = (person, team, key)
