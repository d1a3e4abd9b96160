"""Silences and maintenance windows in force, and what they cover. They begin and end without a delivery, so what is
open is marked then too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from tocsin.alerts.digest.working import Working
from tocsin.alerts.models import Alert
from tocsin.alerts.queries.covering import coverages, covering, looked_at
from tocsin.alerts.rows import matchable
from tocsin.alerts.rules import HUSHED, AlertState, AsideReason, Coverage

_LABELS = msgspec.json.Decoder(dict[str, str])


@dataclass(frozen=True, slots=True)
class Silences:
    """Those in force at one moment. What has stood there for long wakes nobody anyhow: it is left to stand, so that it
    does not look new when they end."""

    in_force: tuple[Coverage, ...]

    @classmethod
    def load(cls, now: datetime) -> Silences:
        return cls(coverages(now))

    def mark(self, changed: Iterable[Working], integrations: dict[int, str]) -> None:
        """Set aside the alerts that one of them covers; take the mark from those none covers any more."""
        for working in changed:
            if working.set_aside == AsideReason.STANDING:
                continue
            found = self._find(working, integrations[working.key[0]]) if self.in_force else None
            if found is not None:
                working.set_aside, working.hushed_by_id = found.reason, found.id
            elif working.set_aside in HUSHED:
                working.set_aside = ""

    def _find(self, working: Working, integration: str) -> Coverage | None:
        content = working.content
        alert = matchable(_LABELS.decode(content.labels), content.service, content.name, content.severity, integration)
        return covering(self.in_force, alert)

    def mark_open(self) -> tuple[list[Alert], list[Alert]]:
        """Mark every open alert by what is in force now; returns those that are hushed now, and those no more."""
        rows = Alert.objects.exclude(state=AlertState.CLOSED).exclude(set_aside=AsideReason.STANDING)
        if not self.in_force:
            rows = rows.filter(set_aside__in=HUSHED)
        rows = rows.select_related("service", "integration", "group").select_for_update(of=("self",)).order_by("id")
        hushed, heard = list[Alert](), list[Alert]()
        marks: dict[Coverage | None, list[int]] = {}
        for alert in rows.iterator():
            before = alert.set_aside if alert.set_aside in HUSHED else ""
            found = covering(self.in_force, looked_at(alert))
            after = found.reason.value if found else ""
            if after != before:
                alert.set_aside = after
                (hushed if found else heard).append(alert)
            if after != before or (found and found.id != alert.hushed_by_id):
                marks.setdefault(found, []).append(alert.id)
        for found, alerts in marks.items():
            values = {"set_aside": found.reason, "hushed_by_id": found.id} if found else {"set_aside": ""}
            Alert.objects.filter(id__in=alerts).update(**values)
        return hushed, heard
