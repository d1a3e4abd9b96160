"""Opsgenie's Incident API on Tocsin's incidents: reads at once; writes are promised, `incident_writes` does them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from tocsin.accounts.queries import require
from tocsin.accounts.rules import KeyScope, Verb
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.rules import Field
from tocsin.core.errors import Forbidden, NotFound
from tocsin.gateways.actions import Promise, promise
from tocsin.gateways.opsgenie import shapes
from tocsin.gateways.opsgenie.call import Answer, Call, View
from tocsin.gateways.opsgenie.incident_bodies import read
from tocsin.gateways.opsgenie.incident_query import Amount, Seen, holds
from tocsin.gateways.opsgenie.incident_writes import named
from tocsin.gateways.opsgenie.operations import INCIDENT_OPERATIONS
from tocsin.gateways.opsgenie.query import parse
from tocsin.gateways.opsgenie.views import FARTHEST, paging
from tocsin.gateways.queries import outside_incidents, request_done
from tocsin.incidents import queries
from tocsin.incidents.queries import IncidentFilter, IncidentRow

if TYPE_CHECKING:
    from tocsin.gateways.models import OutsideIncident

STRETCH = 500
Pair = tuple[IncidentRow, "OutsideIncident"]

_ACTIONS = {operation.name: operation.action for operation in INCIDENT_OPERATIONS}


def list_incidents(call: Call) -> Answer:
    """Those of a query, a hundred at most."""
    require_key(call)
    condition = parse(call.request.GET.get("query", ""))
    offset, limit = call.number("offset", 0, FARTHEST), call.number("limit", 20, 100, least=1)
    sort = _SORTS[call.choice("sort", tuple(_SORTS))]
    descending = call.choice("order", ("desc", "asc")) == "desc"
    found = [pair for pair in _all(call) if holds(condition, _seen(*pair))]
    found.sort(key=lambda pair: (sort(pair[0]), pair[0].place), reverse=descending)
    data = [_base(*pair) for pair in found[offset : offset + limit]]
    places = paging(call, offset, limit, len(found))
    return Answer(value={"data": data, "paging": places}, headers={"X-Paging-TotalCount": str(len(found))})


def _all(call: Call) -> Iterator[Pair]:
    """Every incident this key may see and nobody deleted here."""
    before: int | None = None
    while True:
        rows, before = queries.incidents(call.actor, IncidentFilter(), before=before, limit=STRETCH)
        known = outside_incidents([row.id for row in rows])
        for row in rows:
            if known[row.id].deleted_at is None:
                yield row, known[row.id]
        if before is None:
            return


def get_incident(call: Call) -> Answer:
    require_key(call)
    row, outside = named(call.actor, call.path["identifier"], _kind(call))
    return Answer(value={"data": _base(row, outside) | {"requestId": str(outside.request or "")}})


def request_status(call: Call) -> Answer:
    """404 until it is done, as Opsgenie's clients expect."""
    require_key(call)
    try:
        row = request_done(call.actor, UUID(call.path["requestId"]))
    except ValueError:
        raise NotFound("There is no such request.") from None
    if row.operation not in _ACTIONS:
        raise NotFound("There is no such request.")
    told = shapes.status(row, _ACTIONS[row.operation])
    told["incidentId"] = told.pop("alertId")
    return Answer(value={"data": told})


def write(call: Call) -> Answer:
    """Promise a write; what its key could never do is refused at once."""
    require_key(call)
    if call.actor.key_scope is KeyScope.READ:
        raise Forbidden("This key may read, and change nothing.")
    asked = read(call.operation.name, call.request.body)
    identifier = call.path.get("identifier", "")
    if len(identifier) > 64 or "\0" in identifier:
        raise Refusal("the identifier is none of an incident")
    asked_for = Promise(
        id=call.id,
        operation=call.operation.name,
        identifier=identifier,
        kind=_kind(call),
        body=msgspec.to_builtins(asked),
    )
    promise("opsgenie", asked_for, actor=call.actor)
    return Answer(value={"result": "Request will be processed"}, status=202)


def require_key(call: Call) -> None:
    """A read or manage key: an integration's sees its own alerts and no incident."""
    if call.actor.key_scope is KeyScope.INTEGRATION:
        raise Forbidden("This is an integration's key: incidents need a read or manage key.")
    if not call.actor.team_ids:
        require(call.actor, Verb.VIEW)


def _kind(call: Call) -> str:
    return call.choice("identifierType", ("id", "tiny"))


def _updated_at(row: IncidentRow) -> datetime:
    """The last of its stamps."""
    clock = row.clock
    stamps = (row.opened_at, clock.paged_at, clock.acknowledged_at, clock.work_begun_at, row.resolved_at)
    return max(stamp for stamp in stamps if stamp is not None)


def _owner(row: IncidentRow) -> str:
    who = row.commander or row.assignee
    return who.login if who else ""


_SORTS: Mapping[str, Any] = {
    "createdAt": lambda row: row.place,
    "tinyId": lambda row: row.place,
    "updatedAt": _updated_at,
    "message": lambda row: row.title,
    "status": lambda row: row.is_open,
    "isSeen": lambda row: row.clock.acknowledged_at is not None,
    "priority": lambda row: row.severity,
    "owner": _owner,
}


def _base(row: IncidentRow, outside: OutsideIncident) -> shapes.Value:
    team = str(row.team_id or "")
    paged = {str(each.page.team.uuid): "team" for each in queries.responders_of(row.id)}
    responders = ({team: "team"} if team else {}) | paged
    return {
        "id": str(row.id),
        "tinyId": row.key.rpartition("-")[2],
        "message": row.title,
        "description": row.description,
        "status": "open" if row.is_open else "closed",
        "isSeen": row.clock.acknowledged_at is not None,
        "tags": outside.tags,
        "createdAt": shapes.stamp(row.opened_at),
        "updatedAt": shapes.stamp(_updated_at(row)),
        "source": row.origin,
        "owner": _owner(row),
        "ownerTeam": team,
        "priority": f"P{row.severity}",
        "responders": [{"type": kind, "id": identifier} for identifier, kind in responders.items()],
        "impactedServices": [row.cause] if row.cause else [],
        "extraProperties": outside.details,
    }


def _seen(row: IncidentRow, outside: OutsideIncident) -> Seen:
    texts = {
        Field.ID: (str(row.id),),
        Field.TITLE: (row.title,),
        Field.DESCRIPTION: (row.description,),
        Field.SOURCE: (row.origin,),
        Field.OWNER: tuple(filter(None, (_owner(row),))),
        Field.TEAM: tuple(filter(None, (row.team, row.team_name))),
        Field.TAG: tuple(outside.tags),
    }
    amounts: dict[Field, Amount | None] = {
        Field.NUMBER: int(row.key.rpartition("-")[2]),
        Field.SEVERITY: row.severity,
        Field.FIRST_AT: row.opened_at,
        Field.LAST_AT: _updated_at(row),
        Field.CLOSED_AT: row.resolved_at,
    }
    truths = {Field.IS_OPEN: row.is_open, Field.IS_ACKNOWLEDGED: row.clock.acknowledged_at is not None}
    return Seen(texts=texts, amounts=amounts, truths=truths, details=outside.details)


INCIDENT_VIEWS: Mapping[str, View] = {
    "create_incident": write,
    "close_incident": write,
    "delete_incident": write,
    "get_incident": get_incident,
    "list_incidents": list_incidents,
    "incident_request_status": request_status,
}
"""By the name of the operation."""
