"""One group of deliveries as one transaction: a batch row, the events by COPY, one NOTIFY."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tocsin.alerts.intake.events import Delivery, NewEvent, settle

CHANNEL = "tocsin_intake"

# The notification goes out with the commit; told in the same statement it costs no round trip of its own.
_BATCH = """
WITH batch AS (INSERT INTO alerts_batch (received_at, events) VALUES (tocsin_now(), %s) RETURNING id, received_at)
SELECT id, received_at, pg_notify(%s, '') FROM batch
"""

_KEYS = """
INSERT INTO alerts_deliverykey (integration_id, key, at)
SELECT integration_id, key, tocsin_now() FROM unnest(%s::bigint[], %s::text[]) AS new (integration_id, key)
ON CONFLICT (integration_id, key) DO NOTHING RETURNING integration_id, key
"""

_TYPES = {
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
_COPY = f"COPY alerts_event ({', '.join(_TYPES)}) FROM STDIN (FORMAT BINARY)"
_INSTANT = timedelta(microseconds=1)


async def commit(connection: AsyncConnection[Any], deliveries: Sequence[Delivery]) -> set[int]:
    """Store what is new among the deliveries; returns the positions of those that were stored before.

    The connection must be outside a transaction. Within a batch each event is received a microsecond after the one
    before, so that the order of arrival survives in `received_at`.
    """
    async with connection.transaction():
        repeated = await _repeated(connection, deliveries)
        wanted = [delivery for position, delivery in enumerate(deliveries) if position not in repeated]
        count = sum(len(delivery.events) for delivery in wanted)
        if count:
            row = await (await connection.execute(_BATCH, [count, CHANNEL])).fetchone()
            assert row is not None
            await _copy(connection, wanted, row[0], row[1])
    return repeated


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
    connection: AsyncConnection[Any], deliveries: Iterable[Delivery], batch_id: int, received_at: datetime
) -> None:
    async with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.set_types(list(_TYPES.values()))
        for row in _rows(deliveries, batch_id, received_at):
            await copy.write_row(row)


def _rows(deliveries: Iterable[Delivery], batch_id: int, received_at: datetime) -> Iterator[tuple[Any, ...]]:
    for delivery in deliveries:
        for event in delivery.events:
            yield _row(delivery, event, batch_id, received_at)
            received_at += _INSTANT


def _row(delivery: Delivery, event: NewEvent, batch_id: int, received_at: datetime) -> tuple[Any, ...]:
    action, at, expires_at = settle(event, received_at)
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
        event.service or delivery.sender.integration,
        event.peer,
        event.name,
        event.title,
        event.description,
        event.source,
        event.by,
        Jsonb(event.labels, dumps=msgspec.json.encode),
    )
