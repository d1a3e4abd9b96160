"""Addresses of Opsgenie's Alert API behind Django, made from its operations; also where JSM mounts them."""

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
from tocsin.gateways.opsgenie.operations import OPERATIONS, Operation
from tocsin.gateways.opsgenie.views import VIEWS

PREFIXES = ("", "jsm/ops/integration/")


def _dispatch(operations: dict[str, Operation], request: HttpRequest, **named: str) -> HttpResponse:
    operation = operations.get(request.method or "")
    if operation is None:
        known = next(iter(operations.values()))
        response = answered(_not_so, known, request, named)
        if response.status_code == 405:
            response.headers["Allow"] = ", ".join(sorted(operations))
        return response
    return answered(VIEWS[operation.name], operation, request, named)


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
    in_order = sorted(OPERATIONS, key=lambda each: [known.path for known in OPERATIONS].index(each.path))
    return [
        path(prefix + _route(pattern), _view(list(operations)))
        for prefix in PREFIXES
        for pattern, operations in groupby(in_order, key=lambda operation: operation.path)
    ]


urlpatterns = _patterns()
