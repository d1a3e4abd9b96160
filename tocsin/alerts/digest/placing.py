"""Which alert is where: in a group and why, or set aside and for what reason. Only what changed is written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Q

from tocsin import correlation
from tocsin.alerts.models import Alert
from tocsin.alerts.rules import GroupState

# That an alert is silenced or in maintenance is marked and unmarked by `silencing` alone.
_PLACE = """
UPDATE alerts_alert AS alert SET group_id = placed.group_id, why = placed.why,
       set_aside = CASE WHEN alert.set_aside IN ('silenced', 'maintenance') THEN alert.set_aside
                   ELSE placed.set_aside END
  FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::jsonb[]) AS placed (id, group_id, set_aside, why)
 WHERE alert.id = placed.id AND NOT alert.pinned
"""


FORGOTTEN_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """A group with the reason why the alert is in it, or no group and the reason why not."""

    group_id: int | None
    why: correlation.Evidence | None
    set_aside: str = ""


@dataclass(slots=True)
class Places:
    """What this process knows of every alert's place, so that a decision costs only what it changes."""

    known: dict[int, Place] = field(default_factory=dict)
    _changed: dict[int, Place] = field(default_factory=dict)
    _aside: dict[str, Place] = field(default_factory=dict)

    def group_of(self, alert_id: int) -> int | None:
        place = self.known.get(alert_id)
        return place.group_id if place else None

    def put(self, alert_id: int, place: Place) -> None:
        """Note where an alert belongs; `save` writes it."""
        if self.known.get(alert_id) != place:
            self.known[alert_id] = self._changed[alert_id] = place

    def aside(self, reason: str) -> Place:
        """The place of what is set aside for a reason, always the same one: it is compared for every alert there is."""
        return self._aside.setdefault(reason, Place(None, None, reason))

    def without(self, alert_ids: Iterable[int], place: Place) -> list[int]:
        """Those that are not known to be there already."""
        known = self.known.get
        return [alert_id for alert_id in alert_ids if known(alert_id) is not place]

    def save(self) -> None:
        """Write what changed, in one statement."""
        if not self._changed:
            return
        ids = sorted(self._changed)
        places = [self._changed[alert_id] for alert_id in ids]
        words: dict[int, str] = {}
        values = (
            ids,
            [place.group_id for place in places],
            [place.set_aside for place in places],
            [_why(place.why, words) for place in places],
        )
        with connection.cursor() as cursor:
            cursor.execute(_PLACE, values)
        self._changed = {}

    def keep(self, alert_ids: set[int]) -> None:
        """Forget the places of all others, once they are most of what is known: the correlation forgot them too."""
        if len(self.known) > 2 * len(alert_ids) + FORGOTTEN_MOST:
            self.known = {alert_id: self.known[alert_id] for alert_id in alert_ids & self.known.keys()}

    def forget(self, alert_ids: Iterable[int]) -> None:
        """What kept these where they are holds no more; the next decision places them."""
        for alert_id in alert_ids:
            self.known.pop(alert_id, None)
            self._changed.pop(alert_id, None)

    def recall(self, since: datetime) -> None:
        """Read the places in open groups, and of what was heard since in closed ones; the next decision writes the
        reasons anew."""
        lately = Q(group__isnull=False, superseded_at__isnull=True, last_at__gt=since)
        rows = Alert.objects.filter(Q(group__state=GroupState.OPEN) | lately, pinned=False)
        self.known = {alert_id: Place(group_id, None) for alert_id, group_id in rows.values_list("id", "group_id")}
        self._changed = {}

    def move(self, before: int, after: int) -> None:
        """The database has moved all alerts of one group into another."""
        for alert_id, place in self.known.items():
            if place.group_id == before:
                self.known[alert_id] = Place(after, place.why)
        for alert_id, place in self._changed.items():
            if place.group_id == before:
                self._changed[alert_id] = Place(after, place.why)


def _why(why: correlation.Evidence | None, words: dict[int, str]) -> str | None:
    """JSON of an evidence; members share theirs, so each is worded once."""
    if why is None:
        return None
    known = words.get(id(why))
    if known is None:
        known = words[id(why)] = json.dumps({"kind": why.kind.value, "params": dict(why.params)})
    return known
