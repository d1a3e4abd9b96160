"""The screens that belong to no room: where `/` leads, and the search over all rooms."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from tocsin.accounts import queries as accounts
from tocsin.accounts.requests import actor_of, signed_in
from tocsin.alerts import queries as alerts
from tocsin.alerts.queries.arrivals import any_alert
from tocsin.assets import queries as assets
from tocsin.incidents import queries as incidents

SHOWN = 20
"""How many of each kind a search shows."""


@require_GET
@signed_in
def home(_request: HttpRequest) -> HttpResponse:
    """To the inbox; while no alert has ever arrived, to how the first one is sent."""
    return redirect("alerts:inbox" if any_alert() else "alerts-connect:list")


@require_GET
@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """Services, open alerts and people in which these words occur, as far as the reader may see them."""
    actor, text = actor_of(request), request.GET.get("q", "").strip()[:200]
    if not text:
        return render(request, "main/search.html", {"q": ""})
    services, more = assets.find_services(actor, assets.Wanted(text=text), limit=SHOWN)
    known, _ = incidents.incidents(actor, incidents.IncidentFilter(search=text), limit=SHOWN)
    found = alerts.inbox(actor, alerts.InboxFilter(text=text), limit=SHOWN)
    people = [
        person for person in accounts.people(actor) if text.casefold() in f"{person.name} {person.login}".casefold()
    ]
    context = {
        "q": text,
        "incidents": known,
        "services": services,
        "has_more_services": bool(more),
        "inbox": found,
        "people": people[:SHOWN],
        "is_empty": not (known or services or found.rows or people),
    }
    return render(request, "main/search.html", context)
