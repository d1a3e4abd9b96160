"""Alerts and silences as Alertmanager's API tells them: plain values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import re2

from tocsin.alerts.rules import Operator, Severity, silence_state
from tocsin.gateways.alertmanager.decode import RESOLVE_TIMEOUT_S
from tocsin.gateways.alertmanager.labels import apart, fingerprint, shown_fingerprint

if TYPE_CHECKING:
    from tocsin.alerts.models import Alert, Silence
    from tocsin.alerts.queries import Firing

Value = dict[str, Any]

NOBODY = "administrators"
"""Who is called where no team owns what fails; the receiver of the root route."""


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def labels_of(alert: Alert) -> dict[str, str]:
    """The label set as it was posted; what came by another wire gets the labels that Alertmanager's clients expect."""
    own, _ = apart(alert.labels)
    if alert.fingerprint == fingerprint(own):
        return own
    made = {"alertname": alert.name, "severity": Severity(alert.severity).name.lower(), "service": alert.service.key}
    return {**made, **own}


def alert(firing: Firing, now: datetime) -> Value:
    """One alert that fires."""
    row, labels = firing.alert, labels_of(firing.alert)
    ends_at = row.expires_at or now
    if ends_at <= now:  # it has no end of its own, or nobody was there to hear its repeats
        ends_at = now + timedelta(seconds=RESOLVE_TIMEOUT_S)
    found = {
        "labels": labels,
        "annotations": _annotations(row),
        "receivers": [{"name": receiver(firing)}],
        "fingerprint": _fingerprint(row),
        "startsAt": stamp(row.started_at),
        "updatedAt": stamp(row.last_at),
        "endsAt": stamp(ends_at),
        "status": _status(firing),
    }
    return found | {"generatorURL": row.source} if _is_address(row.source) else found


def receiver(firing: Firing) -> str:
    """Who is called for it."""
    return firing.team or NOBODY


def _status(firing: Firing) -> Value:
    silenced = [str(uuid) for uuid in firing.silenced_by]
    inhibited = [_fingerprint(firing.cause)] if firing.cause is not None else []
    state = "suppressed" if silenced or inhibited or firing.muted_by else "active"
    return {"state": state, "silencedBy": silenced, "inhibitedBy": inhibited, "mutedBy": list(firing.muted_by)}


def _fingerprint(row: Alert) -> str:
    return shown_fingerprint(row.fingerprint, row.integration.key)


def _annotations(row: Alert) -> dict[str, str]:
    """Those kept among the labels; summary and description unless they were only taken from those or from the name."""
    _, found = apart(row.labels)
    if row.title and row.title not in {row.name, *found.values()}:
        found["summary"] = row.title
    if row.description and row.description not in found.values():
        found["description"] = row.description
    return found


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and text.isascii() and text.isprintable()


def silence(row: Silence, now: datetime) -> Value:
    """A silence, loaded with its owner."""
    ends_at = min(row.ended_at, row.until) if row.ended_at else row.until
    state = silence_state(starts_at=row.starts_at, ends_at=row.until, ended_at=row.ended_at, now=now)
    return {
        "id": str(row.uuid),
        "status": {"state": state.value},
        "matchers": matchers(row),
        "startsAt": stamp(min(row.starts_at, ends_at)),
        "endsAt": stamp(ends_at),
        "updatedAt": stamp(row.changed_at),
        "createdBy": row.author or (row.owner.login if row.owner else ""),
        "comment": row.reason,
    }


def matchers(row: Silence) -> list[Value]:
    """What it matches; ours that Alertmanager has no operator for, as the expressions that mean the same."""
    return [_matcher(**each) for each in row.matchers]


def _matcher(label: str, op: str, value: str) -> Value:
    escaped = re2.escape(value)
    patterns = {
        Operator.BEGINS: f"{escaped}.*",
        Operator.CONTAINS: f".*{escaped}.*",
        Operator.LIKE: value,
        Operator.UNLIKE: value,
    }
    pattern = patterns.get(Operator(op))
    return {
        "name": label,
        "value": value if pattern is None else pattern,
        "isRegex": pattern is not None,
        "isEqual": op not in {Operator.IS_NOT, Operator.UNLIKE},
    }
