"""Silences in force, and what they match."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from tocsin.alerts.digest.working import Working
from tocsin.alerts.models import Silence
from tocsin.alerts.rows import matchable
from tocsin.alerts.rules import AsideReason, Matcher, matches, parse_matchers

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
