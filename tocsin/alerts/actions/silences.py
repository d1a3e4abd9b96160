"""Silences: made, changed, replaced, ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.text import slugify

from tocsin.accounts.queries import person_by_login, require
from tocsin.accounts.rules import Actor, Verb
from tocsin.alerts import facts
from tocsin.alerts.models import Silence
from tocsin.alerts.rows import silence_ref
from tocsin.alerts.rules import SilenceKind, SilenceState, check_moments, may_revise, parse_matchers, silence_state
from tocsin.core import clock, live
from tocsin.core.errors import Conflict, InvalidInput, NotFound
from tocsin.journal.actions import record


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceDetails:
    """`matchers`: `{label, op, value}`, all must match; `owner` a login or empty; `author` a name or empty."""

    key: str
    matchers: Sequence[Mapping[str, str]]
    reason: str
    starts_at: datetime
    ends_at: datetime
    owner: str = ""
    author: str = ""

    @staticmethod
    def new_key(reason: str) -> str:
        """A key that no other has, made of the reason."""
        return f"{slugify(reason)[:40].strip('-') or 'silence'}-{uuid4().hex[:6]}"


@transaction.atomic
def save_silence(details: SilenceDetails, *, actor: Actor) -> Silence:
    """Add a silence, or change the one with that key; one that has ended begins anew. Unchanged writes nothing."""
    require(actor, Verb.RESPOND)
    check_moments(details.starts_at, details.ends_at)
    if details.ends_at <= details.starts_at:
        raise InvalidInput("Silence “{key}” must end after it starts.", key=details.key)
    values = {
        "matchers": _plain(details),
        "reason": details.reason,
        "owner": person_by_login(details.owner) if details.owner else None,
        "author": details.author,
        "starts_at": details.starts_at,
        "ends_at": details.ends_at,
    }
    row = Silence.objects.select_for_update().filter(key=details.key).first()
    if row is not None and row.kind != SilenceKind.SILENCE:
        raise Conflict("“{key}” is the key of a maintenance window.", key=details.key)
    created = row is None
    row = row or Silence(key=details.key)
    if not created and row.ended_at is None and all(getattr(row, field) == value for field, value in values.items()):
        return row
    for field, value in values.items():
        setattr(row, field, value)
    row.ended_at, row.changed_at = None, clock.now()
    row.save()
    fact = facts.SilenceSaved(key=row.key, created=created, starts_at=row.starts_at, ends_at=row.until)
    record(fact, actor=actor, subject=silence_ref(row), reason=details.reason)
    live.publish(["alerts"])
    return row


def _plain(details: SilenceDetails) -> list[dict[str, str]]:
    return [{"label": m.label, "op": str(m.op), "value": m.value} for m in parse_matchers(details.matchers)]


@transaction.atomic
def revise_silence(silence_id: UUID, details: SilenceDetails, *, actor: Actor) -> Silence:
    """Change a silence so that what it did until now stays as it was: where that cannot be, it ends and another with
    the new key takes its place. Returns the one there is then."""
    require(actor, Verb.RESPOND)
    row = Silence.objects.select_for_update().filter(uuid=silence_id, kind=SilenceKind.SILENCE).first()
    if row is None:
        raise NotFound("There is no such silence.")
    now = clock.now()
    state = silence_state(starts_at=row.starts_at, ends_at=row.until, ended_at=row.ended_at, now=now)
    same = row.matchers == _plain(details)
    starts_at = row.starts_at if _to_the_second(details.starts_at) == _to_the_second(row.starts_at) else None
    if same and may_revise(state, starts_at=starts_at or details.starts_at, before=row.starts_at, now=now):
        return save_silence(replace(details, key=row.key, starts_at=starts_at or details.starts_at), actor=actor)
    if state is not SilenceState.EXPIRED:
        end_silence(row.key, actor=actor)
    return save_silence(replace(details, starts_at=max(details.starts_at, now)), actor=actor)


def _to_the_second(moment: datetime) -> datetime:
    """What other products give back of a time."""
    return moment.replace(microsecond=0)


@transaction.atomic
def end_silence(key: str, *, actor: Actor) -> None:
    """End a silence now. What it hid and still fires may page from the next digest on."""
    require(actor, Verb.RESPOND)
    row = Silence.objects.select_for_update().filter(key=key, kind=SilenceKind.SILENCE).first()
    if row is None:
        raise NotFound("There is no silence “{key}”.", key=key)
    if row.ended_at is not None:
        raise Conflict("This silence has ended already.")
    row.ended_at = row.changed_at = clock.now()
    row.save(update_fields=["ended_at", "changed_at"])
    record(facts.SilenceEnded(key=key), actor=actor, subject=silence_ref(row))
    live.publish(["alerts"])
