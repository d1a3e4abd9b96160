"""Whose turn it is. One row, leased by the database's clock; its `turn` tells an owner if another was there since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

LEASE_S = 5

_TAKE = """
UPDATE alerts_digestowner SET owner = %(owner)s, turn = turn + 1,
       lease_until = tocsin_now() + make_interval(secs => %(lease_s)s)
 WHERE id IN (SELECT id FROM alerts_digestowner FOR UPDATE SKIP LOCKED)
   AND (owner = %(owner)s OR lease_until IS NULL OR lease_until < tocsin_now())
RETURNING turn, tocsin_now()
"""


_KEEP = """
UPDATE alerts_digestowner SET lease_until = tocsin_now() + make_interval(secs => %(lease_s)s) WHERE owner = %(owner)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The transaction that took it holds the row, so nobody else digests until it ends."""

    number: int
    now: datetime


def take(owner: str) -> Turn | None:
    """Take a turn in the caller's transaction; None when another engine has the lease."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"owner": owner, "lease_s": LEASE_S})
        row = cursor.fetchone()
    return Turn(number=row[0], now=row[1]) if row else None


def keep(owner: str) -> None:
    """Let the lease count from the end of a turn: a long one must not hand over to an engine that knows nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, {"owner": owner, "lease_s": LEASE_S})
