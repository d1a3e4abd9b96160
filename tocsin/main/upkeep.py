"""What an engine does for the installation beside its work: say that it lives, forget what nobody needs."""

from __future__ import annotations

from django.db import connection

import tocsin
from tocsin.core import live
from tocsin.main.answers import forget_answers
from tocsin.main.loops import Loop

_SEEN = """
INSERT INTO core_node (name, role, version) VALUES (%s, 'engine', %s)
ON CONFLICT (name) DO UPDATE SET seen_at = tocsin_now()
"""

FORGET_NODES_S = 86_400


def say_alive(name: str) -> int:
    """Stamp this engine as seen; `/healthz` and `tocsin check` read it."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [name, tocsin.__version__])
    return 0


def leave(name: str) -> None:
    """An engine that ends in order is not missed."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_node WHERE name = %s", [name])


def tidy() -> int:
    """Drop what is only of passing use: live versions, nodes long gone."""
    live.forget()
    forget_answers()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM core_node WHERE seen_at < tocsin_now() - make_interval(secs => %s)", [FORGET_NODES_S]
        )
    return 0


def loops(name: str) -> tuple[Loop, ...]:
    """The upkeep loops of an engine."""
    return (
        Loop(name="alive", work=lambda: say_alive(name), pause_s=2.0),
        Loop(name="tidy", work=tidy, pause_s=60.0),
    )
