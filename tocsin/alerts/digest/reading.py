"""What waits for its digest, and the newest alerts it is about."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tocsin.alerts.digest.repeating import TOLD
from tocsin.alerts.digest.working import Content, Key, Working
from tocsin.alerts.rows import LIFE_FIELDS
from tocsin.alerts.rules import AlertAction, AlertState, Life, Severity

log = logging.getLogger(__name__)

MOST_EVENTS = 10_000
"""Events in one turn, unless a single batch has more."""

_BATCHES = """
SELECT id, received_at FROM (
  SELECT id, received_at, sum(events) OVER (ORDER BY id) - events AS before
    FROM (SELECT * FROM alerts_batch ORDER BY id LIMIT 500) AS waiting
) AS counted WHERE before < %s ORDER BY id
"""

_EVENTS = """
SELECT integration_id, fingerprint, action, "order", at, received_at, expires_at, severity, service, peer, name,
       title, description, source, by, labels::text, id
  FROM alerts_event WHERE batch_id = ANY(%s) AND received_at >= %s AND target = 'alias'
 ORDER BY received_at, id
"""

# A repeat says what the event said that it names, an index look-up away. Where that is lost (a standby that took over
# had not heard of it), it says what its alert says; where there is none, all that is known are its name and severity.
_REPEATS = (
    TOLD  # noqa: S608 - constants of this room
    + """
SELECT told.integration_id, told.fingerprint, 'fire', coalesce(told."order", told.received_at), told.at,
       told.received_at, told.expires_at, told.severity,
       coalesce(said.service, known.service, integration.key), coalesce(said.peer, known.peer, ''),
       coalesce(said.name, known.name, told.fingerprint), coalesce(said.title, known.title, told.fingerprint),
       coalesce(said.description, known.description, ''), coalesce(said.source, known.source, ''),
       coalesce(said.by, ''), coalesce(said.labels, known.labels, '{}')::text, 0, told.said_at, said.title IS NULL
  FROM told
  JOIN alerts_integration AS integration ON integration.id = told.integration_id
  LEFT JOIN LATERAL (
         SELECT service, peer, name, title, description, source, by, labels FROM alerts_event
          WHERE integration_id = told.integration_id AND fingerprint = told.fingerprint
            AND received_at = told.said_at LIMIT 1) AS said ON true
  LEFT JOIN LATERAL (
         SELECT s.key AS service, a.peer, a.name, a.title, a.description, a.source, a.labels
           FROM alerts_alert AS a JOIN assets_service AS s ON s.id = a.service_id
          WHERE a.integration_id = told.integration_id AND a.fingerprint = told.fingerprint
            AND a.superseded_at IS NULL) AS known ON said.title IS NULL
 WHERE (told.integration_id, told.fingerprint) NOT IN (SELECT integration_id, fingerprint FROM mere)
 ORDER BY told.received_at
"""
)

_NEWEST = f"""
SELECT a.id, a.uuid, a.integration_id, a.fingerprint, a.severity, a.title, a.description, a.name, s.key, a.peer,
       a.labels::text, a.source, a.group_id, a.set_aside, a.expires_at, a.edits, a.said_at, a.hushed_by_id,
       {", ".join(f"a.{name}" for name in LIFE_FIELDS)}
  FROM unnest(%s::bigint[], %s::text[]) AS wanted (integration_id, fingerprint)
  JOIN alerts_alert a ON a.integration_id = wanted.integration_id AND a.fingerprint = wanted.fingerprint
   AND a.superseded_at IS NULL
  JOIN assets_service s ON s.id = a.service_id
 ORDER BY a.id FOR UPDATE OF a
