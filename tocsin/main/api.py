"""`/api/v1`: the rooms' endpoints, under one way to sign in, one shape of errors, one OpenAPI document.

A request is somebody's by `Authorization: Bearer KEY`, or by the session of a browser (then with its CSRF token).
Whatever refuses answers `{"code", "message"}`. `Idempotency-Key` is `main.answers`' work.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from tocsin.accounts.actions import note_key_use
from tocsin.accounts.api import router as accounts
from tocsin.accounts.queries import actor_for_person, actor_for_token
from tocsin.accounts.rules import Actor, KeyScope
from tocsin.alerts.api import router as alerts
from tocsin.alerts.heartbeats.api import router as heartbeats
from tocsin.alerts.maintenance.api import router as maintenance
from tocsin.assets.api import router as assets
from tocsin.channels.api import router as contacts
from tocsin.core.errors import Forbidden, NotFound, TocsinError
from tocsin.deployments.api import router as deployments
from tocsin.incidents.api import router as incidents
from tocsin.items.api import router as items
from tocsin.journal.api import router as journal
from tocsin.main.queue_api import router as queue
from tocsin.oncall.api import router as oncall
from tocsin.paging.api import router as paging

log = logging.getLogger(__name__)

DESCRIPTION = """Everything a person can do on the screens, with the same permissions and the same record of it.

Lists are cut into stretches: pass `next` of one answer as `before` of the next request until it is null.
A POST with an `Idempotency-Key` header has its effect once; a repeat within a day gets the first answer again.
"""


REFUSAL = {
    "title": "Refusal",
    "description": "`code` is stable, for programs; `message` is a sentence for people that says what to do.",
    "type": "object",
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
    "required": ["code", "message"],
}


class KeyOwner(HttpBearer):
    """An API key made by `POST /keys` or `tocsin key issue`."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The key's actor; None (401) when there is no such live key."""
        actor = actor_for_token(token.strip())
        if actor is not None:
            note_key_use(actor)
        if actor is not None and actor.key_scope is KeyScope.INTEGRATION:
            raise Forbidden("This is an integration's key: it hands in alerts, and may do nothing else.")
        return actor


class SignedIn(APIKeyCookie):
    """The session of a browser. Asked after the key: a request that brings one means to be it."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The person's actor; None (401) when nobody is signed in or a key was given."""
        if "Authorization" in request.headers or not request.user.is_authenticated:
            return None
        if check_csrf(request) is not None:
            raise Forbidden("The CSRF token is missing or stale: send it as X-CSRFToken.", code="csrf")
        return actor_for_person(request.user)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """Never reached: `__call__` decides."""
        raise NotImplementedError


class Api(NinjaAPI):
    """Tells in its document what every operation may answer instead."""

    def get_openapi_schema(self, *arguments: Any, **options: Any) -> OpenAPISchema:
        """The OpenAPI document, with the shape of a refusal at each operation."""
        schema = super().get_openapi_schema(*arguments, **options)
        schema["components"]["schemas"]["Refusal"] = REFUSAL
        shape = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
        refused = {"description": "Refused: what, and what to do.", "content": shape}
        for methods in schema["paths"].values():
            for operation in methods.values():
                told = {str(status): answer for status, answer in operation["responses"].items()}
                operation["responses"] = told | {"default": refused}
        return schema


def build() -> NinjaAPI:
    """The API with every room's endpoints."""
    api = Api(
        title="Tocsin",
        version="1",
        description=DESCRIPTION,
        urls_namespace="api",
        auth=[KeyOwner(), SignedIn()],
        docs_url=None,
    )
    machines, own = (heartbeats, maintenance), (accounts, contacts)
    for router in (incidents, alerts, *machines, deployments, paging, oncall, *own, assets, items, journal, queue):
        api.add_router("", router)
    _answer_errors(api)
    return api


def _refuse(status: int, code: str, message: str) -> HttpResponse:
    return JsonResponse({"code": code, "message": message}, status=status)


def _answer_errors(api: NinjaAPI) -> None:
    def refused(request: HttpRequest, error: TocsinError) -> HttpResponse:
        return _refuse(error.status, error.code, _words(request, error))

    def nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        answer = _refuse(401, "unauthenticated", "Send a key as “Authorization: Bearer KEY”, or sign in.")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return _refuse(404, "not_found", "There is no such address; see /api/v1/openapi.json.")

    api.exception_handler(TocsinError)(refused)
    api.exception_handler(AuthenticationError)(nobody)
    api.exception_handler(Http404)(missing)
    _answer_bad_bodies(api)


def _answer_bad_bodies(api: NinjaAPI) -> None:
    """What cannot be read, or cannot be kept once it is."""

    def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return _refuse(422, "invalid_input", "; ".join(_flaw(each) for each in error.errors))

    def malformed(request: HttpRequest, error: HttpError) -> HttpResponse:
        unread = "The body is not JSON in UTF-8, or is nested too deeply."
        message = unread if str(error) == "Cannot parse request body" else str(error)
        return _refuse(error.status_code, "bad_request", message)

    def unstorable(request: HttpRequest, error: DataError) -> HttpResponse:
        log.warning("unstorable_input", extra={"path": request.path, "error": str(error).strip()})
        return _refuse(422, "invalid_input", "A value cannot be stored: it holds a NUL character, or is out of range.")

    def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return _refuse(413, "too_large", f"The body is larger than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes.")

    def no_text(request: HttpRequest, error: UnicodeEncodeError) -> HttpResponse:
        return _refuse(422, "invalid_input", "A value cannot be stored: it holds half a surrogate pair.")

    api.exception_handler(ValidationError)(unreadable)
    api.exception_handler(HttpError)(malformed)
    api.exception_handler(DataError)(unstorable)
    api.exception_handler(RequestDataTooBig)(too_large)
    api.exception_handler(UnicodeEncodeError)(no_text)


def _words(request: HttpRequest, error: TocsinError) -> str:
    """English, for programs compare and logs collect; another language only for who asks for it."""
    if "Accept-Language" not in request.headers:
        return error.message
    with translation.override(translation.get_language_from_request(request)):
        return error.said_in(gettext)


def _flaw(error: dict[str, Any]) -> str:
    """`body.severity: Input should be …`, without the name ninja gives the body."""
    where = [str(part) for part in error["loc"][1:]]
    return f"{'.'.join(where) or 'request'}: {error['msg']}"


api = build()


def no_such_address(request: HttpRequest, rest: str) -> HttpResponse:
    """What stands under /api/v1 and is none of its addresses, in the API's own shape."""
    error = NotFound("There is no /api/v1/{rest}; see /api/v1/openapi.json.", rest=rest)
    return JsonResponse({"code": error.code, "message": _words(request, error)}, status=error.status)
