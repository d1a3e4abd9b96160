"""Folded alerts into the database: new ones by COPY, changed ones by one UPDATE; the facts of the turn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from tocsin.accounts.rules import ENGINE
from tocsin.alerts import facts
from tocsin.alerts.digest.working import Working
from tocsin.alerts.models import Integration
from tocsin.alerts.rows import LIFE_FIELDS, integration_ref
from tocsin.alerts.rules import CloseReason
from tocsin.journal.actions import Entry, record_many

_CONTENT = ("severity", "title", "description", "name", "service_id", "peer", "labels", "source")
_OWN = ("expires_at", "follows_at", "superseded_at", "set_aside", "said_at", "hushed_by_id")
_COLUMNS = ("id", "uuid", "integration_id", "fingerprint", "pinned", *_CONTENT, *LIFE_FIELDS, *_OWN)
_COPY = f"COPY alerts_alert ({', '.join(_COLUMNS)}) FROM STDIN"

_TYPES = {
    "state": "text",
    "close_reason": "text",
    "acknowledged_by": "text",
    "count": "bigint",
    "flaps": "int",
    "set_aside": "text",
    "hushed_by_id": "bigint",
}
_CHANGING = (*LIFE_FIELDS, "expires_at", "superseded_at", "set_aside", "said_at", "hushed_by_id")


def _update(columns: Sequence[str]) -> str:
    arrays = ", ".join(f"%s::{_TYPES.get(name, 'timestamptz')}[]" for name in columns)
    sets = ", ".join(f"{name} = changed.{name}" for name in columns)
    return (
        f"UPDATE alerts_alert AS alert SET {sets} FROM unnest(%s::bigint[], {arrays}) "  # noqa: S608  # own names
        f"AS changed (id, {', '.join(columns)}) WHERE alert.id = changed.id"
    )


_LIFE_UPDATE = _update(_CHANGING)
_CONTENT_UPDATE = """
UPDATE alerts_alert AS alert SET severity = changed.severity, title = changed.title, description = changed.description,
       name = changed.name, service_id = changed.service_id, peer = changed.peer, labels = changed.labels,
       source = changed.source
  FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::jsonb[],
              %s::text[])
    AS changed (id, severity, title, description, name, service_id, peer, labels, source)
 WHERE alert.id = changed.id
"""


def write(changed: Sequence[Working], services: Mapping[str, int]) -> None:
    """Store the alerts; new ones get their `id`. `services` maps keys to ids."""
    new = [working for working in changed if working.is_new]
    old = [working for working in changed if not working.is_new]
    _number(new)
    # Old rows first: they make room in the index of newest alerts.
    _update_life(old)
    _update_content([working for working in old if working.content_changed], services)
    _insert(new, services)


def _number(new: Sequence[Working]) -> None:
    if not new:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('alerts_alert', 'id')) FROM generate_series(1, %s)", [len(new)]
        )
        for working, (number,) in zip(new, cursor.fetchall(), strict=True):
            working.id = number


def _insert(new: Sequence[Working], services: Mapping[str, int]) -> None:
    if not new:
        return
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for working in new:
            copy.write_row(
                (
                    working.id,
                    working.uuid,
                    *working.key,
                    False,
                    *_content_values(working, services),
                    *(getattr(working.life, name) for name in LIFE_FIELDS),
                    working.expires_at,
                    working.follows_at,
                    working.superseded_at,
                    working.set_aside,
                    working.said_at,
                    working.hushed_by_id,
                )
            )


def _content_values(working: Working, services: Mapping[str, int]) -> tuple[Any, ...]:
    content = working.content
    return (
        int(content.severity),
        content.title,
        content.description,
        content.name,
        services[content.service],
        content.peer,
        content.labels,
        content.source,
    )


def _update_life(old: Sequence[Working]) -> None:
    if not old:
        return
    ordered = sorted(old, key=lambda working: working.id)
    own = {"expires_at", "superseded_at", "set_aside", "said_at", "hushed_by_id"}
    columns: list[list[Any]] = [[working.id for working in ordered]]
    columns += [[getattr(each if name in own else each.life, name) for each in ordered] for name in _CHANGING]
    with connection.cursor() as cursor:
        cursor.execute(_LIFE_UPDATE, columns)


def _update_content(old: Sequence[Working], services: Mapping[str, int]) -> None:
    if not old:
        return
    ordered = sorted(old, key=lambda working: working.id)
    rows = [(working.id, *_content_values(working, services)) for working in ordered]
    with connection.cursor() as cursor:
        cursor.execute(_CONTENT_UPDATE, [list(column) for column in zip(*rows, strict=True)])


def tell(changed: Iterable[Working], now: datetime) -> None:
    """One fact for each integration that opened alerts, one for each that closed some; and when each last spoke."""
    opened: dict[int, list[str]] = {}
    closed: dict[int, list[str]] = {}
    spoke: set[int] = set()
    for working in changed:
        integration_id = working.key[0]
        spoke.add(integration_id)
        if working.is_new and working.life.count:
            opened.setdefault(integration_id, []).append(str(working.uuid))
        was_open = working.was_open or (working.is_new and working.life.count > 0)
        if was_open and not working.life.is_open:
            closed.setdefault(integration_id, []).append(str(working.uuid))
    rows = {row.id: row for row in Integration.objects.filter(id__in=spoke)}
    entries = [
        Entry(fact=facts.AlertsOpened(integration=rows[i].key, alerts=alerts), subject=integration_ref(rows[i]))
        for i, alerts in opened.items()
    ]
    entries += [
        Entry(
            fact=facts.AlertsClosed(integration=rows[i].key, why=CloseReason.RESOLVED, alerts=alerts),
            subject=integration_ref(rows[i]),
        )
        for i, alerts in closed.items()
    ]
    record_many(entries, actor=ENGINE)
    note_speakers(spoke, now)


def note_speakers(integrations: Collection[int], now: datetime) -> None:
    """When each last spoke."""
    Integration.objects.filter(id__in=integrations).update(last_seen_at=now)
