"""Opsgenie's Heartbeat API but for the ping: add, read, change, switch and remove, by a read or manage key."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from tocsin.accounts.queries import actor_for_token
from tocsin.accounts.rules import Actor, KeyScope
from tocsin.alerts import actions, queries
from tocsin.alerts.actions import HeartbeatDetails
from tocsin.alerts.intake.decoding import decoded
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.rules import Severity, from_opsgenie
from tocsin.core.errors import Conflict, Forbidden, InvalidInput, NotFound, TocsinError
from tocsin.core.ids import uuid7
from tocsin.gateways.opsgenie.call import refusal

UNITS = {"minutes": 60, "hours": 3600, "days": 86_400}


class Owner(msgspec.Struct):
    """A team; Tocsin's teams are named by their keys."""

    id: str = ""
    name: str = ""


class Body(msgspec.Struct, rename="camel"):
    """What is sent to add or change a heartbeat; what is left out stays, or is Opsgenie's default."""

    name: str | None = None
    interval: int | None = None
    interval_unit: Literal["minutes", "hours", "days"] | None = None
    enabled: bool | None = None
    description: str | None = None
    owner_team: Owner | None = None
    alert_message: str | None = None
    alert_tags: list[str] | None = None
    alert_priority: str | None = None


_BODY = msgspec.json.Decoder(Body)
Handler = Callable[..., tuple[int, dict[str, Any]]]


def _answering(handler: Handler) -> Callable[..., HttpResponse]:
    """Sign in by key; answer and refuse as Opsgenie does."""

    @csrf_exempt
    @wraps(handler)
    def view(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        began, request_id = time.monotonic(), str(uuid7())
        try:
            status, value = handler(request, _actor(request), *args, **kwargs)
        except TocsinError as refused:
            status, value = refused.status, {"message": refused.message}
        except Exception as error:  # noqa: BLE001 - the border of another product's API: it is logged and worded
            answer = refusal(error, request)
            status, value = answer.status, dict(answer.value)
        told = value | {"took": round(time.monotonic() - began, 6), "requestId": request_id}
        return JsonResponse(told, status=status, headers={"X-Request-ID": request_id})

    return view


def _actor(request: HttpRequest) -> Actor:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    actor = actor_for_token(token.strip()) if scheme.lower() == "geniekey" else None
    if actor is None:
        raise Forbidden("Give a live key: Authorization: GenieKey <key>.", status=401)
    if actor.key_scope is KeyScope.INTEGRATION:
        raise Forbidden("This is an integration's key: it may ping, and nothing else.")
    return actor


@_answering
def heartbeats(request: HttpRequest, actor: Actor) -> tuple[int, dict[str, Any]]:
    """List, or add."""
    if request.method == "POST":
        body = _body(request)
        if not body.name or body.interval is None or body.interval_unit is None:
            raise InvalidInput("A heartbeat needs name, interval and intervalUnit.")
        if any(row.name == body.name for row in queries.heartbeats(actor)):
            raise Conflict("There is a heartbeat of that name already.")
        row = actions.save_heartbeat(_details(body, None), actor=actor)
        return 201, {"result": "Created", "data": {"name": row.name, "enabled": row.enabled, "expired": False}}
    if request.method == "GET":
        return 200, {"data": {"heartbeats": [_told(row) for row in queries.heartbeats(actor)]}}
    raise NotFound("There is no such address here.")


@_answering
def heartbeat(request: HttpRequest, actor: Actor, name: str) -> tuple[int, dict[str, Any]]:
    """Read, change, remove."""
    row = queries.heartbeat_by_name(actor, name)
    if request.method == "GET":
        return 200, {"data": _told(row)}
    if request.method == "PATCH":
        row = actions.save_heartbeat(_details(_body(request), row), actor=actor)
        return 200, {"result": "Updated", "data": _brief(row)}
    if request.method == "DELETE":
        actions.remove_heartbeat(name, actor=actor)
        return 200, {"result": "Deleted", "data": _brief(row)}
    raise NotFound("There is no such address here.")


@_answering
def switch(request: HttpRequest, actor: Actor, name: str, what: str) -> tuple[int, dict[str, Any]]:
    """Enable or disable."""
    if request.method != "POST":
        raise NotFound("There is no such address here.")
    row = actions.switch_heartbeat(name, enabled=what == "enable", actor=actor)
    return 200, {"result": f"{what.capitalize()}d", "data": _brief(row)}


def _body(request: HttpRequest) -> Body:
    try:
        return decoded(_BODY, request.body)
    except Refusal as error:
        raise InvalidInput("The body cannot be read: {why}.", why=str(error)) from None


def _details(body: Body, row: Any) -> HeartbeatDetails:
    """What the body asks for, over what there is."""
    before_s = row.interval_s if row else 0
    unit = UNITS[body.interval_unit] if body.interval_unit else _unit_of(before_s)[1]
    interval_s = body.interval * unit if body.interval is not None else before_s
    team = (row.team.key if row.team else "") if row else ""
    if body.owner_team is not None:
        team = body.owner_team.name or body.owner_team.id
    return HeartbeatDetails(
        name=row.name if row else body.name or "",
        interval_s=interval_s,
        team=team,
        service=row.service if row else "",
        enabled=_given(body.enabled, row.enabled if row else True),
        message=_given(body.alert_message, row.message if row else ""),
        tags=_given(body.alert_tags, row.tags if row else []),
        severity=_severity(body.alert_priority, row),
    )


def _given(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value


def _severity(priority: str | None, row: Any) -> Severity:
    if priority is None:
        return Severity(row.severity) if row else Severity.MINOR
    try:
        return from_opsgenie(priority)
    except ValueError:
        raise InvalidInput("alertPriority must be P1 to P5.") from None


def _unit_of(interval_s: int) -> tuple[str, int]:
    """The largest unit that divides it; minutes for the rest."""
    return next(
        ((name, s) for name, s in reversed(UNITS.items()) if interval_s and not interval_s % s), ("minutes", 60)
    )


def _brief(row: Any) -> dict[str, Any]:
    return {"name": row.name, "enabled": row.enabled, "expired": row.missed_at is not None}


def _told(row: Any) -> dict[str, Any]:
    unit, seconds = _unit_of(row.interval_s)
    told = _brief(row) | {
        "description": "",
        "interval": max(row.interval_s // seconds, 1),
        "intervalUnit": unit,
        "alertMessage": row.message,
        "alertTags": row.tags,
        "alertPriority": f"P{row.severity}",
    }
    if row.last_ping_at is not None:
        told["lastPingTime"] = row.last_ping_at.isoformat()
    if row.team is not None:
        told["ownerTeam"] = {"id": row.team.key, "name": row.team.key}
    return told
