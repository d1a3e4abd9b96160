"""Integrations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from tocsin.accounts.queries import require_of_owners, team_by_key
from tocsin.accounts.rules import Actor, Verb
from tocsin.alerts import facts
from tocsin.alerts.actions.options import kept_options
from tocsin.alerts.models import Integration
from tocsin.alerts.rows import integration_ref
from tocsin.alerts.sources.registry import KINDS
from tocsin.core import clock
from tocsin.core.errors import NotFound
from tocsin.journal.actions import record


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationDetails:
    """A source of alerts of a registered `kind`. `team` (a key) owns it, and alerts of services that nobody owns.

    `options` are those that the source declares; None leaves them as they are.
    """

    key: str
    name: str
    kind: str
    team: str = ""
    options: Mapping[str, Any] | None = None


@transaction.atomic
def save_integration(details: IntegrationDetails, *, actor: Actor) -> Integration:
    """Add an integration, or change the one with that key. Unchanged details write nothing."""
    KINDS.get(details.kind)
    team = team_by_key(details.team) if details.team else None
    row = Integration.objects.select_for_update().filter(key=details.key).first()
    wanted = team.id if team else None
    require_of_owners(actor, Verb.CONFIGURE, *((row.team_id, wanted) if row else (wanted,)))
    created = row is None
    row = row or Integration(key=details.key)
    options = kept_options(row, details.kind, details.options)
    values = {"name": details.name, "kind": details.kind, "team": team, "options": options, "removed_at": None}
    changed = [field for field, value in values.items() if created or getattr(row, field) != value]
    if changed:
        for field in changed:
            setattr(row, field, values[field])
        row.save()
        fact = facts.IntegrationSaved(key=row.key, created=created, changed=changed)
        record(fact, actor=actor, subject=integration_ref(row))
    return row


@transaction.atomic
def remove_integration(key: str, *, actor: Actor) -> None:
    """Take an integration away; its keys stop within 60 seconds, its alerts stay."""
    row = Integration.objects.select_for_update().filter(key=key, removed_at__isnull=True).first()
    if row is None:
        raise NotFound("There is no integration “{key}”.", key=key)
    require_of_owners(actor, Verb.CONFIGURE, row.team_id)
    row.removed_at = clock.now()
    row.save(update_fields=["removed_at"])
    record(facts.IntegrationRemoved(key=key), actor=actor, subject=integration_ref(row))
