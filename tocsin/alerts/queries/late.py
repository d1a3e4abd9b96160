"""Alerts that nodes took while the database was away, and that are still on their disks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField, ExpressionWrapper, Q

from tocsin.alerts.models import NodeSpool
from tocsin.core.clock import Now

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
    """What nodes are bringing in, as far as they have told; None when nothing is."""
    return on_disks()[0]


def on_disks() -> tuple[Late | None, tuple[Left, ...]]:
    """The same; and what lies with nodes that are gone, longest gone first: it comes in when they are back, and not
    before. Every screen asks: one query."""
    drains = ExpressionWrapper(Q(seen_at__gt=Now() - STILL_DRAINS), output_field=BooleanField())
    rows = list(NodeSpool.objects.filter(waiting__gt=0).annotate(drains=drains).order_by("seen_at", "node"))
    coming = [row for row in rows if row.drains]
    late = (
        Late(waiting=sum(row.waiting for row in coming), since=min(row.oldest_at for row in coming)) if coming else None
    )
    left = (Left(node=row.node, waiting=row.waiting, seen_at=row.seen_at) for row in rows if not row.drains)
    return late, tuple(left)
