"""One group of deliveries as one transaction: a batch row, the events by COPY, one NOTIFY.

A firing that says word for word what the last of its alert said is no event of its own, but an element of one row for
all such of its delivery, which names the event it repeats.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tocsin.alerts.intake.events import Delivery, NewEvent, Settled, Target, settle
from tocsin.alerts.intake.memory import Learnt, Memory, Said, content_of
from tocsin.alerts.rules.states import AlertAction

CHANNEL = "tocsin_intake"

# The notification goes out with the commit; told in the same statement it costs no round trip of its own.
_BATCH = """
WITH batch AS (
  INSERT INTO alerts_batch (received_at, events) VALUES (least(%s::timestamptz, tocsin_now()), %s)
  RETURNING id, received_at
)
SELECT id, received_at, tocsin_now(), pg_notify(%s, '') FROM batch
"""

_KEYS = """
INSERT INTO alerts_deliverykey (integration_id, key, at)
SELECT integration_id, key, tocsin_now() FROM unnest(%s::bigint[], %s::text[]) AS new (integration_id, key)
ON CONFLICT (integration_id, key) DO NOTHING RETURNING integration_id, key
"""

_PROBE = "INSERT INTO alerts_batch (id, received_at, events) VALUES (%s, tocsin_now(), 0) ON CONFLICT (id) DO NOTHING"
_STORED = """
SELECT EXISTS (SELECT FROM alerts_event WHERE batch_id = %(batch)s AND request_id = ANY(%(requests)s))
    OR EXISTS (SELECT FROM alerts_repeat WHERE batch_id = %(batch)s AND request_id = ANY(%(requests)s))
