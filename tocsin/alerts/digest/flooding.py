"""The floodgate: one integration has only so many alerts open; firings that would open more are held back.

What is held was acknowledged, so it stays in the event log, marked for the ledger, and counts in one alert about the
flood (`actions.refusals`). A critical firing passes until twice as many are open: what matters most is not held
back by what matters least. Repeats, ends and acknowledgements of known alerts pass; what a sender repeats
enters as soon as there is room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import connection

from tocsin.alerts.digest.reading import Event
from tocsin.alerts.digest.working import Key, Working
from tocsin.alerts.queries.firing import open_by_integration
from tocsin.alerts.rules import AlertAction, Severity
from tocsin.alerts.rules.refusals import RefusalKind

_MARK = """
UPDATE alerts_event SET target = 'held'
 WHERE batch_id = ANY(%s) AND received_at >= %s AND id = ANY(%s)
"""

_MARK_REPEATS = """
UPDATE alerts_repeat AS repeat
   SET held = ARRAY(SELECT fingerprint FROM unnest(fingerprints) AS fingerprint INTERSECT SELECT unnest(new.held))
  FROM (SELECT integration_id, array_agg(fingerprint) AS held
          FROM unnest(%s::bigint[], %s::text[]) AS held (integration_id, fingerprint) GROUP BY 1) AS new
 WHERE batch_id = ANY(%s) AND received_at >= %s AND repeat.integration_id = new.integration_id
   AND fingerprints && new.held
"""

_COUNT = """
INSERT INTO alerts_refusing AS known (integration_id, kind, count, told, since, last_at)
SELECT integration_id, %s, count, 0, tocsin_now(), tocsin_now()
  FROM unnest(%s::bigint[], %s::bigint[]) AS new (integration_id, count) ORDER BY integration_id
ON CONFLICT (integration_id, kind) DO UPDATE SET count = known.count + excluded.count, last_at = excluded.last_at
"""


@dataclass(slots=True, kw_only=True)
class Floodgate:
    """Mutable on purpose, as a turn's `Working` is. `room` is how many more alerts may open, by integration; `reserve`
    how many more again, if they are critical.
    """

    reserve: int = 0
    room: dict[int, int] = field(default_factory=dict)
    held: list[Event] = field(default_factory=list)

    @classmethod
    def before(cls, events: Iterable[Event], newest: Mapping[Key, Working]) -> Floodgate:
        """The gate of a turn; it asks only about integrations that may open alerts in it. Tocsin's own has none."""
        most = settings.CONFIG.flood_alerts
        fires = {event.key for event in events if event.action is AlertAction.FIRE}
        may_open = {key[0] for key in fires if (known := newest.get(key)) is None or not known.life.is_open}
        if not most or not may_open:
            return cls()
        return cls(reserve=most, room={id_: most - count for id_, count in open_by_integration(may_open).items()})

    def holds(self, event: Event) -> bool:
        """Whether an event that would open an alert finds no room."""
        reserve = self.reserve if event.content.severity == Severity.CRITICAL else 0
        if self.room.get(event.integration_id, 1) + reserve > 0:
            return False
        self.held.append(event)
        return True

    def count(self, integration_id: int, opened: int) -> None:
        """Alerts of an integration were opened (or, below 0, closed)."""
        if integration_id in self.room:
            self.room[integration_id] -= opened


def keep_held(held: Sequence[Event], batches: Sequence[int], since: datetime) -> None:
    """Mark what was held in the event log, and count it."""
    if not held:
        return
    counts = Counter(event.integration_id for event in held)
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [list(batches), since, [event.id for event in held if event.id]])
        repeats = [event.key for event in held if not event.id]
        if repeats:
            integrations, fingerprints = map(list, zip(*repeats, strict=True))
            cursor.execute(_MARK_REPEATS, [integrations, fingerprints, list(batches), since])
        cursor.execute(_COUNT, [RefusalKind.FLOOD, list(counts), list(counts.values())])
