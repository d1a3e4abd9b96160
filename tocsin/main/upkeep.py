"""What an engine does for the installation beside its work: say that it lives, forget what nobody needs."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from tocsin.core import clock, live
from tocsin.core.models import Node
from tocsin.gateways.actions import forget_requests
from tocsin.main import presence
from tocsin.main.answers import forget_answers
from tocsin.main.loops import Loop

FORGET_NODES_S = 86_400


def say_alive(name: str) -> int:
    """Stamp this engine as seen; `/healthz` and `tocsin check` read it."""
    with connection.cursor() as cursor:
        cursor.execute(presence.SAY, presence.saying(name, presence.ENGINE))
    return 0


def heard_since() -> datetime | None:
    """Since when senders have been heard without a break; None while they are not."""
    nodes = [presence.Seen(**row) for row in Node.objects.values("role", "started_at", "seen_at")]
    return presence.heard_since(nodes, now=clock.now())


def leave(name: str) -> None:
    """An engine that ends in order is not missed."""
    with connection.cursor() as cursor:
        cursor.execute(presence.LEAVE, [name])


def tidy() -> int:
    """Drop what is only of passing use: live versions, other APIs' requests, nodes long gone."""
    live.forget()
    forget_answers()
    forget_requests()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM core_node WHERE seen_at < tocsin_now() - make_interval(secs => %s)", [FORGET_NODES_S]
        )
    return 0


def loops(name: str) -> tuple[Loop, ...]:
    """The upkeep loops of an engine."""
    return (
        Loop(name="alive", work=lambda: say_alive(name), pause_s=presence.SAY_S),
        Loop(name="tidy", work=tidy, pause_s=60.0),
    )