"""

TYPES = {
    "batch_id": "int8",
    "received_at": "timestamptz",
    "integration_id": "int8",
    "request_id": "uuid",
    "action": "text",
    "target": "text",
    "fingerprint": "text",
    '"order"': "timestamptz",
    "at": "timestamptz",
    "expires_at": "timestamptz",
    "severity": "int2",
    "service": "text",
    "peer": "text",
    "name": "text",
    "title": "text",
    "description": "text",
    "source": "text",
    "by": "text",
    "labels": "jsonb",
}
REPEAT_TYPES = {
    "batch_id": "int8",
    "received_at": "timestamptz",
    "integration_id": "int8",
    "request_id": "uuid",
    "at": "timestamptz",
    "expires_at": "timestamptz",
    "fingerprints": "text[]",
    "severities": "int2[]",
    "orders": "timestamptz[]",
    "said_at": "timestamptz[]",
}
_INSTANT = timedelta(microseconds=1)


@dataclass(slots=True)
class Attempt:
    """What is known of a commit whose answer may be lost: the row it goes under, once the database has named it.

    `learnt` is for a `Memory`, once the commit is known to have succeeded.
    """

    batch: int | None = None
    stored_at: datetime | None = None
    learnt: Learnt = field(default_factory=dict)


async def commit(
    connection: AsyncConnection[Any],
    deliveries: Sequence[Delivery],
    attempt: Attempt | None = None,
    *,
    memory: Memory | None = None,
    received_at: datetime | None = None,
) -> set[int]:
    """Store what is new among the deliveries; returns the positions of those that were stored before.

    `received_at` is None for what has just come in, and when it did for what was kept elsewhere until now. Within a
    batch each event is received a microsecond after the one before, so that the order of arrival survives in it.
    """
    attempt = attempt or Attempt()
    async with connection.transaction():
        repeated = await _repeated(connection, deliveries)
        wanted = [delivery for position, delivery in enumerate(deliveries) if position not in repeated]
        count = sum(len(delivery.events) for delivery in wanted)
        if count:
            row = await (await connection.execute(_BATCH, [received_at, count, CHANNEL])).fetchone()
            assert row is not None
            attempt.batch, began_at, attempt.stored_at, _ = row
            told = Told(batch=row[0], received_at=began_at, stored_at=row[2], memory=memory or Memory())
            for delivery in wanted:
                told.take(delivery)
            attempt.learnt = told.learnt
            await _copy(connection, "alerts_event", TYPES, told.events)
            await _copy(connection, "alerts_repeat", REPEAT_TYPES, told.repeats)
    return repeated


_OF_CONTENT = ("22", "23", "54")
"""How SQLSTATEs begin that speak of what was to be stored: data, integrity, a limit of the program."""


def is_of_content(error: BaseException) -> bool:
    """Whether what was given cannot be stored, and could not be again; any other failure is the database's, or ours.

    Of content is also what cannot even be written down for the database: a text that is no Unicode, a number too large.
    """
    if isinstance(error, psycopg.Error) and error.sqlstate:
        return error.sqlstate.startswith(_OF_CONTENT)
    return isinstance(error, (psycopg.DataError, ValueError, TypeError, ArithmeticError))


def reason_of(error: BaseException) -> str:
    """Why it cannot be stored, in a line."""
    return (isinstance(error, psycopg.Error) and error.diag.message_primary) or str(error)


async def was_stored(connection: AsyncConnection[Any], batch: int | None, requests: list[UUID]) -> bool:
    """Whether a commit whose answer was lost has succeeded after all. Waits for one that is still under way.

    A row that the digest has taken since is gone, but its events stay. A number may have been given out again by a
    database that crashed before it remembered having given it, so the requests decide.
    """
    if batch is None:
        return False
    if (await connection.execute(_PROBE, [batch])).rowcount:
        await connection.execute("DELETE FROM alerts_batch WHERE id = %s", [batch])
    found = await (await connection.execute(_STORED, {"batch": batch, "requests": requests})).fetchone()
    return bool(found and found[0])


async def _repeated(connection: AsyncConnection[Any], deliveries: Sequence[Delivery]) -> set[int]:
    first: dict[tuple[int, str], int] = {}
    repeated = set()
    for position, delivery in enumerate(deliveries):
        if delivery.key and first.setdefault((delivery.sender.integration_id, delivery.key), position) != position:
            repeated.add(position)
    if first:
        # Sorted, so that two nodes that commit the same keys wait for each other instead of deadlocking.
        keys = sorted(first)
        cursor = await connection.execute(_KEYS, [[each[0] for each in keys], [each[1] for each in keys]])
        new = {(row[0], row[1]) for row in await cursor.fetchall()}
        repeated |= {position for key, position in first.items() if key not in new}
    return repeated


async def _copy(
    connection: AsyncConnection[Any], table: str, types: Mapping[str, str], rows: Sequence[tuple[Any, ...]]
) -> None:
    if not rows:
        return
    statement = f"COPY {table} ({', '.join(types)}) FROM STDIN (FORMAT BINARY)"
    async with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.set_types(list(types.values()))
        for row in rows:
            await copy.write_row(row)


@dataclass(slots=True, kw_only=True)
class Told:
    """A batch while it is made up; each event is received a microsecond after the one before."""

    batch: int
    received_at: datetime
    stored_at: datetime
    memory: Memory
    events: list[tuple[Any, ...]] = field(default_factory=list)
    repeats: list[tuple[Any, ...]] = field(default_factory=list)
    learnt: Learnt = field(default_factory=dict)

    def take(self, delivery: Delivery) -> None:
        began_at = self.received_at
        repeats: dict[tuple[datetime | None, datetime | None], list[tuple[Any, ...]]] = {}
        alone = _alone(delivery)
        for event in delivery.events:
            settled = settle(event, self.received_at, self.stored_at)
            said_at = self._said_at(delivery, event, settled)
            if said_at is None or event.fingerprint not in alone:
                self.events.append(_row(delivery, event, self.batch, settled, self.received_at))
            else:
                # An end a microsecond apart for each would make a row for each: all are counted from the first.
                of = settle(event, began_at, self.stored_at)
                repeated = (event.fingerprint, int(event.severity), event.order, said_at)
                repeats.setdefault((of.at, of.expires_at), []).append(repeated)
            self.received_at += _INSTANT
        for (at, expires_at), same in repeats.items():
            columns = [list(column) for column in zip(*same, strict=True)]
            sender = delivery.sender.integration_id
            self.repeats.append((self.batch, began_at, sender, delivery.request_id, at, expires_at, *columns))

    def _said_at(self, delivery: Delivery, event: NewEvent, settled: Settled) -> datetime | None:
        """When what this event says was received whole, None when it is to be stored whole itself."""
        if event.target is not Target.ALIAS or settled.action not in (AlertAction.FIRE, AlertAction.RESOLVE):
            return None
        key = (delivery.sender.integration_id, event.fingerprint)
        if settled.action is AlertAction.RESOLVE:
            self.learnt[key] = None
            return None
        content = content_of(event)
        said_at = None if key in self.learnt else self.memory.said(key, content, self.received_at)
        if said_at is None:
            self.learnt[key] = Said(content, self.received_at)
        return said_at


def _alone(delivery: Delivery) -> set[str]:
    """What is told of once in this delivery. All its repeats are received at one moment, its first: of what is told of
    more, the order would be lost. What is named by our own names may be any of them."""
    if any(event.target in (Target.ID, Target.TINY) for event in delivery.events):
        return set()
    times = Counter(event.fingerprint for event in delivery.events)
    return {fingerprint for fingerprint, count in times.items() if count == 1}


def rows_of(
    deliveries: Iterable[Delivery], batch_id: int, received_at: datetime, stored_at: datetime
) -> list[tuple[Any, ...]]:
    """The rows of the event log, every event whole."""
    told = Told(batch=batch_id, received_at=received_at, stored_at=stored_at, memory=Memory())
    for delivery in deliveries:
        told.take(delivery)
    return told.events


def _row(
    delivery: Delivery, event: NewEvent, batch_id: int, settled: Settled, received_at: datetime
) -> tuple[Any, ...]:
    action, at, expires_at = settled
    return (
        batch_id,
        received_at,
        delivery.sender.integration_id,
        delivery.request_id,
        action.value,
        event.target.value,
        event.fingerprint,
        event.order or received_at,
        at,
        expires_at,
        int(event.severity),
        event.service or ("" if event.target in (Target.CHANGE, Target.HEARTBEAT) else delivery.sender.integration),
        event.peer,
        event.name,
        event.title,
        event.description,
        event.source,
        event.by,
        Jsonb(event.labels, dumps=msgspec.json.encode),
    )
