"""Maintenance windows: planned, changed, prolonged, ended. Each is a silence of its own kind, with a scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tocsin.accounts.queries import person_by_login, person_by_uuid, require, team_by_key
from tocsin.accounts.rules import Actor, ActorKind, Verb
from tocsin.alerts import facts
from tocsin.alerts.actions.silences import SilenceDetails
from tocsin.alerts.models import Integration, Silence
from tocsin.alerts.rows import silence_ref
from tocsin.alerts.rules import Scope, SilenceKind, WindowState, check_moments, parse_matchers, window_state
from tocsin.alerts.rules.windows import NAMED_MOST, REASON_MOST, WINDOW_KEY
from tocsin.assets.queries import services_by_key
from tocsin.core import clock, live
from tocsin.core.errors import Conflict, InvalidInput, NotFound
from tocsin.journal.actions import record


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceDetails:
    """What is covered is of one of `services` (with `dependents`: or of what depends on them), `integrations` or
    `teams` (all keys), where any are named, and matches all `matchers` (`{label, op, value}`).

    `ends_at` None: until somebody ends it. `owner` is the login of who planned it; empty: whoever saves it first.
    """

    key: str
    reason: str
    starts_at: datetime
    ends_at: datetime | None = None
    services: Sequence[str] = ()
    dependents: bool = False
    integrations: Sequence[str] = ()
    teams: Sequence[str] = ()
    matchers: Sequence[Mapping[str, str]] = ()
    owner: str = ""
    author: str = ""

    @staticmethod
    def new_key(reason: str) -> str:
        """A key that no other has, made of the reason."""
        return SilenceDetails.new_key(reason or "maintenance")

    @property
    def scope(self) -> Scope:
        return Scope(
            services=tuple(sorted(set(self.services))),
            dependents=self.dependents and bool(self.services or self.teams),
            integrations=tuple(sorted(set(self.integrations))),
            teams=tuple(sorted(set(self.teams))),
        )


@transaction.atomic
def save_maintenance(details: MaintenanceDetails, *, actor: Actor) -> Silence:
    """Plan a window, or change the one with that key; one that is over begins anew. Unchanged writes nothing."""
    require(actor, Verb.RESPOND)
    values = _values(details)
    row = Silence.objects.select_for_update().filter(key=details.key).first()
    if row is not None and row.kind != SilenceKind.MAINTENANCE:
        raise Conflict("“{key}” is the key of a silence.", key=details.key)
    created = row is None
    row = row or Silence(key=details.key, kind=SilenceKind.MAINTENANCE, **_planner(actor))
    if details.owner or details.author:
        values |= {"owner": person_by_login(details.owner) if details.owner else None, "author": details.author}
    is_kept = not created and row.ended_at is None and row.deleted_at is None
    if is_kept and all(getattr(row, field) == value for field, value in values.items()):
        return row
    for field, value in values.items():
        setattr(row, field, value)
    row.ended_at, row.deleted_at = None, None
    fact = facts.MaintenanceSaved(
        key=row.key,
        created=created,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        scope=row.scope,
        matchers=row.matchers,
    )
    return _write(row, fact, actor)


def _values(details: MaintenanceDetails) -> dict[str, Any]:
    """What is stored, checked: it must end after it begins, and cover something, but not everything."""
    scope, reason = details.scope, details.reason.strip()
    check_moments(details.starts_at, details.ends_at)
    if details.ends_at is not None and details.ends_at <= details.starts_at:
        raise InvalidInput("Maintenance “{key}” must end after it starts.", key=details.key)
    if not WINDOW_KEY.fullmatch(details.key):
        raise InvalidInput("“{key}” is no key of a window: use 1 to 64 of a-z 0-9 . _ -.", key=details.key[:80])
    if not 0 < len(reason) <= REASON_MOST or not reason.isprintable():
        raise InvalidInput("A maintenance window needs a reason of at most {most} characters.", most=REASON_MOST)
    if not scope and not details.matchers:
        raise InvalidInput("Say what is maintained: services, integrations, teams, or matchers.")
    _check_names(scope)
    matchers = parse_matchers(details.matchers, narrowing=bool(scope)) if details.matchers else ()
    return {
        "reason": reason,
        "matchers": [{"label": each.label, "op": str(each.op), "value": each.value} for each in matchers],
        "scope": scope.plain(),
        "starts_at": details.starts_at,
        "ends_at": details.ends_at,
    }


def _check_names(scope: Scope) -> None:
    """A misspelt name would cover nothing, and nobody would know before the night in question."""
    if max(len(scope.services), len(scope.integrations), len(scope.teams)) > NAMED_MOST:
        raise InvalidInput("One window names at most {most} services, integrations or teams.", most=NAMED_MOST)
    if unknown := sorted(set(scope.services) - set(services_by_key(scope.services))):
        raise NotFound("There is no service “{key}”.", key=unknown[0])
    rows = Integration.objects.filter(key__in=scope.integrations, removed_at__isnull=True)
    if unknown := sorted(set(scope.integrations) - set(rows.values_list("key", flat=True))):
        raise NotFound("There is no integration “{key}”.", key=unknown[0])
    for team in scope.teams:
        team_by_key(team)


def _planner(actor: Actor) -> dict[str, Any]:
    """Who plans it, where nobody is named: the person who acts, else the name of what acts."""
    if actor.kind is ActorKind.PERSON:
        return {"owner": person_by_uuid(actor.id)}
    return {"author": actor.label}


@transaction.atomic
def prolong_maintenance(key: str, *, until: datetime | None, actor: Actor) -> Silence:
    """Give a window that is not over another end: later or earlier, but ahead; None: until somebody ends it."""
    require(actor, Verb.RESPOND)
    check_moments(until)
    row, now = _open(key), clock.now()
    if until is not None and until <= max(now, row.starts_at):
        raise InvalidInput("The new end must lie ahead, and after the beginning.")
    if until == row.ends_at:
        return row
    row.ends_at = until
    return _write(row, facts.MaintenanceProlonged(key=key, until=until), actor)


@transaction.atomic
def end_maintenance(key: str, *, actor: Actor) -> Silence:
    """End a window now; one that has not begun is cancelled. What still fires may page from the next digest on."""
    require(actor, Verb.RESPOND)
    row, now = _open(key), clock.now()
    row.ended_at = now
    return _write(row, facts.MaintenanceEnded(key=key, cancelled=row.starts_at >= now), actor)


@transaction.atomic
def remove_maintenance(key: str, *, actor: Actor) -> None:
    """Take a window from the lists, ending it where it is not over; its record and what it hid stay."""
    require(actor, Verb.RESPOND)
    row, now = _locked(key), clock.now()
    if _state(row, now) in {WindowState.PLANNED, WindowState.RUNNING}:
        row = end_maintenance(key, actor=actor)
    row.deleted_at = now
    _write(row, facts.MaintenanceRemoved(key=key), actor)


def _open(key: str) -> Silence:
    """The window, locked; Conflict when it is over."""
    row = _locked(key)
    if _state(row, clock.now()) in {WindowState.OVER, WindowState.CANCELLED}:
        raise Conflict("This maintenance is over already.")
    return row


def _locked(key: str) -> Silence:
    rows = Silence.objects.select_for_update().filter(kind=SilenceKind.MAINTENANCE, deleted_at__isnull=True)
    row = rows.filter(key=key).first()
    if row is None:
        raise NotFound("There is no maintenance “{key}”.", key=key)
    return row


def _state(row: Silence, now: datetime) -> WindowState:
    return window_state(starts_at=row.starts_at, ends_at=row.ends_at, ended_at=row.ended_at, now=now)


def _write(row: Silence, fact: Any, actor: Actor) -> Silence:
    row.changed_at = clock.now()
    row.save()
    record(fact, actor=actor, subject=silence_ref(row), reason=row.reason)
    live.publish(["alerts"])
    return row
