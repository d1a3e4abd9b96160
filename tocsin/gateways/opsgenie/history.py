"""What happened to an alert and who was told, as Opsgenie's logs and recipients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import translation

from tocsin.accounts.rules import Actor
from tocsin.alerts import facts
from tocsin.alerts.queries import Told, deliveries_of
from tocsin.alerts.rules import AlertAction
from tocsin.core.refs import Ref
from tocsin.gateways.opsgenie.shapes import Value, stamp
from tocsin.journal.facts import Stored
from tocsin.journal.ports import sentence
from tocsin.journal.queries import facts_about
from tocsin.paging.queries import LedgerRow, ledger, pages_about

if TYPE_CHECKING:
    from tocsin.alerts.models import Alert

MOST = 1000
_TOLD = {
    AlertAction.FIRE: "Alert created or repeated by its sender",
    AlertAction.RESOLVE: "Alert closed by its sender",
    AlertAction.ACKNOWLEDGE: "Alert acknowledged by its sender",
    AlertAction.NOTE: "Note handed in by its sender",
}


def logs(alert: Alert, *, newest_first: bool) -> list[Value]:
    """Everything known of an alert the caller may see, in English; `offset` tells one entry from all others."""
    with translation.override("en"):
        found = [(fact.at, _of_fact(fact)) for fact in facts_about([_ref(alert)], limit=MOST)]
    found += [(told.at, _of_delivery(told)) for told in deliveries_of(alert, limit=MOST)]
    found.sort(key=lambda pair: (pair[0], pair[1]["offset"]), reverse=newest_first)
    return [entry for _, entry in found]


def _ref(alert: Alert) -> Ref:
    return Ref("alerts.alert", alert.uuid)


def _of_fact(fact: Stored) -> Value:
    return {
        "log": f"{sentence(fact)} {fact.reason}".strip(),
        "type": fact.kind.partition(".")[2],
        "owner": fact.actor_label,
        "createdAt": stamp(fact.at),
        "offset": str(fact.uuid),
    }


def _of_delivery(told: Told) -> Value:
    return {
        "log": f"{_TOLD[told.action]}.",
        "type": f"delivery_{told.action}",
        "owner": told.by or told.source,
        "createdAt": stamp(told.at),
        "offset": f"{round(told.at.timestamp() * 1_000_000)}",
    }


def closers(alerts: Iterable[Alert]) -> dict[UUID, str]:
    """Who closed them, where a person or key did."""
    wanted = [_ref(alert) for alert in alerts if alert.close_reason == "by_hand"]
    told = facts_about(wanted, limit=MOST) if wanted else []
    closed = facts.AlertClosedByHand.kind
    return {fact.subject.id: fact.actor_label for fact in reversed(told) if fact.kind == closed}


def recipients(actor: Actor, alert: Alert) -> list[LedgerRow]:
    """Everybody told by the pages about an alert and its incident that this actor may see, the latest of each."""
    incident = alert.group.incident_ref if alert.group is not None else None
    about = pages_about(actor, [_ref(alert), *([incident] if incident is not None else [])])
    rows = [row for page in about for row in ledger(actor, page.uuid)]
    return list({(row.person.id, row.channel): row for row in rows}.values())