"""  # noqa: S608  # the names are this package's own

# An event that names an alert by what we called it gets that alert's fingerprint; one that names none stays as it is.
_NAME = """
UPDATE alerts_event AS event SET fingerprint = alert.fingerprint, target = 'alias'
  FROM alerts_alert AS alert
 WHERE event.batch_id = ANY(%s) AND event.received_at >= %s AND event.target IN ('id', 'tiny')
   AND alert.integration_id = event.integration_id
   AND CASE event.target WHEN 'id' THEN alert.uuid::text ELSE alert.id::text END = event.fingerprint
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A stored event. `labels` is JSON text: most of it is only passed on."""

    integration_id: int
    fingerprint: str
    action: AlertAction
    order: datetime
    at: datetime | None
    received_at: datetime
    expires_at: datetime | None
    content: Content
    by: str
    said_at: datetime
    """When what it says was received whole: itself, or what it repeats."""
    id: int = 0
    """0 for a repeat."""

    @property
    def key(self) -> Key:
        return self.integration_id, self.fingerprint

    @property
    def began_at(self) -> datetime | None:
        """When the firing began, where the sender says so."""
        return self.order if self.order != self.received_at else None


def waiting_batches() -> tuple[list[int], datetime | None]:
    """The oldest batches up to MOST_EVENTS, and when the first of them was received."""
    with connection.cursor() as cursor:
        cursor.execute(_BATCHES, [MOST_EVENTS])
        rows = cursor.fetchall()
    return [row[0] for row in rows], min((row[1] for row in rows), default=None)


def remove_batches(batches: Sequence[int]) -> None:
    """They are digested when the caller's transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM alerts_batch WHERE id = ANY(%s)", [list(batches)])


def name_alerts(batches: Sequence[int], since: datetime) -> None:
    """Give events that name an alert by what we called it the fingerprint of that alert."""
    with connection.cursor() as cursor:
        cursor.execute(_NAME, [list(batches), since])


def events_of(batches: Sequence[int], since: datetime) -> list[Event]:
    """The events of these batches that name an alert, in the order in which they were received."""
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [list(batches), since])
        return [_event(row, said_at=row[5]) for row in cursor.fetchall()]


def other_repeats_of(batches: Sequence[int], since: datetime) -> list[Event]:
    """The repeats of these batches that are more than mere ones, as if they had been stored whole."""
    with connection.cursor() as cursor:
        cursor.execute(_REPEATS, {"batches": list(batches), "since": since})
        rows = cursor.fetchall()
    if lost := sum(row[18] for row in rows):
        log.error("repeated_events_lost", extra={"repeats": lost})
    return [_event(row, said_at=row[17]) for row in rows]


def _event(row: tuple[Any, ...], *, said_at: datetime) -> Event:
    integration_id, fingerprint, action, order, at, received_at, expires_at, severity = row[:8]
    service, peer, name, title, description, source, by, labels, id_ = row[8:17]
    return Event(
        id=id_,
        integration_id=integration_id,
        fingerprint=fingerprint,
        action=AlertAction(action),
        order=order,
        at=at,
        received_at=received_at,
        expires_at=expires_at,
        content=Content(
            severity=Severity(severity),
            title=title,
            description=description,
            name=name,
            service=service,
            peer=peer,
            labels=labels,
            source=source,
        ),
        by=by,
        said_at=said_at,
    )


def newest_alerts(keys: Iterable[Key]) -> dict[Key, Working]:
    """The newest alert of each of these fingerprints that has one, locked."""
    wanted = list(keys)
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [[key[0] for key in wanted], [key[1] for key in wanted]])
        rows = cursor.fetchall()
    found = (_working(row) for row in rows)
    return {working.key: working for working in found}


def _working(row: tuple[Any, ...]) -> Working:
    id_, uuid, integration_id, fingerprint, severity, title, description, name, service, peer, labels, source = row[:12]
    life = dict(zip(LIFE_FIELDS, row[18:], strict=True))
    return Working(
        id=id_,
        uuid=uuid if isinstance(uuid, UUID) else UUID(uuid),
        key=(integration_id, fingerprint),
        life=Life(**life | {"state": AlertState(life["state"])}),
        content=Content(
            severity=Severity(severity),
            title=title,
            description=description,
            name=name,
            service=service,
            peer=peer,
            labels=labels,
            source=source,
        ),
        group_id=row[12],
        set_aside=row[13],
        expires_at=row[14],
        edits=json.loads(row[15]) if isinstance(row[15], str) else row[15],
        said_at=row[16],
        hushed_by_id=row[17],
    )
