"""Acknowledgements that senders hand in: they count as a person's would, for the page of the cause too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tocsin.accounts.rules import ENGINE
from tocsin.alerts import facts
from tocsin.alerts.digest.reading import Event
from tocsin.alerts.digest.working import Working
from tocsin.alerts.models import Alert
from tocsin.alerts.rows import alert_ref
from tocsin.alerts.rules import AlertAction, AlertState, GroupState
from tocsin.journal.actions import record
from tocsin.paging import actions as paging


def answer(steps: Iterable[tuple[Working, Event]]) -> None:
    """Tell of the alerts that a turn acknowledged; on the cause of a group, answer the page of its incident."""
    by = {
        working.id: event.by
        for working, event in steps
        if event.action is AlertAction.ACKNOWLEDGE
        and working.life.state is AlertState.ACKNOWLEDGED
        and working.life.acknowledged_at == event.received_at
    }
    rows = Alert.objects.filter(id__in=by).select_related("group", "integration").order_by("id") if by else ()
    for alert in rows:
        actor = replace(ENGINE, label=by[alert.id] or alert.integration.name)
        group = alert.group
        of_cause = group is not None and group.state == GroupState.OPEN and group.cause_service_id == alert.service_id
        fact = facts.AlertAcknowledged(title=alert.title, of_cause=of_cause)
        record(fact, actor=actor, subject=alert_ref(alert))
        if of_cause and group is not None and group.incident_ref is not None:
            paging.acknowledge_for(group.incident_ref, actor=actor, via="alert")
        if alert.responders.exists():
            paging.acknowledge_for(alert_ref(alert), actor=actor, via="alert")
