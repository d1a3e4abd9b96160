"""Opsgenie's reads and promised writes: each view unpacks a call, asks a room, and words the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from uuid import UUID

import msgspec
from django.conf import settings
from django.http import HttpResponse

from tocsin.accounts.queries import require
from tocsin.accounts.rules import KeyScope, Verb
from tocsin.alerts import actions, queries
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.queries import Wanted
from tocsin.core.errors import Forbidden, InvalidInput
from tocsin.gateways.actions import Promise, promise
from tocsin.gateways.opsgenie import shapes
from tocsin.gateways.opsgenie.bodies import read
from tocsin.gateways.opsgenie.call import Answer, Call, View
from tocsin.gateways.opsgenie.history import closers, logs, recipients
from tocsin.gateways.opsgenie.query import parse
from tocsin.gateways.opsgenie.searches import SEARCH_VIEWS, searched
from tocsin.gateways.opsgenie.statuses import request_status
from tocsin.gateways.opsgenie.writes import WRITES

if TYPE_CHECKING:
    from tocsin.alerts.models import Alert

SORTS: Mapping[str, str] = {
    "createdAt": "id",  # the order in which they were opened, which has an index
    "updatedAt": "changed_at",
    "lastOccurredAt": "last_at",
    "tinyId": "id",
    "alias": "fingerprint",
    "message": "title",
    "status": "state",
    "acknowledged": "acknowledged_at",
    "isSeen": "acknowledged_at",
    "snoozed": "snoozed_until",
    "snoozedUntil": "snoozed_until",
    "count": "count",
    "source": "source",
    "owner": "owner",
    "priority": "severity",
    "integration.name": "integration_name",
    "integration.type": "integration_kind",
    "report.ackTime": "acknowledged_at",
    "report.closeTime": "closed_at",
    "report.acknowledgedBy": "acknowledged_by",
    "report.closedBy": "closed_at",
}
"""What Opsgenie sorts by, and ours for it."""

FARTHEST = 20_000


def list_alerts(call: Call) -> Answer:
    """Alerts of a query or a saved search, a hundred at most."""
    require_seeing(call)
    condition = parse(searched(call))
    offset, limit = call.number("offset", 0, FARTHEST), call.number("limit", 20, 100, least=1)
    order = SORTS[call.choice("sort", tuple(SORTS))]
    descending = call.choice("order", ("desc", "asc")) == "desc"
    wanted = Wanted(condition=condition, order=order, descending=descending, offset=offset, limit=limit)
    found, total = queries.find_alerts(call.actor, wanted), queries.count_alerts(call.actor, condition)
    by = closers(found)
    data = [shapes.base(alert, alert.responders.all(), by.get(alert.uuid, "")) for alert in found]
    places = paging(call, offset, limit, total)
    headers = {f"X-Paging-{name.title()}": address for name, address in places.items()}
    return Answer(value={"data": data, "paging": places}, headers=headers | {"X-Paging-TotalCount": str(total)})


def paging(call: Call, offset: int, limit: int, total: int) -> dict[str, str]:
    """The addresses of the first stretch, the last, and those beside this one."""
    last = max(0, (total - 1) // limit * limit)
    places = {"first": 0, "last": last}
    if offset > 0:
        places["prev"] = max(0, offset - limit)
    if offset + limit < total:
        places["next"] = offset + limit
    kept = {name: value for name, value in call.request.GET.items() if name not in {"offset", "limit"}}
    return {name: address(call, kept | {"limit": limit, "offset": place}) for name, place in places.items()}


def address(call: Call, query: Mapping[str, Any]) -> str:
    """This call's own address with another query. The host is ours to say, not the request's."""
    return f"{settings.CONFIG.url}{quote(call.request.path)}?{urlencode(query)}"


def require_seeing(call: Call) -> None:
    """Integrations see their own alerts, other keys what they may: a key without either right is told so."""
    if call.actor.key_scope is not KeyScope.INTEGRATION and not call.actor.team_ids:
        require(call.actor, Verb.VIEW)


def count_alerts(call: Call) -> Answer:
    require_seeing(call)
    return Answer(value={"data": {"count": queries.count_alerts(call.actor, parse(searched(call)))}})


def named(call: Call) -> Alert:
    """The alert a call is about."""
    return queries.alert_named(call.actor, call.path["identifier"], call.identifier_kind)


def get_alert(call: Call) -> Answer:
    alert = named(call)
    closed_by = closers([alert]).get(alert.uuid, "")
    return Answer(value={"data": shapes.full(alert, queries.responders_of(alert), closed_by)})


def list_notes(call: Call) -> Answer:
    alert, limit = named(call), call.number("limit", 100, 100, least=1)
    newest_first, after = call.choice("order", ("desc", "asc")) == "desc", call.request.GET.get("offset", "")
    if after and not (after.isascii() and after.isdigit() and len(after) < 19):
        raise Refusal("offset is not one that an answer gave")
    rows = queries.notes_of(alert, newest_first=newest_first, after=int(after) if after else None, limit=limit)
    data = [shapes.note(row) for row in rows]
    return Answer(value={"data": data, "paging": _from_there(call, data, limit)})


def list_logs(call: Call) -> Answer:
    alert, limit = named(call), call.number("limit", 100, 100, least=1)
    newest_first = call.choice("order", ("desc", "asc")) == "desc"
    after = call.request.GET.get("offset", "")
    data = logs(alert, newest_first=newest_first)
    if after:
        place = next((at for at, entry in enumerate(data, 1) if entry["offset"] == after), None)
        if place is None:
            raise Refusal("offset is not one that an answer gave")
        data = data[place:]
    data = data[:limit]
    return Answer(value={"data": data, "paging": _from_there(call, data, limit)})


def _from_there(call: Call, data: list[dict[str, Any]], limit: int) -> dict[str, str]:
    """Where the first stretch is, and the next if there may be one."""
    kept = {name: value for name, value in call.request.GET.items() if name != "offset"}
    paging = {"first": address(call, kept)}
    if len(data) == limit:
        paging["next"] = address(call, kept | {"offset": data[-1]["offset"]})
    return paging


def list_recipients(call: Call) -> Answer:
    return Answer(value={"data": [shapes.recipient(row) for row in recipients(call.actor, named(call))]})


def write(call: Call) -> Answer:
    """Promise a write; what its key could never do is refused at once."""
    if call.actor.key_scope is KeyScope.READ:
        raise Forbidden("This key may read, and change nothing.")
    if call.operation.name not in WRITES:
        raise Forbidden("Only the key of an integration hands in alerts; this key looks after those there are.")
    asked = read(call.operation.name, call.request.body, call.request.GET)
    asked.name = call.path.get("actionName")
    asked_for = Promise(
        id=call.id,
        operation=call.operation.name,
        identifier=_identifier(call),
        kind=call.identifier_kind,
        body=msgspec.to_builtins(asked),
    )
    promise("opsgenie", asked_for, actor=call.actor)
    return Answer(value={"result": "Request will be processed"}, status=202)


def _identifier(call: Call) -> str:
    """As given; an id that cannot be one is refused before anything is promised."""
    given, kind = call.path["identifier"], call.identifier_kind
    if len(given) > 512 or "\0" in given:
        raise Refusal("the identifier is longer than 512 characters, or holds a NUL character")
    if kind == "id":
        try:
            return str(UUID(given))
        except ValueError:
            raise Refusal("the identifier is not an alert's id; say identifierType=alias for an alias") from None
    return given


def list_attachments(call: Call) -> Answer:
    rows = queries.attachments_of(named(call))
    return Answer(value={"data": [{"name": row.name, "id": str(row.id)} for row in rows]})


def add_attachment(call: Call) -> Answer:
    given = call.request.FILES.get("file")
    if given is None:
        raise InvalidInput("file: send one as multipart/form-data.")
    if (given.size or 0) > actions.ATTACHMENT_MOST:
        raise InvalidInput("file: it is larger than {most} bytes.", most=actions.ATTACHMENT_MOST)
    kept = actions.attach(named(call).uuid, given.name or "", given.read(), actor=call.actor)
    return Answer(value={"result": "Created", "data": {"name": kept.name, "id": str(kept.id)}}, status=201)


def get_attachment(call: Call) -> Answer:
    row = queries.attachment_of(named(call), call.path["attachmentId"])
    if "download" in call.request.GET:
        file = HttpResponse(bytes(row.data), content_type="application/octet-stream")
        file.headers["Content-Disposition"] = "attachment"
        file.headers["X-Content-Type-Options"] = "nosniff"
        return Answer(file=file)
    kept = {"identifierType": call.identifier_kind, "download": ""}
    return Answer(value={"data": {"name": row.name, "url": address(call, kept)}})


def remove_attachment(call: Call) -> Answer:
    alert = named(call)
    actions.detach(alert.uuid, queries.attachment_of(alert, call.path["attachmentId"]).uuid, actor=call.actor)
    return Answer(value={"result": "Deleted"})


VIEWS: Mapping[str, View] = {
    **dict.fromkeys(("create", *WRITES), write),
    **SEARCH_VIEWS,
    "list": list_alerts,
    "count": count_alerts,
    "get": get_alert,
    "request_status": request_status,
    "list_notes": list_notes,
    "list_logs": list_logs,
    "list_recipients": list_recipients,
    "list_attachments": list_attachments,
    "add_attachment": add_attachment,
    "get_attachment": get_attachment,
    "remove_attachment": remove_attachment,
}
"""By the name of the operation."""
