"""Opsgenie's writes about incidents as actions of `incidents`; each returns what the status of its request says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import msgspec
from django.db import transaction

from tocsin.accounts.queries import person_named, team_named
from tocsin.accounts.rules import Actor
from tocsin.alerts.rules import from_opsgenie
from tocsin.assets.queries import service_by_key, services
from tocsin.core.errors import NotFound, TocsinError
from tocsin.gateways.actions import IncidentWords, delete_incident, describe_incident
from tocsin.gateways.opsgenie.incident_bodies import IncidentWrite
from tocsin.gateways.queries import outside_incidents
from tocsin.incidents import actions
from tocsin.incidents.actions import Declaration
from tocsin.incidents.queries import IncidentRow, incident_by_key, incident_by_uuid
from tocsin.incidents.rules import PROJECT_KEY
from tocsin.items.rules import MAX_TEXT

if TYPE_CHECKING:
    from tocsin.assets.models import Service
    from tocsin.gateways.models import OutsideIncident, Request

T = TypeVar("T")
CUT = "\n… (cut here: it is too long)"
Done = Callable[["Request", IncidentWrite, Actor], str]


def do(asked: Request, actor: Actor) -> str:
    """Do a promised write; it says which incident it was about."""
    return INCIDENT_WRITES[asked.operation](asked, msgspec.convert(asked.body, IncidentWrite), actor)


def _create(asked: Request, write: IncidentWrite, actor: Actor) -> str:
    service = _service(actor, write.service_id)
    teams, no_teams = _known(team_named, write, "team")
    people, no_people = _known(person_named, write, "user")
    detail = actions.declare(
        Declaration(
            title=write.message,
            severity=from_opsgenie(write.priority),
            description=write.description,
            service=service.key,
            team="" if service.team else next((team.key for team in teams), ""),
            page=True,
        ),
        actor=actor,
    )
    uuid = asked.alert = detail.item.uuid
    words = IncidentWords(tags=write.tags, details=write.details, request=asked.uuid)
    describe_incident(uuid, words, actor=actor)
    owner = detail.item.team.id if detail.item.team else None
    calls = {team.uuid: partial(actions.page_team, uuid, team) for team in teams if team.id != owner}
    calls |= {person.uuid: partial(actions.page_person, uuid, person) for person in people}
    unreached = no_teams + no_people + [why for call in calls.values() if (why := _called(call, actor))]
    for text in (_said(write), write.note, "\n".join(unreached)):
        if text:
            actions.comment(uuid, _cut(text), actor=actor)
    return " ".join(["Incident created", *unreached])


def _known(by_name: Callable[[str], T], write: IncidentWrite, kind: str) -> tuple[list[T], list[str]]:
    """The responders of a kind who are here, and why each of the others is not: no reason not to declare it either."""
    found: list[T] = []
    strange: list[str] = []
    for said in dict.fromkeys(each.said for each in write.responders if each.type == kind):
        try:
            found.append(by_name(said))
        except TocsinError as refused:
            strange.append(refused.message)
    return found, strange


def _called(call: Callable[..., object], actor: Actor) -> str:
    """Page one who was named beside the owner; why that cannot be, which is no reason not to declare the incident."""
    try:
        with transaction.atomic():
            call(actor=actor)
    except TocsinError as refused:
        return refused.message
    return ""


def _said(write: IncidentWrite) -> str:
    """What an incident has no field for, for whoever reads its timeline; in Markdown."""
    page = write.status_page_entry or {}
    lines = [f"Tags: {', '.join(write.tags)}"] if write.tags else []
    lines += [f"- {name}: {value}" for name, value in write.details.items()]
    if page:
        lines.append(f"Status page: {page.get('title', '')} {page.get('detail') or page.get('details') or ''}".strip())
    return "\n".join(lines)


def _cut(text: str) -> str:
    """A comment that can be kept: what is promised must not fail for its length."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - len(CUT)] + CUT


def _close(asked: Request, write: IncidentWrite, actor: Actor) -> str:
    row = _of(asked, actor)
    if write.note:
        actions.comment(row.id, write.note, actor=actor)
    actions.resolve(row.id, actor=actor)
    return "Incident closed"


def _delete(asked: Request, write: IncidentWrite, actor: Actor) -> str:
    row = _of(asked, actor)
    actions.resolve(row.id, actor=actor, reason="Deleted by another product's client.")
    delete_incident(row.id, row.key, actor=actor)
    return "Incident deleted"


def _of(asked: Request, actor: Actor) -> IncidentRow:
    row, _ = named(actor, asked.identifier, asked.identifier_kind)
    asked.alert = row.id
    return row


def named(actor: Actor, identifier: str, kind: str) -> tuple[IncidentRow, OutsideIncident]:
    """An incident by its id or its number, as far as this actor may see it and nobody has deleted it here."""
    if kind == "tiny":
        row = incident_by_key(actor, f"{PROJECT_KEY}-{identifier[:20]}")
    else:
        try:
            row = incident_by_uuid(actor, UUID(identifier))
        except ValueError:
            raise NotFound("There is no such incident.") from None
    outside = outside_incidents([row.id])[row.id]
    if outside.deleted_at is not None:
        raise NotFound("There is no such incident.")
    return row, outside


def _service(actor: Actor, named: str) -> Service:
    """A service by its key or id."""
    try:
        return service_by_key(actor, named)
    except NotFound:
        found = next((each for each in services(actor) if str(each.uuid) == named.lower()), None)
        if found is None:
            raise
        return found


INCIDENT_WRITES: Mapping[str, Done] = {
    "create_incident": _create,
    "close_incident": _close,
    "delete_incident": _delete,
}
"""By the name of the operation."""
