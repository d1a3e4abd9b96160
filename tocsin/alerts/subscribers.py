"""Reactions of this room. Each is idempotent: the queue may run one twice."""

from __future__ import annotations

from uuid import UUID

from tocsin.alerts import actions
from tocsin.journal.facts import Stored


def on_alerts_closed(fact: Stored) -> None:
    """`alerts.alerts_closed`: whoever was asked to help with one of them is let go."""
    actions.stop_helping(UUID(alert) for alert in fact.data["alerts"])
