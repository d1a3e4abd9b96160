"""Opsgenie's bodies as events. Its format has no place for the sender's time: a detail `occurred_at` is taken for it.

Duplicate JSON keys: the last one wins. Unknown fields are ignored. Tags become the label `tags`, comma separated; so
do actions, responders and visibleTo, each a label of its own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tocsin.alerts.intake import NewEvent, Target
from tocsin.alerts.intake.decoding import decoded
from tocsin.alerts.intake.http import moment
from tocsin.alerts.intake.limits import DESCRIPTION, Refusal, check, flattened
from tocsin.alerts.rules import AlertAction, from_opsgenie, peer_of, service_of

NAMES = ("alertname", "rule", "check", "alert_name")
"""The first of these details names the rule that fired; without one, the message does."""


class _Named(msgspec.Struct):
    type: str = ""
    id: str = ""
    name: str = ""
    username: str = ""

    def __str__(self) -> str:
        return f"{self.type}:{self.id or self.username or self.name}"


class Create(msgspec.Struct):
    """POST /v2/alerts."""

    message: str
    alias: str | None = None
    description: str | None = None
    entity: str | None = None
    source: str | None = None
    priority: str | None = None
    user: str | None = None
    note: str | None = None
    tags: list[str] | None = None
    details: dict[str, Any] | None = None
    actions: list[str] | None = None
    responders: list[_Named] | None = None
    visible_to: list[_Named] | None = msgspec.field(name="visibleTo", default=None)


class Act(msgspec.Struct):
    """POST /v2/alerts/{identifier}/close and the like."""

    user: str | None = None
    note: str | None = None
    source: str | None = None


_CREATE = msgspec.json.Decoder(Create)
_ACT = msgspec.json.Decoder(Act)


def create(body: bytes, *, request_id: UUID, sent_at: datetime | None) -> tuple[NewEvent, ...]:
    """The events of a create request: the alert, and its note. Without an alias each request is an alert of its own."""
    given = decoded(_CREATE, body)
    if not given.message.strip():
        raise Refusal("message is empty")
    details = flattened(given.details or {})
    labels = dict(details)
    if given.entity:
        labels.setdefault("entity", given.entity)
    for name in ("tags", "actions", "responders", "visible_to"):
        if listed := getattr(given, name):
            labels[name] = ",".join(map(str, listed))
    occurred = labels.pop("occurred_at", "")
    event = NewEvent(
        action=AlertAction.FIRE,
        fingerprint=given.alias or request_id.hex,
        at=moment(occurred, "details.occurred_at") if occurred else None,
        sent_at=sent_at,
        severity=_severity(given.priority or ""),
        service=service_of(labels, ""),
        peer=peer_of(labels),
        name=next((labels[name] for name in NAMES if labels.get(name)), given.message),
        title=given.message,
        description=(given.description or "")[:DESCRIPTION],
        source=given.source or "",
        by=given.user or "",
        labels=labels,
    )
    return _noted(check(event), given.note)


def act(
    action: AlertAction, identifier: str, identifier_type: str, body: bytes, *, sent_at: datetime | None
) -> tuple[NewEvent, ...]:
    """The events of an action on an alert that exists, named by alias, id or tiny id: the action, and its note."""
    given = decoded(_ACT, body) if body.strip() else Act()
    try:
        target = Target(identifier_type or "id")
    except ValueError:
        raise Refusal(f"identifierType must be id, tiny or alias, not {identifier_type[:40]}") from None
    event = NewEvent(
        action=action,
        fingerprint=_identifier(target, identifier),
        target=target,
        sent_at=sent_at,
        source=given.source or "",
        by=given.user or "",
    )
    return _noted(check(event), given.note)


def _noted(event: NewEvent, note: str | None) -> tuple[NewEvent, ...]:
    """The event, and what came with it as a note of the same alert."""
    if not note or not note.strip():
        return (event,)
    words = NewEvent(
        action=AlertAction.NOTE,
        fingerprint=event.fingerprint,
        target=event.target,
        sent_at=event.sent_at,
        source=event.source,
        by=event.by,
        description=note[:DESCRIPTION],
    )
    return event, check(words)


def _identifier(target: Target, identifier: str) -> str:
    if target is Target.ID:
        try:
            return str(UUID(identifier))
        except ValueError:
            raise Refusal("the identifier is not an alert's id; say identifierType=alias for an alias") from None
    if target is Target.TINY and not (identifier.isascii() and identifier.isdigit() and len(identifier) < 19):
        raise Refusal("the identifier is not a tiny id")
    if not identifier:
        raise Refusal("the alias is empty")
    return identifier


def _severity(priority: str) -> Any:
    try:
        return from_opsgenie(priority)
    except ValueError:
        raise Refusal(f"priority must be P1 to P5, not {priority[:40]}") from None
