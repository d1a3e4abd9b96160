"""Fragments about changes: those around the moment trouble began."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tocsin.accounts.requests import actor_of, signed_in
from tocsin.core.errors import InvalidInput
from tocsin.deployments import queries


@require_GET
@signed_in
def near(request: HttpRequest) -> HttpResponse:
    """Changes of `service` (may be repeated) around `at`, newest first, kept fresh."""
    try:
        began_at = datetime.fromisoformat(request.GET.get("at", ""))
    except ValueError:
        began_at = None
    if began_at is None or began_at.tzinfo is None:
        raise InvalidInput("“at” is a time with its offset from UTC, such as 2026-11-24T10:00:00Z.")
    rows = queries.changes_near(actor_of(request), request.GET.getlist("service")[:50], began_at)
    context = {"rows": rows, "began_at": began_at, "self_url": request.get_full_path()}
    return render(request, "deployments/_near.html", context)
