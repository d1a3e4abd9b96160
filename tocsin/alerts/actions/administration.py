"""Integrations and silences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tocsin.accounts.queries import person_by_login, require, require_of_owners, team_by_key
from tocsin.accounts.rules import Actor, Verb
from tocsin.alerts import facts
from tocsin.alerts.actions.options import kept_options
from tocsin.alerts.models import Integration, Silence
from tocsin.alerts.rows import integration_ref, silence_ref
from tocsin.alerts.rules import parse_matchers
from tocsin.alerts.sources.registry import KINDS
from tocsin.core import clock, live
from tocsin.core.errors import Conflict, InvalidInput, NotFound
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceDetails:
    """`matchers`: `{label, op, value}`, all must match; `owner` a login or empty."""

    key: str
    matchers: Sequence[Mapping[str, str]]
    reason: str
    starts_at: datetime
    ends_at: datetime
    owner: str = ""


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


@transaction.atomic
def save_silence(details: SilenceDetails, *, actor: Actor) -> Silence:
    """Add a silence, or change the one with that key; one that has ended begins anew. Unchanged writes nothing."""
    require(actor, Verb.RESPOND)
    matchers = parse_matchers(details.matchers)
    if details.ends_at <= details.starts_at:
        raise InvalidInput("Silence “{key}” must end after it starts.", key=details.key)
    owner = person_by_login(details.owner) if details.owner else None
    row = Silence.objects.select_for_update().filter(key=details.key).first()
    created = row is None
    row = row or Silence(key=details.key)
    values = {
        "matchers": [{"label": m.label, "op": str(m.op), "value": m.value} for m in matchers],
        "reason": details.reason,
        "owner": owner,
        "starts_at": details.starts_at,
        "ends_at": details.ends_at,
    }
    if not created and row.ended_at is None and all(getattr(row, field) == value for field, value in values.items()):
        return row
    for field, value in values.items():
        setattr(row, field, value)
    row.ended_at = None
    row.save()
    fact = facts.SilenceSaved(key=row.key, created=created, starts_at=row.starts_at, ends_at=row.ends_at)
    record(fact, actor=actor, subject=silence_ref(row), reason=details.reason)
    live.publish(["alerts"])
    return row


@transaction.atomic
def end_silence(key: str, *, actor: Actor) -> None:
    """End a silence now. What it hid and still fires may page from the next digest on."""
    require(actor, Verb.RESPOND)
    row = Silence.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise NotFound("There is no silence “{key}”.", key=key)
    if row.ended_at is not None:
        raise Conflict("This silence has ended already.")
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    record(facts.SilenceEnded(key=key), actor=actor, subject=silence_ref(row))
    live.publish(["alerts"])
