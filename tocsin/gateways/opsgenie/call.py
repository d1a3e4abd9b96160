"""One call of Opsgenie's API behind Django: who asks, by which operation, and the envelope of every answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError

from tocsin.accounts.actions import note_key_use
from tocsin.accounts.queries import actor_for_token
from tocsin.accounts.rules import Actor
from tocsin.alerts.intake.limits import Refusal
from tocsin.core.errors import TocsinError
from tocsin.core.ids import uuid7
from tocsin.gateways.opsgenie.operations import Operation

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`path` holds what the address names: identifier, and the like."""

    operation: Operation
    actor: Actor
    request: HttpRequest
    path: Mapping[str, str]
    id: UUID = field(default_factory=uuid7)
    began: float = field(default_factory=time.monotonic)

    @property
    def identifier_kind(self) -> str:
        """id, tiny or alias. Attachments have a name of their own for it."""
        query = self.request.GET
        given = query.get("identifierType") or query.get("alertIdentifierType") or "id"
        if given not in {"id", "tiny", "alias"}:
            raise Refusal(f"identifierType must be id, tiny or alias, not {given[:40]}")
        return given

    def number(self, name: str, otherwise: int, most: int, least: int = 0) -> int:
        """A number of the query within its limits; Refusal when it is none."""
        text = self.request.GET.get(name, "")
        if not text:
            return otherwise
        if not (text.isascii() and text.isdigit() and len(text) < 9 and least <= int(text) <= most):
            raise Refusal(f"{name} is a number from {least} to {most}, not {text[:40]}")
        return int(text)

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of some words of the query, the first when it is missing."""
        given = self.request.GET.get(name) or choices[0]
        if given not in choices:
            raise Refusal(f"{name} is one of {', '.join(choices)}, not {given[:40]}")
        return given


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`value` goes into the envelope; `file` instead of it is sent as it is."""

    value: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    file: HttpResponse | None = None


View = Callable[[Call], Answer]


def answered(view: View, operation: Operation, request: HttpRequest, path: Mapping[str, str]) -> HttpResponse:
    """Who calls must hold a key; whatever is refused is worded as Opsgenie would."""
    request_id, began = uuid7(), time.monotonic()
    try:
        actor = _actor(request)
        call = Call(operation=operation, actor=actor, request=request, path=path, id=request_id, began=began)
        answer = view(call)
    except Exception as error:  # noqa: BLE001 - the border of another product's API: it is logged and worded
        answer = refusal(error, request)
    if answer.file is not None:
        return answer.file
    return enveloped(answer, request_id, began)


def enveloped(answer: Answer, request_id: UUID, began: float) -> HttpResponse:
    """An answer in Opsgenie's envelope."""
    took = round(time.monotonic() - began, 6)
    response = JsonResponse({**answer.value, "took": took, "requestId": str(request_id)}, status=answer.status)
    response.headers["X-Request-Id"] = str(request_id)
    response.headers["X-Response-Time"] = str(took)
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response


def _actor(request: HttpRequest) -> Actor:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    actor = actor_for_token(token.strip()) if scheme.lower() == "geniekey" and token.strip() else None
    if actor is None:
        raise TocsinError("Give a live key: Authorization: GenieKey <key>.", status=401)
    note_key_use(actor)
    return actor


def refusal(error: Exception, request: HttpRequest) -> Answer:
    """What went wrong, as Opsgenie would say it; what is our fault is logged."""
    if isinstance(error, TocsinError):
        return Answer(value={"message": error.message}, status=422 if error.status == 409 else error.status)
    if isinstance(error, Refusal):
        return Answer(value={"message": f"This cannot be taken: {error}."}, status=422)
    if isinstance(error, RequestDataTooBig):
        return Answer(value={"message": "The body is too large."}, status=413)
    if isinstance(error, RecursionError):
        return Answer(value={"message": "The body is nested too deeply."}, status=422)
    if isinstance(error, DataError):
        log.warning("unstorable_input", extra={"path": request.path, "error": str(error).strip()})
        return Answer(value={"message": "A value cannot be looked for or kept: it is out of range."}, status=422)
    if isinstance(error, MultiPartParserError | SuspiciousOperation):
        return Answer(value={"message": "The body is not what its Content-Type says."}, status=400)
    if isinstance(error, OperationalError | InterfaceError):
        return Answer(value={"message": "The database is away. Try again in a moment."}, status=503)
    log.error("opsgenie_call_failed", exc_info=error, extra={"path": request.path})
    return Answer(value={"message": "This failed for a reason of ours; it is logged."}, status=500)
