"""Who is at work, and since when without a break: engines and intakes say so in `core_node`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

import tocsin
from tocsin.core.config import Config

ENGINE, INTAKE = "engine", "intake"

LATE = timedelta(seconds=10)
"""Who has said nothing for this long is not at work, and begins anew when it speaks again."""

MISSED = timedelta(minutes=10)
"""An intake that fell silent may be keeping alerts on its disk; it is waited for this long."""

SAY_S = 2.0

SAY = """
INSERT INTO core_node AS node (name, role, version) VALUES (%(name)s, %(role)s, %(version)s)
ON CONFLICT (name) DO UPDATE SET seen_at = tocsin_now(),
  started_at = CASE WHEN node.seen_at > tocsin_now() - make_interval(secs => %(late_s)s) THEN node.started_at
                    ELSE tocsin_now() END
"""
LEAVE = "DELETE FROM core_node WHERE name = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A process: its role, since when it has been at work without a break, when it last said so."""

    role: str
    started_at: datetime
    seen_at: datetime


def heard_since(nodes: Iterable[Seen], *, now: datetime) -> datetime | None:
    """Since when what senders say has been taken and digested. None while it is not, or an intake is missed."""
    nodes = list(nodes)
    if any(node.role == INTAKE and LATE <= now - node.seen_at < MISSED for node in nodes):
        return None
    at_work = [node for node in nodes if now - node.seen_at < LATE]
    since = [min((node.started_at for node in at_work if node.role == role), default=None) for role in (ENGINE, INTAKE)]
    known = [each for each in since if each is not None]
    return max(known) if len(known) == len(since) else None


def node_name(config: Config) -> str:
    """This process, as leases and the list of nodes show it. Containers may share host name and pid: chance tells them
    apart."""
    return f"{socket.gethostname()}:{config.port}:{os.getpid()}:{secrets.token_hex(4)}"


def saying(name: str, role: str) -> dict[str, str | float]:
    """The parameters of SAY."""
    return {"name": name, "role": role, "version": tocsin.__version__, "late_s": LATE.total_seconds()}


async def keep_saying(config: Config, role: str) -> None:
    """Say it every SAY_S on a connection of its own until cancelled, then take leave. Silent while the database is
    away."""
    name, dsn = node_name(config), config.database_url
    while True:
        with contextlib.suppress(psycopg.Error, TimeoutError):
            async with await psycopg.AsyncConnection.connect(dsn, autocommit=True, connect_timeout=2) as connection:
                await _say_on(connection, name, role)
        await asyncio.sleep(SAY_S)


async def _say_on(connection: psycopg.AsyncConnection[Any], name: str, role: str) -> None:
    try:
        while True:
            async with asyncio.timeout(LATE.total_seconds()):
                await connection.execute(SAY, saying(name, role))
            await asyncio.sleep(SAY_S)
    except asyncio.CancelledError:
        with contextlib.suppress(psycopg.Error, TimeoutError):
            async with asyncio.timeout(1):
                await connection.execute(LEAVE, [name])
        raise
