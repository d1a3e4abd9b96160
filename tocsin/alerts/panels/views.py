"""Fragments about alerts: how many of a list of services are open, and which of one service."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tocsin.accounts.requests import actor_of, may_they, signed_in
from tocsin.accounts.rules import Verb
from tocsin.alerts import queries
from tocsin.alerts.queries.arrivals import open_by_service
from tocsin.alerts.shapes import window_out
from tocsin.core.errors import InvalidInput

MOST_SERVICES = 200
SHOWN = 20


@require_GET
@signed_in
def open_counts(request: HttpRequest) -> HttpResponse:
    """Fills the cells `#open-<uuid>` of a list of services with how many of their alerts are open."""
    try:
        wanted = [UUID(text) for text in request.GET.getlist("service")[:MOST_SERVICES]]
    except ValueError:
        raise InvalidInput("“service” is the UUID of a service.") from None
    known = {each.service: each for each in open_by_service(actor_of(request), wanted)}
    cells = [{"id": uuid, "complaints": known.get(uuid)} for uuid in wanted]
    return render(request, "alerts/_open_counts.html", {"cells": cells})


@require_GET
@signed_in
def of_service(request: HttpRequest, key: str) -> HttpResponse:
    """A service's open alerts, newest first, kept fresh."""
    rows, more = queries.alerts_of_service(actor_of(request), key, open_only=True, limit=SHOWN)
    works = (
        [window_out(row) for row in queries.windows_over_service(actor_of(request), key)]
        if may_they(request, Verb.VIEW)
        else []
    )
    context = {"key": key, "rows": rows, "has_more": more is not None, "works": works}
    return render(request, "alerts/_of_service.html", context)
