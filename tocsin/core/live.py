"""Telling open screens that something changed: topic and version only, never content.

Rows are the truth; NOTIFY only wakes the streams, once per transaction that published anything.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

CHANNEL = "tocsin_live"


def publish(topics: Iterable[str]) -> None:
    """Record a new version of each topic in the caller's transaction ("alerts", "incident:<uuid>")."""
    names = sorted(set(topics))
    if not names:
        return
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO core_livechange (topic, at) SELECT unnest(%s::text[]), tocsin_now()", [names])
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def newest(topics: Iterable[str]) -> int:
    """The last version of any of these topics; 0 when none was published in the last minutes (see `forget`)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM core_livechange WHERE topic = ANY(%s)", [list(topics)])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def forget(older_than_s: int = 600) -> int:
    """Drop versions nobody can still ask for; returns how many went."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM core_livechange WHERE at < tocsin_now() - make_interval(secs => %s)", [older_than_s]
        )
        dropped: int = cursor.rowcount
    return dropped
