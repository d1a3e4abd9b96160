"""The screens of services: all of them, and one with what it needs and what needs it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from tocsin.accounts.queries import teams
from tocsin.accounts.requests import actor_of, signed_in
from tocsin.assets import queries, wording
from tocsin.assets.forms import ServiceFilterForm
from tocsin.ui.components import Pair


@require_GET
@signed_in
def services(request: HttpRequest) -> HttpResponse:
    """Every service the reader may see, by key, narrowed by what they ask for."""
    actor = actor_of(request)
    form = ServiceFilterForm(request.GET, teams=teams(actor), sites=queries.sites(actor))
    wanted = form.wanted()
    rows, after = queries.find_services(actor, wanted, after=request.GET.get("after", ""))
    asked = {name: value for name, value in request.GET.items() if value and name in form.fields}
    context = {
        "form": form,
        "rows": [
            {"service": row, "tier": wording.tier_word(row.tier), "kind": wording.kind_word(row.kind)} for row in rows
        ],
        "total": queries.count_services(actor, wanted),
        "is_narrowed": bool(asked),
        "more": urlencode({**asked, "after": after}) if after else "",
        "shown": urlencode([("service", str(row.uuid)) for row in rows]),
    }
    return render(request, "assets/services.html", context)


@require_GET
@signed_in
def service(request: HttpRequest, key: str) -> HttpResponse:
    """One service: who owns it, how much it matters, its neighbours on the map, its alerts and incidents."""
    actor = actor_of(request)
    row = queries.service_by_key(actor, key)
    needs, needed_by = queries.dependencies(actor, row)
    about = [
        Pair(label=gettext("Owner"), value=row.team.name if row.team else gettext("Nobody yet")),
        Pair(label=gettext("Tier"), value=str(row.tier)),
        Pair(label=gettext("Kind"), value=wording.kind_word(row.kind)),
        Pair(label=gettext("Site"), value=row.site or "–"),
        Pair(label=gettext("Known because"), value=wording.source_word(row.source)),
    ]
    context = {
        "service": row,
        "tier": wording.tier_word(row.tier),
        "about": about,
        "needs": [_line(each) for each in needs],
        "needed_by": [_line(each) for each in needed_by],
        "subject": f"assets.service:{row.uuid}",
    }
    return render(request, "assets/service.html", context)


def _line(neighbour: queries.Neighbour) -> dict[str, object]:
    return {
        "service": neighbour.service,
        "tier": wording.tier_word(neighbour.service.tier),
        "source": wording.source_word(neighbour.source),
        "last_seen_at": neighbour.last_seen_at,
        "percent": round(100 * neighbour.confidence),
    }
