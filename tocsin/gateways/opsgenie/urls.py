"""Addresses of Opsgenie's Alert and Incident API behind Django, made from its operations; JSM mounts them too."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import groupby

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from tocsin.core.errors import TocsinError
from tocsin.gateways.opsgenie.call import Answer, Call, answered
from tocsin.gateways.opsgenie.incidents import INCIDENT_VIEWS
from tocsin.gateways.opsgenie.maintenance import MAINTENANCE_VIEWS
from tocsin.gateways.opsgenie.operations import INCIDENT_OPERATIONS, MAINTENANCE_OPERATIONS, OPERATIONS, Operation
from tocsin.gateways.opsgenie.views import VIEWS

_ALL_VIEWS = {**VIEWS, **INCIDENT_VIEWS, **MAINTENANCE_VIEWS}
PREFIXES = ("", "jsm/ops/integration/")


def _dispatch(operations: dict[str, Operation], request: HttpRequest, **named: str) -> HttpResponse:
    operation = operations.get(request.method or "")
    if operation is None:
        known = next(iter(operations.values()))
        response = answered(_not_so, known, request, named)
        if response.status_code == 405:
            response.headers["Allow"] = ", ".join(sorted(operations))
        return response
    return answered(_ALL_VIEWS[operation.name], operation, request, named)


def _not_so(call: Call) -> Answer:
    """405; 404 where an identifier with a slash is only an address that does not exist."""
    status = 404 if "/" in call.path.get("identifier", "") else 405
    raise TocsinError(
        "There is no {method} {path} here.", method=call.request.method, path=call.request.path, status=status
    )


def _route(pattern: str) -> str:
    """Opsgenie's way to write a path, as Django's. An identifier may hold a slash."""
    return re.sub(r"\{(\w+)\}", lambda name: f"<{'path' if name[1] == 'identifier' else 'str'}:{name[1]}>", pattern[1:])


def _view(operations: list[Operation]) -> Callable[..., HttpResponseBase]:
    return csrf_exempt(partial(_dispatch, {operation.method: operation for operation in operations}))


def _patterns() -> list[URLPattern]:
    every = (*OPERATIONS, *INCIDENT_OPERATIONS, *MAINTENANCE_OPERATIONS)
    in_order = sorted(every, key=lambda each: [known.path for known in every].index(each.path))
    return [
        path(prefix + _route(spelt), _view(operations))
        for prefix in PREFIXES
        for pattern, found in groupby(in_order, key=lambda operation: operation.path)
        for operations in [list(found)]
        for spelt in dict.fromkeys((pattern, pattern.rstrip("/")))
    ]


urlpatterns = _patterns()
