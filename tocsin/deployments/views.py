"""The screen of changes: what was changed, newest first."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tocsin.accounts.requests import actor_of, signed_in
from tocsin.deployments import queries
from tocsin.deployments.forms import ChangeFilterForm


@require_GET
@signed_in
def changes(request: HttpRequest) -> HttpResponse:
    """Every change the reader may see, narrowed by what they ask for."""
    form = ChangeFilterForm(request.GET)
    wanted = form.wanted()
    rows, before = queries.changes(actor_of(request), wanted, before=request.GET.get("before", ""))
    asked = {name: value for name, value in (("text", wanted.text), ("service", wanted.service)) if value}
    more = urlencode({**asked, "before": before}) if before else ""
    return render(request, "deployments/changes.html", {"form": form, "rows": rows, "more": more, "asked": asked})
