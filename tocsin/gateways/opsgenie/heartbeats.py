"""Opsgenie's pings: any of four methods on `/v2/heartbeats/{name}/ping`, with nothing in the body that matters."""

from __future__ import annotations

from datetime import datetime

from tocsin.alerts.intake import NewEvent, Target
from tocsin.alerts.intake.limits import check
from tocsin.alerts.rules import AlertAction

PING_METHODS = frozenset({"GET", "POST", "PUT", "PATCH"})
_PREFIX, _SUFFIX = "/v2/heartbeats/", "/ping"


def pinged(path: str) -> str | None:
    """The name of the heartbeat that a path pings, if it does."""
    if not (path.startswith(_PREFIX) and path.endswith(_SUFFIX)):
        return None
    name = path[len(_PREFIX) : -len(_SUFFIX)]
    return name if name and "/" not in name else None


def ping(name: str, *, sent_at: datetime | None) -> NewEvent:
    """A sign of life."""
    return check(NewEvent(action=AlertAction.RESOLVE, target=Target.HEARTBEAT, fingerprint=name, sent_at=sent_at))
