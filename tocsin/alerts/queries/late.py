"""Alerts that nodes took while the database was away, and that are still on their disks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Sum

from tocsin.alerts.models import NodeSpool


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """`waiting` deliveries are still to come, the first of which came in at `since`."""

    waiting: int
    since: datetime


def late_alerts() -> Late | None:
    """What is still to come, as far as nodes have told; None when nothing is. Every screen asks."""
    found = NodeSpool.objects.filter(waiting__gt=0).aggregate(waiting=Sum("waiting"), since=Min("oldest_at"))
    return Late(**found) if found["waiting"] else None
