"""What takes a pass over all alerts and deliveries of a group, read once for everybody who looks at its incident.

A process keeps it until something has changed. What changes it publishes `alerts` or the group's own topic, or is a new
delivery in the log; the marks of these are read before the figures are, so what is kept is never older than its mark.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from django.db import connection

from tocsin.alerts.models import Group
from tocsin.alerts.queries.reach import TouchedService, complaint_of_cause, services_of_group
from tocsin.alerts.queries.storm import Storm, storm_of
from tocsin.core import live

KEPT_GROUPS = 32
KEPT_S = 60.0
"""Also the longest that a change nobody published stays unseen; topics are remembered for longer."""

_LAST_BATCH = """
SELECT greatest((SELECT batch_id FROM alerts_event ORDER BY batch_id DESC LIMIT 1),
                (SELECT batch_id FROM alerts_repeat ORDER BY batch_id DESC LIMIT 1))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """`complaint`: what the cause itself says, empty when it says nothing."""

    storm: Storm
    services: tuple[TouchedService, ...]
    complaint: str


@dataclass(slots=True)
class _Place:
    """One group's; its lock lets the first who asks read, and the others wait for that."""

    lock: Lock = field(default_factory=Lock)
    mark: tuple[object, ...] = ()
    read_at: float = 0.0
    found: Behind | None = None


_places: OrderedDict[UUID, _Place] = OrderedDict()
_places_lock = Lock()


def behind(group: Group) -> Behind:
    """What stands behind a group, just read. The caller checks its access, and has written nothing yet."""
    place = _place(group.uuid)
    with place.lock:
        mark = _mark(group)
        if place.found is None or place.mark != mark or time.monotonic() - place.read_at > KEPT_S:
            place.found, place.mark, place.read_at = _read(group), mark, time.monotonic()
        return place.found


def _read(group: Group) -> Behind:
    services = tuple(services_of_group(group.uuid))
    return Behind(storm=storm_of(group), services=services, complaint=complaint_of_cause(group))


def _place(group_id: UUID) -> _Place:
    with _places_lock:
        place = _places.setdefault(group_id, _Place())
        _places.move_to_end(group_id)
        if len(_places) > KEPT_GROUPS:
            _places.popitem(last=False)
        return place


def _mark(group: Group) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_LAST_BATCH)
        last = cursor.fetchone()
    own = (group.version, group.cause_service_id, group.first_at, group.last_at, group.closed_at)
    return *own, last, live.newest(["alerts", f"group:{group.uuid}"])
