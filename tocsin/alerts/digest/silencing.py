"""Silences in force, and what they match. They begin and end without a delivery, so what is open is marked then too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from tocsin.alerts.digest.working import Working
from tocsin.alerts.models import Alert, Silence
from tocsin.alerts.rows import matchable
from tocsin.alerts.rules import AlertState, AsideReason, Matcher, Severity, matches, parse_matchers

_LABELS = msgspec.json.Decoder(dict[str, str])


@dataclass(frozen=True, slots=True)
class Silences:
    """Those in force at one moment."""

    matchers: tuple[tuple[Matcher, ...], ...]

    @classmethod
    def load(cls, now: datetime) -> Silences:
        rows = Silence.objects.filter(ended_at__isnull=True, starts_at__lte=now, ends_at__gt=now).order_by("id")
        return cls(tuple(parse_matchers(row.matchers) for row in rows))

    def mark(self, changed: Iterable[Working], integrations: dict[int, str]) -> None:
        """Set aside the alerts that one of them matches; take the mark from those none matches any more."""
        for working in changed:
            if self.matchers and self._match(working, integrations[working.key[0]]):
                working.set_aside = AsideReason.SILENCED
            elif working.set_aside == AsideReason.SILENCED:
                working.set_aside = ""

    def _match(self, working: Working, integration: str) -> bool:
        content = working.content
        alert = matchable(_LABELS.decode(content.labels), content.service, content.name, content.severity, integration)
        return any(matches(matchers, alert) for matchers in self.matchers)

    def mark_open(self) -> tuple[list[Alert], list[Alert]]:
        """Mark every open alert by what is in force now; returns those that are silenced now, and those no more."""
        rows = Alert.objects.exclude(state=AlertState.CLOSED).select_related("service", "integration", "group")
        if not self.matchers:
            rows = rows.filter(set_aside=AsideReason.SILENCED)
        hushed, heard = list[Alert](), list[Alert]()
        for alert in rows.select_for_update(of=("self",)).order_by("id").iterator():
            severity, integration = Severity(alert.severity), alert.integration.key
            told = matchable(alert.labels, alert.service.key, alert.name, severity, integration)
            silenced = any(matches(matchers, told) for matchers in self.matchers)
            if silenced != (alert.set_aside == AsideReason.SILENCED):
                alert.set_aside = AsideReason.SILENCED if silenced else ""
                (hushed if silenced else heard).append(alert)
        for alerts in (hushed, heard):
            Alert.objects.filter(id__in=[alert.id for alert in alerts]).update(
                set_aside=AsideReason.SILENCED if alerts is hushed else ""
            )
        return hushed, heard
