"""What became of every delivery. The database counts them, each once, so the lines add up to the total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection

from tocsin.accounts.queries import require
from tocsin.accounts.rules import Actor, Verb
from tocsin.alerts.models import Group
from tocsin.alerts.queries.scope import visible_group
from tocsin.core import clock


class LedgerLine(StrEnum):
    """Where a delivery went. The first four are of the group itself, the others came in at the same time."""

    EVIDENCE = "evidence"
    """First firings on the cause itself: what speaks for it directly."""
    SYMPTOMS = "symptoms"
    """First firings on other services: downstream of the cause."""
    REPEATS = "repeats"
    """The same alert told again."""
    RECOVERIES = "recoveries"
    """Ends and acknowledgements sent by the machines."""
    OTHER_GROUPS = "other_groups"
    """Of another failure at the same time."""
    STANDING = "standing"
    FLAPPING = "flapping"
    SILENCED = "silenced"
    MAINTENANCE = "maintenance"
    BRIEF = "brief"
    FLOOD = "flood"
    """Held back: it would have opened an alert while its integration had too many open. Counted in the flood alert."""
    UNRELATED = "unrelated"
    """None of these: seen, kept, tied to nothing. Also what waits for its digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Deliveries received from `since` to `until`, by line. `total` is counted apart, and is their sum."""

    since: datetime
    until: datetime
    total: int
    lines: Mapping[LedgerLine, int]


LINES = """
WITH event AS MATERIALIZED (
  SELECT integration_id, fingerprint, received_at, action, severity, target FROM alerts_delivered
   WHERE received_at >= %(since)s AND received_at <= %(until)s AND target NOT IN ('change', 'heartbeat')
     AND action <> 'note'
), line AS (
  SELECT e.received_at, e.severity, CASE
    WHEN e.target = 'held' THEN 'flood'
    WHEN a.id IS NULL THEN 'unrelated'
    WHEN a.group_id = ANY(%(groups)s) THEN CASE
      WHEN e.action <> 'fire' THEN 'recoveries'
      WHEN e.received_at > a.first_at THEN 'repeats'
      WHEN a.service_id = g.cause_service_id THEN 'evidence'
      ELSE 'symptoms' END
    WHEN a.group_id IS NOT NULL THEN 'other_groups'
    WHEN a.set_aside IN ('standing', 'flapping', 'silenced', 'maintenance', 'brief') THEN a.set_aside
    ELSE 'unrelated' END AS line
  FROM event e
  LEFT JOIN alerts_alert a ON a.integration_id = e.integration_id AND a.fingerprint = e.fingerprint
   AND (a.follows_at IS NULL OR e.received_at >= a.follows_at)
   AND (a.superseded_at IS NULL OR e.received_at < a.superseded_at)
  LEFT JOIN alerts_group g ON g.id = a.group_id
)
"""
"""Every delivery of a stretch of time with its line; a note that came with one is a part of it.

Who counts lines counts `event` in the same statement: what is committed between two statements would make the sum
differ from the total."""

_COUNTS = (
    LINES  # noqa: S608 - constants of this module
    + "SELECT line, count(*) FROM line GROUP BY line UNION ALL SELECT 'total', count(*) FROM event"
)


def ledger(actor: Actor, group_id: UUID) -> Ledger:
    """What became of everything that was received from a group's first delivery to its end (or now)."""
    group = visible_group(actor, group_id)
    return _counted([group.id], group.first_at, group.closed_at)


def whole_ledger(actor: Actor, *, since: datetime, until: datetime | None = None) -> Ledger:
    """What became of everything received in a stretch of time: every group that was open then is one of its own."""
    require(actor, Verb.VIEW)
    groups = Group.objects.filter(last_at__gte=since, merged_into__isnull=True)
    return _counted(list(groups.values_list("id", flat=True)), since, until)


def _counted(groups: list[int], since: datetime, until: datetime | None) -> Ledger:
    end = ends_at(until)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"groups": groups, "since": since, "until": end})
        counts: dict[str, int] = dict(cursor.fetchall())
    return ledger_of(counts, since, end)


def ends_at(until: datetime | None) -> datetime:
    """The end of a stretch: `until`, or now."""
    return until if until is not None else clock.now()


def ledger_of(counts: Mapping[str, int], since: datetime, until: datetime) -> Ledger:
    """The ledger from deliveries by line, and the `total` of them counted apart."""
    lines = {line: counts.get(line.value, 0) for line in LedgerLine}
    return Ledger(since=since, until=until, total=counts["total"], lines=lines)
