"""The body of Alertmanager's webhook, which Grafana sends too: a group of alerts, each with its own state and times.

An alert is its fingerprint. A firing and its end give the same `startsAt`, so whichever comes first, the end holds. An
alert with an empty `endsAt`, or with Go's zero time there, fires until it is resolved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request, moment
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.rules import AlertAction, from_word
from tocsin.alerts.sources.parts import Part, document, fitted, labels_of
from tocsin.alerts.sources.source import Decoded, each

STATES = {"firing": AlertAction.FIRE, "resolved": AlertAction.RESOLVE}
TITLES = ("summary", "title", "message")
TEXTS = ("description", "message", "runbook_url")


def group_of(request: Request, more: Callable[[Part], dict[str, str]] = lambda alert: {}) -> Decoded:
    """The events of the group's alerts; `more` gives further labels of one."""
    body = document(request.body)
    if not isinstance(body["alerts"].value, list):
        raise Refusal("alerts is missing: this is no webhook of Alertmanager")
    found = each(list(body["alerts"]), lambda alert: _event(alert, request, more(alert)))
    cut = body["truncatedAlerts"].value
    if isinstance(cut, int) and cut > 0 and found.events:
        return replace(found, refused=(*found.refused, f"{cut} more were left out by the sender's max_alerts"))
    return found


def _event(alert: Part, request: Request, more: dict[str, str]) -> NewEvent:
    status = alert["status"].text
    if status not in STATES:
        raise Refusal(f"status must be one of {', '.join(STATES)}, not “{status[:40]}”")
    labels = labels_of(alert["labels"].fields)
    if not labels:
        raise Refusal("it has no labels")
    starts_at, ends_at = _time(alert, "startsAt"), _time(alert, "endsAt")
    action, notes = STATES[status], alert["annotations"]
    return fitted(
        NewEvent(
            action=action,
            fingerprint=alert["fingerprint"].text or _fingerprint(labels),
            order=starts_at,
            at=ends_at if action is AlertAction.RESOLVE else starts_at,
            sent_at=request.sent_at,
            severity=from_word(labels.get("severity", "")),
            name=labels.get("alertname", ""),
            title=notes.first(*TITLES) or labels.get("alertname", "") or next(iter(labels.values())),
            description=notes.first(*TEXTS),
            source=alert["generatorURL"].text,
            labels={**labels, **more},
        )
    )


def _time(alert: Part, name: str) -> datetime | None:
    """Go's zero time, in the year 1, says that there is none."""
    stated = alert[name].text
    return moment(stated, name) if stated and not stated.startswith("0001-") else None


def _fingerprint(labels: dict[str, str]) -> str:
    pairs = "".join(f"{name}\xff{labels[name]}\xff" for name in sorted(labels))
    return hashlib.blake2b(pairs.encode(), digest_size=8).hexdigest()
