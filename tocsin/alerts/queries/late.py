"""Alerts that nodes took while the database was away, and that are still on their disks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, Sum

from tocsin.alerts.models import NodeSpool
from tocsin.core import clock

STILL_DRAINS = timedelta(minutes=1)
"""A node that has brought in nothing of its spool for this long is not waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """`waiting` deliveries are still to come, the first of which came in at `since`."""

    waiting: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """`waiting` deliveries lie on the disk of a node that was last seen at `seen_at`."""

    node: str
    waiting: int
    seen_at: datetime


def late_alerts() -> Late | None:
    """What nodes are bringing in, as far as they have told; None when nothing is. Every screen asks."""
    found = NodeSpool.objects.filter(waiting__gt=0, seen_at__gt=clock.now() - STILL_DRAINS).aggregate(
        waiting=Sum("waiting"), since=Min("oldest_at")
    )
    return Late(**found) if found["waiting"] else None


def left_alerts() -> list[Left]:
    """What lies with nodes that are gone, longest gone first: it comes in when they come back, and not before."""
    rows = NodeSpool.objects.filter(waiting__gt=0, seen_at__lte=clock.now() - STILL_DRAINS).order_by("seen_at", "node")
    return [Left(node=row.node, waiting=row.waiting, seen_at=row.seen_at) for row in rows]
