"""Integrations with when they last spoke, and silences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Q

from tocsin.accounts.queries import keyring, require, require_visible, visible_teams
from tocsin.accounts.queries import keys as accounts_keys
from tocsin.accounts.rules import Actor, Scope, Verb, may
from tocsin.alerts.intake.secrets import source_secrets
from tocsin.alerts.models import Integration, Silence
from tocsin.alerts.rules import ITSELF, AlertState, SilenceKind
from tocsin.core import clock
from tocsin.core.errors import NotFound

if TYPE_CHECKING:
    from tocsin.accounts.models import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationRow:
    """An integration; `last_seen_at` when it last delivered anything, `open_alerts` what it complains about now.

    Secrets among the `options` are sealed.
    """

    id: UUID
    key: str
    name: str
    kind: str
    team: str
    options: Mapping[str, Any]
    last_seen_at: datetime | None
    open_alerts: int
    keys: int


def integrations(actor: Actor) -> list[IntegrationRow]:
    """The integrations this actor may see, by key."""
    complaining = Count("alerts", filter=~Q(alerts__state=AlertState.CLOSED))
    rows = Integration.objects.filter(visible_teams(actor), removed_at__isnull=True).exclude(kind=ITSELF)
    keys = Counter(key.subject_id for key in _keys(actor) if key.revoked_at is None)
    return [
        IntegrationRow(
            id=row.uuid,
            key=row.key,
            name=row.name,
            kind=row.kind,
            team=row.team.key if row.team else "",
            options=row.options,
            last_seen_at=row.last_seen_at,
            open_alerts=row.open_alerts,
            keys=keys[row.uuid],
        )
        for row in rows.select_related("team").annotate(open_alerts=complaining).order_by("key")
    ]


def integration_by_key(actor: Actor, key: str) -> Integration:
    """One integration this actor may see."""
    row = (
        Integration.objects.select_related("team").filter(key=key, removed_at__isnull=True).exclude(kind=ITSELF).first()
    )
    if row is None:
        raise NotFound("There is no integration “{key}”.", key=key)
    require_visible(
        actor, Scope(team_ids=frozenset({row.team_id} if row.team_id else ())), "There is no such integration."
    )
    return row


def integration_keys(actor: Actor, key: str) -> list[Key]:
    """The keys of an integration, newest first; without secrets, which nobody has."""
    integration = integration_by_key(actor, key)
    return [key for key in _keys(actor) if key.subject_id == integration.uuid]


def integration_secrets(actor: Actor, key: str) -> list[str]:
    """What this sender may sign with, newest first, for those who may configure it; nothing for others."""
    integration = integration_by_key(actor, key)
    scope = Scope(team_ids=frozenset({integration.team_id} if integration.team_id else ()))
    if not may(actor, Verb.CONFIGURE, scope):
        return []
    return source_secrets(keyring(), integration.uuid)


def _keys(actor: Actor) -> list[Key]:
    return [key for key in accounts_keys(actor) if key.subject_kind == "alerts.integration"]


def silences(actor: Actor, *, ended: bool = False, over_for: timedelta | None = None) -> list[Silence]:
    """Silences in force or to come, soonest end first; with `ended` also those that are over, `over_for` at most."""
    require(actor, Verb.VIEW)
    rows, now = Silence.objects.filter(kind=SilenceKind.SILENCE).select_related("owner"), clock.now()
    if not ended:
        rows = rows.lasting(now)
    elif over_for is not None:
        rows = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=now - over_for), ends_at__gt=now - over_for)
    return list(rows.order_by("ends_at", "id"))


def silence_by_id(actor: Actor, silence_id: UUID) -> Silence:
    require(actor, Verb.VIEW)
    row = Silence.objects.select_related("owner").filter(uuid=silence_id, kind=SilenceKind.SILENCE).first()
    if row is None:
        raise NotFound("There is no such silence.")
    return row


def silence_by_key(actor: Actor, key: str) -> Silence:
    require(actor, Verb.VIEW)
    row = Silence.objects.select_related("owner").filter(key=key, kind=SilenceKind.SILENCE).first()
    if row is None:
        raise NotFound("There is no silence “{key}”.", key=key)
    return row
