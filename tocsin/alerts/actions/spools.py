"""Saying in the journal what nodes kept on their disks while the database was away."""

from __future__ import annotations

from django.db import transaction

from tocsin.accounts.rules import ENGINE
from tocsin.alerts import facts
from tocsin.alerts.models import NodeSpool
from tocsin.core import live
from tocsin.core.refs import Ref
from tocsin.journal.actions import record


@transaction.atomic
def note_drained_spools() -> int:
    """Record and forget the spools that are empty again, of which the intake has told; returns how many."""
    rows = NodeSpool.objects.select_for_update(skip_locked=True).filter(waiting__lte=0).order_by("node")
    for row in rows:
        if row.drained:
            fact = facts.SpoolDrained(node=row.node, events=row.drained, since=row.oldest_at)
            record(fact, actor=ENGINE, subject=Ref("alerts.spool", row.uuid))
        row.delete()
        live.publish(["alerts"])
    return len(rows)
