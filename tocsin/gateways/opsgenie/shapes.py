"""Alerts and what belongs to them as Opsgenie's API tells them: plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tocsin.alerts.rules import AlertState, tags_of

if TYPE_CHECKING:
    from tocsin.alerts.models import Alert, Integration, Note, Responder
    from tocsin.gateways.models import Request, SavedSearch
    from tocsin.paging.queries import LedgerRow

Value = dict[str, Any]

OWN_LABELS = frozenset({"tags", "entity", "actions", "responders", "visible_to"})
"""Labels that Opsgenie has fields for; the others are details."""


def stamp(moment: datetime | None) -> str | None:
    """As Opsgenie writes a time: UTC, milliseconds, Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def base(alert: Alert, responders: Iterable[Responder], closed_by: str) -> Value:
    """An alert in a list."""
    responding = _responders(alert, responders)
    return {
        "id": str(alert.uuid),
        "tinyId": str(alert.id),
        "alias": alert.fingerprint,
        "message": alert.title,
        "status": "closed" if alert.state == AlertState.CLOSED else "open",
        "acknowledged": alert.acknowledged_at is not None,
        "isSeen": alert.acknowledged_at is not None,
        "tags": tags_of(alert.labels),
        "snoozed": alert.state == AlertState.SNOOZED,
        "snoozedUntil": stamp(alert.snoozed_until),
        "count": alert.count,
        "lastOccurredAt": stamp(alert.last_at),
        "createdAt": stamp(alert.first_at),
        "updatedAt": stamp(max(filter(None, (alert.last_at, alert.acknowledged_at, alert.closed_at)))),
        "source": alert.source,
        "owner": alert.owner.email or alert.owner.login if alert.owner else alert.acknowledged_by,
        "ownerTeamId": str(alert.service.team.uuid) if alert.service.team else "",
        "priority": f"P{alert.severity}",
        "teams": [{"id": each["id"]} for each in responding if each["type"] == "team"],
        "responders": responding,
        "integration": _integration(alert.integration),
        "report": _report(alert, closed_by),
    }


def _integration(integration: Integration) -> dict[str, str]:
    return {"id": str(integration.uuid), "name": integration.name, "type": integration.kind}


def _report(alert: Alert, closed_by: str) -> Value:
    """How long it took people."""
    report: Value = {}
    if alert.acknowledged_at:
        report |= {"ackTime": _ms(alert.first_at, alert.acknowledged_at), "acknowledgedBy": alert.acknowledged_by}
    if alert.closed_at:
        report |= {"closeTime": _ms(alert.first_at, alert.closed_at), "closedBy": closed_by}
    return report


def full(alert: Alert, responders: Iterable[Responder], closed_by: str) -> Value:
    """One alert with all it says."""
    return base(alert, responders, closed_by) | {
        "actions": [name for name in alert.labels.get("actions", "").split(",") if name],
        "entity": alert.labels.get("entity", ""),
        "description": alert.description,
        "details": {name: value for name, value in alert.labels.items() if name not in OWN_LABELS},
    }


def _responders(alert: Alert, asked: Iterable[Responder]) -> list[dict[str, str]]:
    """The owner, then those who were asked to help; each once."""
    owner = alert.service.team or alert.integration.team
    found = {str(owner.uuid): "team"} if owner else {}
    for each in asked:
        if each.team is not None:
            found[str(each.team.uuid)] = "team"
        elif each.person is not None:
            found[str(each.person.uuid)] = "user"
    return [{"type": kind, "id": identifier} for identifier, kind in found.items()]


def _ms(since: datetime, until: datetime) -> int:
    return max(0, round((until - since).total_seconds() * 1000))


def note(row: Note) -> Value:
    return {"note": row.text, "owner": row.by, "createdAt": stamp(row.at), "offset": str(row.id)}


def recipient(row: LedgerRow) -> Value:
    """One person told of the alert."""
    state = "action" if row.answered_at else (row.delivery_state or "unreachable")
    return {
        "user": {"id": str(row.person.uuid), "username": row.person.email or row.person.login},
        "state": state,
        "method": row.channel or "none",
        "createdAt": stamp(row.at),
        "updatedAt": stamp(row.answered_at or row.sent_at or row.at),
    }


def status(row: Request, action: str) -> Value:
    """What became of a promised write."""
    return told_status(
        success=bool(row.success),
        action=action,
        at=row.processed_at,
        status=row.status,
        alert=str(row.alert or ""),
        alias=row.alias,
        integration="",
    )


def told_status(
    *, success: bool, action: str, at: datetime | None, status: str, alert: str, alias: str, integration: str
) -> Value:
    return {
        "success": success,
        "isSuccess": success,
        "action": action,
        "processedAt": stamp(at),
        "integrationId": integration,
        "status": status,
        "alertId": alert,
        "alias": alias,
    }


def search(row: SavedSearch) -> Value:
    """A saved search with all it says."""
    owner: Mapping[str, str] = row.owner
    return {
        "id": str(row.uuid),
        "name": row.name,
        "createdAt": stamp(row.created_at),
        "updatedAt": stamp(row.updated_at),
        "owner": dict(owner),
        "teams": row.teams,
        "description": row.description,
        "query": row.query,
    }
