"""The alert about a node's disk that is nearly full."""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db import transaction

from tocsin.alerts.actions.handing import SERVICE, hand_in, see_own_service
from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.queries.own import low_disks
from tocsin.alerts.rules import AlertAction, Severity
from tocsin.alerts.rules.disk import FINGERPRINT, DiskState, state_of

LASTS_S = 300.0
"""A node that is gone tells no more of its disk."""

_ADVICE = {
    DiskState.LOW: "There will be no room for alerts when the database is away. Make room.",
    DiskState.SHORT: "The event log is kept for less meanwhile. Make room.",
    DiskState.FULL: "Alerts that matter least are refused. Make room at once.",
}


class DiskNews(StrEnum):
    BECAME_LOW = "became_low"
    EASED = "eased"


@transaction.atomic
def tell_disk(node: str, fill: float, *, has_database: bool) -> DiskNews | None:
    """Raise, renew or close the alert about a node's disk, `fill` of which (0 to 1) is used; what of that is new."""
    low, full = settings.CONFIG.disk_low_percent / 100, settings.CONFIG.disk_full_percent / 100
    told = any(disk.node == node for disk in low_disks())
    state = state_of(fill, low=low, full=full, has_database=has_database, was_low=told)
    if state is DiskState.ROOM:
        if told:
            hand_in([NewEvent(action=AlertAction.RESOLVE, fingerprint=FINGERPRINT + node)])
        return DiskNews.EASED if told else None
    see_own_service()
    hand_in([_low(node, fill, state)])
    return None if told else DiskNews.BECAME_LOW


def _low(node: str, fill: float, state: DiskState) -> NewEvent:
    percent = str(int(fill * 100))
    return NewEvent(
        action=AlertAction.FIRE,
        fingerprint=FINGERPRINT + node,
        lasts_s=LASTS_S,
        severity=Severity.CRITICAL if state is DiskState.FULL else Severity.MAJOR,
        service=SERVICE,
        name="DiskNearlyFull",
        title=f"The disk of {node} is {percent} % full",
        description=_ADVICE[state],
        labels={"service": SERVICE, "node": node, "percent": percent, "state": state.value},
    )
