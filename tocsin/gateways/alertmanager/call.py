"""One call of Alertmanager's API behind Django: who asks, and how a refusal is worded: as a JSON string."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tocsin.accounts.actions import note_key_use
from tocsin.accounts.queries import actor_for_token
from tocsin.accounts.rules import Actor, is_formed_like_a_key
from tocsin.alerts.intake.http import token_of
from tocsin.alerts.intake.limits import Refusal
from tocsin.core import clock
from tocsin.core.errors import TocsinError

log = logging.getLogger(__name__)

CHALLENGE = 'Basic realm="Tocsin"'
_TRUE = frozenset({"true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"})
"""What the library that Alertmanager is built with takes for true; everything else is false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`path` holds what the address names; `now` is the moment of the whole answer."""

    actor: Actor
    request: HttpRequest
    path: Mapping[str, str]
    now: datetime

    def truth(self, name: str) -> bool:
        """A switch of the query that is on unless it is switched off."""
        return self.request.GET.get(name, "true").lower() in _TRUE


View = Callable[[Call], Any]
"""Asks a room; what it returns is answered as JSON, None as an empty body."""


def answering(**views: View) -> Callable[..., HttpResponse]:
    """The Django view of an address, with a view for each method."""

    @csrf_exempt
    def answer(request: HttpRequest, **path: str) -> HttpResponse:
        view = views.get("GET" if request.method == "HEAD" else request.method or "")
        if view is None:
            allowed = ", ".join(sorted(views))
            message = f"method {request.method} is not allowed, but [{allowed}] are"
            return _said(405, message, Allow=allowed)
        try:
            found = view(Call(actor=_actor(request), request=request, path=path, now=clock.now()))
        except Exception as error:  # noqa: BLE001 - the border of another product's API: it is logged and worded
            return _refused(error, request)
        body = b"" if found is None else msgspec.json.encode(found)
        return HttpResponse(body, content_type="application/json")

    return answer


def _actor(request: HttpRequest) -> Actor:
    token = token_of(request.headers.get("Authorization", ""), "bearer", "basic")
    actor = actor_for_token(token) if is_formed_like_a_key(token) else None
    if actor is None:
        raise TocsinError("give a live key as a bearer token or as the password of basic authentication", status=401)
    note_key_use(actor)
    return actor


def _said(status: int, message: str, **headers: str) -> HttpResponse:
    return HttpResponse(
        msgspec.json.encode(message), status=status, content_type="application/json", headers=dict(headers)
    )


def _refused(error: Exception, request: HttpRequest) -> HttpResponse:
    if isinstance(error, TocsinError):
        challenge = {"WWW-Authenticate": CHALLENGE} if error.status == 401 else {}
        return _said(400 if error.status in {409, 422} else error.status, error.message, **challenge)
    if isinstance(error, RequestDataTooBig):
        return _said(413, "The body is too large.")
    if isinstance(error, Refusal | RecursionError | SuspiciousOperation):
        return _said(400, f"This cannot be taken: {error}.")
    if isinstance(error, DataError):
        log.warning("unstorable_input", extra={"path": request.path, "error": str(error).strip()})
        return _said(400, "A value cannot be looked for or kept: it is out of range.")
    if isinstance(error, OperationalError | InterfaceError):
        return _said(503, "The database is away. Try again in a moment.")
    log.error("alertmanager_call_failed", exc_info=error, extra={"path": request.path})
    return _said(500, "This failed for a reason of ours; it is logged.")
