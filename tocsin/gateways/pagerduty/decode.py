"""PagerDuty's events. The key is in the body; dedup keys are scoped to it. Duplicate JSON keys: the last one wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tocsin.alerts.intake import NewEvent, Target
from tocsin.alerts.intake.decoding import decoded
from tocsin.alerts.intake.http import moment
from tocsin.alerts.intake.limits import Refusal, check, flattened
from tocsin.alerts.rules import AlertAction, Severity, from_pagerduty, peer_of, service_of

DEDUP_KEY = 255
ACTIONS = {
    "trigger": AlertAction.FIRE,
    "acknowledge": AlertAction.ACKNOWLEDGE,
    "resolve": AlertAction.RESOLVE,
}
_NAMES = ("alertname", "rule", "check")


class Payload(msgspec.Struct):
    summary: str = ""
    source: str = ""
    severity: str = ""
    timestamp: str | None = None
    component: str | None = None
    group: str | None = None
    class_: str | None = msgspec.field(default=None, name="class")
    custom_details: Any = None


class Event(msgspec.Struct):
    """POST /v2/enqueue."""

    event_action: str
    routing_key: str = ""
    dedup_key: str | None = None
    payload: Payload | None = None
    client: str | None = None
    client_url: str | None = None


_EVENT = msgspec.json.Decoder(Event)


class ChangePayload(msgspec.Struct):
    summary: str = ""
    source: str = ""
    timestamp: str | None = None
    custom_details: Any = None


class Link(msgspec.Struct):
    href: str = ""
    text: str = ""


class Change(msgspec.Struct):
    """POST /v2/change/enqueue."""

    routing_key: str = ""
    payload: ChangePayload | None = None
    links: list[Link] = []


_CHANGE = msgspec.json.Decoder(Change)


class Invalid(Exception):
    """The event breaks PagerDuty's rules; `errors` has one sentence for each."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    routing_key: str
    dedup_key: str
    event: NewEvent


def decode(body: bytes, *, request_id: UUID, sent_at: datetime | None) -> Decoded:
    """The event; Invalid lists everything that is wrong with it."""
    try:
        given = decoded(_EVENT, body)
        return _decoded(given, request_id, sent_at)
    except Refusal as refusal:
        raise Invalid([str(refusal)]) from None


def decode_change(body: bytes, *, request_id: UUID, sent_at: datetime | None) -> Decoded:
    """The change a request tells of; Invalid lists everything that is wrong with it."""
    try:
        return _changed(decoded(_CHANGE, body), request_id, sent_at)
    except Refusal as refusal:
        raise Invalid([str(refusal)]) from None


def _changed(given: Change, request_id: UUID, sent_at: datetime | None) -> Decoded:
    payload = given.payload or ChangePayload()
    errors = [] if given.routing_key else ["'routing_key' is missing or blank"]
    errors += [] if payload.summary.strip() else ["'payload.summary' is missing or blank"]
    if errors:
        raise Invalid(errors)
    labels = _details(payload.custom_details)
    event = NewEvent(
        action=AlertAction.FIRE,
        target=Target.CHANGE,
        fingerprint=request_id.hex,
        at=moment(payload.timestamp, "payload.timestamp") if payload.timestamp else None,
        sent_at=sent_at,
        service=service_of(labels, ""),
        title=payload.summary,
        source=payload.source,
        description=msgspec.json.encode(given.links).decode() if given.links else "",
        labels=labels,
    )
    return Decoded(routing_key=given.routing_key, dedup_key="", event=check(event))


def _decoded(given: Event, request_id: UUID, sent_at: datetime | None) -> Decoded:
    errors = list(_errors(given))
    if errors:
        raise Invalid(errors)
    action = ACTIONS[given.event_action]
    dedup_key = given.dedup_key or request_id.hex
    if action is AlertAction.FIRE:
        event = _fired(given.payload or Payload(), dedup_key, given.client or "", sent_at)
    else:
        event = NewEvent(action=action, fingerprint=dedup_key, sent_at=sent_at, by=given.client or "")
    return Decoded(routing_key=given.routing_key, dedup_key=dedup_key, event=check(event))


def _errors(given: Event) -> list[str]:
    errors = [] if given.routing_key else ["'routing_key' is missing or blank"]
    if given.event_action not in ACTIONS:
        errors.append("'event_action' must be one of trigger, acknowledge, resolve")
    elif given.event_action != "trigger" and not given.dedup_key:
        errors.append("'dedup_key' is missing or blank")
    elif given.event_action == "trigger":
        payload = given.payload or Payload()
        wanted = {"summary": payload.summary, "source": payload.source, "severity": payload.severity}
        errors += [f"'payload.{name}' is missing or blank" for name, value in wanted.items() if not value.strip()]
    if given.dedup_key and len(given.dedup_key) > DEDUP_KEY:
        errors.append(f"'dedup_key' is longer than {DEDUP_KEY} characters")
    return errors


def _fired(payload: Payload, dedup_key: str, client: str, sent_at: datetime | None) -> NewEvent:
    labels = _labels(payload)
    return NewEvent(
        action=AlertAction.FIRE,
        fingerprint=dedup_key,
        at=moment(payload.timestamp, "payload.timestamp") if payload.timestamp else None,
        sent_at=sent_at,
        severity=_severity(payload.severity),
        service=service_of(labels, payload.source),
        peer=peer_of(labels),
        name=next((labels[name] for name in _NAMES if labels.get(name)), payload.class_ or payload.summary),
        title=payload.summary,
        source=payload.source,
        by=client,
        labels=labels,
    )


def _labels(payload: Payload) -> dict[str, str]:
    """Custom details, and what the payload says besides under PagerDuty's own names."""
    labels = _details(payload.custom_details)
    own = {"component": payload.component, "group": payload.group, "class": payload.class_}
    return {**labels, **{name: value for name, value in own.items() if value}}


def _details(given: Any) -> dict[str, str]:
    if isinstance(given, dict):
        return flattened(given)
    return {} if given is None else flattened({"custom_details": given})


def _severity(word: str) -> Severity:
    try:
        return from_pagerduty(word)
    except ValueError:
        raise Invalid(["'payload.severity' must be one of critical, warning, error, info"]) from None
