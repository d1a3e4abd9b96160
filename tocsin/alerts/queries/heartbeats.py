"""Heartbeats, and how each stands."""

from __future__ import annotations

from tocsin.accounts.queries import require_visible, visible_teams
from tocsin.accounts.rules import Actor
from tocsin.alerts.models import Heartbeat
from tocsin.alerts.rows import heartbeat_scope
from tocsin.core.errors import NotFound


def heartbeats(actor: Actor) -> list[Heartbeat]:
    """The heartbeats this actor may see: the missed first, then by name."""
    rows = Heartbeat.objects.filter(visible_teams(actor)).select_related("team")
    return sorted(rows, key=lambda row: (row.missed_at is None, row.name))


def heartbeat_by_name(actor: Actor, name: str) -> Heartbeat:
    """One heartbeat this actor may see."""
    row = Heartbeat.objects.select_related("team").filter(name=name).first()
    if row is None:
        raise NotFound("There is no heartbeat “{name}”.", name=name)
    require_visible(actor, heartbeat_scope(row), "There is no such heartbeat.")
    return row
