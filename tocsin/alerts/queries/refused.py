"""Whose deliveries the intake itself refused: a sender that was turned away has not fallen silent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Coalesce

from tocsin.alerts.models import Alert, Integration, Refusing
from tocsin.alerts.rules import ITSELF
from tocsin.alerts.rules.refusals import FINGERPRINT, RefusalKind

_TAKEN = (RefusalKind.FLOOD, RefusalKind.PUT_ASIDE)
"""Of these the sender was not turned away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Deliveries of an integration were refused until then; `team_id`: whose it is, None: everybody's."""

    integration_id: int
    team_id: int | None
    until: datetime


def refused_since(since: datetime) -> list[Refused]:
    """The integrations of which anything was refused after that moment, each with the last of it."""
    until: dict[str, datetime] = {}
    for key, at in (*_going_on(), *_over()):
        until[key] = max(until.get(key, at), at)
    late = {key: at for key, at in until.items() if at > since}
    rows = Integration.objects.filter(key__in=late).values_list("id", "key", "team_id")
    return [Refused(integration_id=found, team_id=team_id, until=late[key]) for found, key, team_id in rows]


def _going_on() -> Iterator[tuple[str, datetime]]:
    yield from Refusing.objects.exclude(kind__in=_TAKEN).values_list("integration__key", "last_at")


def _over() -> Iterator[tuple[str, datetime]]:
    """What has ended has no row any more; its alert tells when that was."""
    rows = Alert.objects.filter(
        integration__key=ITSELF, fingerprint__startswith=FINGERPRINT, superseded_at__isnull=True
    ).annotate(until=Coalesce("closed_at", "last_at"))
    for name, at in rows.values_list("fingerprint", "until"):
        kind, _, key = name.removeprefix(FINGERPRINT).partition(":")
        if kind not in _TAKEN:
            yield key, at
