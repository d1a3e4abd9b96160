"""The roles and the database of a fresh cluster: one role migrates, the other only reads and writes rows."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

SUPERUSER = "postgres"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the database and its two roles are called."""

    database: str = "tocsin"
    owner: str = "tocsin_owner"
    app: str = "tocsin_app"


def dsn(sockets: Path, role: str, database: str) -> str:
    """A connection URL over the Unix socket, safe in an environment variable (no password in it)."""
    return f"postgresql://{quote(role)}@/{quote(database)}?host={quote(str(sockets), safe='')}"


def ensure(sockets: Path, names: Names) -> None:
    """Create what is missing; safe to repeat at every start."""
    with psycopg.connect(dsn(sockets, SUPERUSER, "postgres"), autocommit=True) as admin:
        for role in (names.owner, names.app):
            if not admin.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
                admin.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
        if admin.execute("select 1 from pg_database where datname = %s", [names.database]).fetchone():
            return
        database, owner = sql.Identifier(names.database), sql.Identifier(names.owner)
        admin.execute(sql.SQL("create database {} owner {} template template0").format(database, owner))
        admin.execute(sql.SQL("revoke all on database {} from public").format(database))
        admin.execute(
            sql.SQL("grant connect, temporary on database {} to {}").format(database, sql.Identifier(names.app))
        )
    grant(dsn(sockets, names.owner, names.database), names)


def grant(owner_dsn: str, names: Names) -> None:
    """Let the app role use what the owner role will create, rows only; tables may take rights away again."""
    owner, app = sql.Identifier(names.owner), sql.Identifier(names.app)
    mine = sql.SQL("alter default privileges for role {} in schema public grant ").format(owner)
    with psycopg.connect(owner_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("grant usage on schema public to {}").format(app))
        connection.execute(mine + sql.SQL("select, insert, update, delete on tables to {}").format(app))
        connection.execute(mine + sql.SQL("usage, select, update on sequences to {}").format(app))
