"""What is promised to other products' clients, done and forgotten; the searches they save."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, TextField
from django.db.models.functions import Cast

from tocsin.accounts.queries import require
from tocsin.accounts.rules import Actor, Scope, Verb
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.queries import is_digested, newest_waiting
from tocsin.core import clock
from tocsin.core.errors import Conflict, InvalidInput, TocsinError
from tocsin.core.models import Job
from tocsin.core.queue import defer
from tocsin.core.refs import Ref
from tocsin.gateways import facts
from tocsin.gateways.models import OutsideIncident, Request, SavedSearch
from tocsin.gateways.queries import saved_search
from tocsin.incidents.queries import incident_by_uuid, incident_ref
from tocsin.journal.actions import record

KEPT = timedelta(days=14)
LOOK_AGAIN = timedelta(milliseconds=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A write as it was asked for. `kind` says what `identifier` is."""

    id: UUID
    operation: str
    identifier: str
    kind: str
    body: Mapping[str, Any]


@transaction.atomic
def promise(wire: str, asked: Promise, *, actor: Actor) -> None:
    """Keep a write of a key; it is done in order, after the deliveries that are stored by now."""
    Request.objects.create(
        uuid=asked.id,
        wire=wire,
        key=UUID(actor.id),
        operation=asked.operation,
        identifier=asked.identifier,
        identifier_kind=asked.kind,
        body=dict(asked.body),
        after_batch=newest_waiting(),
    )
    defer(f"{wire}.request", {"request": str(asked.id)}, key=str(asked.id))


@transaction.atomic
def fulfil(request_id: UUID, do: Callable[[Request], str]) -> None:
    """Do a promised write, or look again in a moment when something before it is not done yet.

    `do` returns what the status says, and may set the request's alert; what it raises as a refusal is the status of a
    failed one.
    """
    asked = Request.objects.select_for_update().filter(uuid=request_id, processed_at__isnull=True).first()
    if asked is None:
        return
    if not is_digested(asked.after_batch) or _has_elder(asked):
        name = str(asked.uuid)
        defer(f"{asked.wire}.request", {"request": name}, key=name, due_at=clock.now() + LOOK_AGAIN)
        return
    try:
        with transaction.atomic():
            asked.status, asked.success = do(asked), True
    except (TocsinError, Refusal) as refused:
        asked.status, asked.success = str(refused), False
    asked.processed_at = clock.now()
    asked.save()


def _has_elder(asked: Request) -> bool:
    """Whether the same key asked for something earlier that will still be done: not what was given up."""
    job = Job.objects.filter(
        kind=f"{asked.wire}.request", key=Cast(OuterRef("uuid"), TextField()), failed_at__isnull=True
    )
    waiting = Request.objects.filter(key=asked.key, id__lt=asked.id, processed_at__isnull=True)
    return waiting.filter(Exists(job)).exists()


@transaction.atomic
def forget_requests() -> int:
    """Drop the requests nobody asks about any more; returns how many."""
    return Request.objects.filter(accepted_at__lt=clock.now() - KEPT).delete()[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDetails:
    """A search to save. `owner` and `teams` as told; None leaves what there is."""

    name: str | None = None
    query: str | None = None
    description: str | None = None
    owner: Mapping[str, str] | None = None
    teams: list[Mapping[str, str]] | None = None


@transaction.atomic
def create_search(details: SearchDetails, *, actor: Actor) -> SavedSearch:
    """Save a search under a new name."""
    require(actor, Verb.RESPOND)
    if SavedSearch.objects.filter(name=details.name).exists():
        raise Conflict("There is a saved search “{name}” already.", name=details.name)
    return _save(SavedSearch(), details, actor, created=True)


@transaction.atomic
def change_search(name: str, details: SearchDetails, *, actor: Actor) -> SavedSearch:
    """Change a saved search."""
    require(actor, Verb.RESPOND)
    row = SavedSearch.objects.select_for_update().get(id=saved_search(actor, name).id)
    if details.name is not None and SavedSearch.objects.filter(name=details.name).exclude(id=row.id).exists():
        raise Conflict("There is a saved search “{name}” already.", name=details.name)
    return _save(row, details, actor, created=False)


def _save(row: SavedSearch, details: SearchDetails, actor: Actor, *, created: bool) -> SavedSearch:
    for field in ("name", "query", "description", "owner", "teams"):
        value = getattr(details, field)
        if value is not None:
            setattr(row, field, value)
    if not row.name or not row.query:
        raise InvalidInput("name and query: neither may be empty.")
    row.updated_at = clock.now()
    row.save()
    record(facts.SavedSearchSaved(name=row.name, created=created), actor=actor, subject=_ref(row))
    return row


@transaction.atomic
def remove_search(name: str, *, actor: Actor) -> None:
    """Take a saved search away."""
    require(actor, Verb.RESPOND)
    row = SavedSearch.objects.select_for_update().get(id=saved_search(actor, name).id)
    record(facts.SavedSearchRemoved(name=row.name), actor=actor, subject=_ref(row))
    row.delete()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentWords:
    """What a client said of the incident it declared by `request`, for which an incident has no place."""

    tags: Sequence[str]
    details: Mapping[str, str]
    request: UUID


@transaction.atomic
def describe_incident(incident: UUID, words: IncidentWords, *, actor: Actor) -> None:
    """Keep a client's own words for an incident, to be read back by it."""
    tags, details = list(dict.fromkeys(words.tags)), dict(words.details)
    OutsideIncident.objects.create(incident=incident, request=words.request, tags=tags, details=details)
    fact = facts.IncidentDescribed(tags=len(tags), details=len(details))
    record(fact, actor=actor, subject=incident_ref(incident))


@transaction.atomic
def delete_incident(incident: UUID, key: str, *, actor: Actor) -> None:
    """Let other products' clients see an incident no more. Whoever may respond may do that; nothing is destroyed."""
    incident_by_uuid(actor, incident)
    require(actor, Verb.RESPOND, Scope(team_ids=actor.team_ids))
    OutsideIncident.objects.update_or_create(incident=incident, defaults={"deleted_at": clock.now()})
    record(facts.IncidentDeleted(key=key), actor=actor, subject=incident_ref(incident))


def _ref(row: SavedSearch) -> Ref:
    return Ref("gateways.saved_search", row.uuid)
