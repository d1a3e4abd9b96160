"""Fragments about incidents: those whose cause is one service."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tocsin.accounts.requests import actor_of, signed_in
from tocsin.incidents import queries

SHOWN = 8


@require_GET
@signed_in
def of_service(request: HttpRequest, key: str) -> HttpResponse:
    """The newest incidents that a service was the cause of, kept fresh."""
    wanted = queries.IncidentFilter(service=key)
    rows, more = queries.incidents(actor_of(request), wanted, limit=SHOWN)
    return render(request, "incidents/_of_service.html", {"key": key, "rows": rows, "has_more": more is not None})
