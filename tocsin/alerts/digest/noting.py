"""Notes that senders hand in with what they tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tocsin.accounts.rules import ENGINE
from tocsin.alerts import facts
from tocsin.alerts.digest.reading import Event
from tocsin.alerts.digest.working import Working
from tocsin.alerts.models import Alert, Note
from tocsin.alerts.rows import alert_ref
from tocsin.alerts.rules import AlertAction
from tocsin.journal.actions import record


def note(steps: Iterable[tuple[Working, Event]]) -> None:
    """Keep them, and tell of them. What a sender repeats word by word is kept once: some say it every minute."""
    said = [(working.id, event) for working, event in steps if event.action is AlertAction.NOTE]
    alerts = Alert.objects.select_related("integration").in_bulk({alert_id for alert_id, _ in said}) if said else {}
    for alert_id, event in said:
        alert, text = alerts[alert_id], event.content.description
        if Note.objects.filter(alert=alert, text=text).exists():
            continue
        by = event.by or event.content.source or alert.integration.name
        written = Note.objects.create(alert=alert, text=text, by=by, at=event.received_at)
        fact = facts.AlertNoted(title=alert.title, note=str(written.uuid))
        record(fact, actor=replace(ENGINE, label=by), subject=alert_ref(alert))
