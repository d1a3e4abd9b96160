"""The screens that belong to no room: where `/` leads, and the search over all rooms."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts import queries as accounts
from tocsin.accounts.requests import actor_of, is_fragment, may_they, signed_in
from tocsin.accounts.rules import Verb
from tocsin.alerts import queries as alerts
from tocsin.alerts.queries.arrivals import any_alert
from tocsin.assets import queries as assets
from tocsin.incidents import queries as incidents
from tocsin.main import actions, queries
from tocsin.ui.acts import act

SHOWN = 20
"""How many of each kind a search shows."""


@require_GET
@signed_in
def home(_request: HttpRequest) -> HttpResponse:
    """To the inbox; while no alert has ever arrived, to how the first one is sent."""
    return redirect("alerts:inbox" if any_alert() else "alerts-connect:list")


@require_GET
@signed_in
def condition(request: HttpRequest) -> HttpResponse:
    """How the installation itself does: who works, what is late, what was given up and can be tried again."""
    actor = actor_of(request)
    context = {
        "condition": queries.condition(actor),
        "jobs": queries.given_up_jobs(actor, limit=SHOWN),
        "may_retry": may_they(request, Verb.CONFIGURE),
    }
    return render(request, "main/_condition.html" if is_fragment(request) else "main/condition.html", context)


@require_POST
@signed_in
@act
def retry(request: HttpRequest) -> HttpResponse:
    """Give one reaction that was given up, or all of a kind, another try."""
    job, kind = request.POST.get("job", ""), request.POST.get("kind", "")[:200]
    ids = [int(job)] if job.isdecimal() and len(job) < 19 else []
    count = len(actions.retry_jobs(ids=ids, kind=kind, actor=actor_of(request)))
    said = ngettext("%(n)s reaction is tried again.", "%(n)s reactions are tried again.", count)
    messages.success(request, said % {"n": count})
    return redirect("condition")


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
