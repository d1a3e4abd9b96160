"""The screen of heartbeats: how each stands, and the form for one more."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from tocsin.accounts.queries import teams
from tocsin.accounts.requests import actor_of, may_they, signed_in
from tocsin.accounts.rules import Verb
from tocsin.alerts import actions, queries
from tocsin.alerts.heartbeats.forms import HeartbeatForm
from tocsin.alerts.shapes import heartbeat_out
from tocsin.alerts.wording import pulse_word
from tocsin.core.errors import TocsinError
from tocsin.ui.acts import act, said


@require_http_methods(["GET", "POST"])
@signed_in
@act
def heartbeats(request: HttpRequest) -> HttpResponse:
    """What must be heard regularly, the missed first."""
    actor = actor_of(request)
    own = [team for team in teams(actor) if may_they(request, Verb.CONFIGURE, team.id)]
    everything = may_they(request, Verb.CONFIGURE)
    form = HeartbeatForm(request.POST or None, teams=own, may_be_nobodys=everything)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_heartbeat(form.details(), actor=actor)
        except TocsinError as refused:
            if refused.status == 403:
                raise
            form.add_error(None, said(refused))
        else:
            messages.success(request, gettext("Saved. It is watched from its first ping on."))
            return redirect("heartbeats:list")
    rows = [
        {
            "heartbeat": heartbeat_out(row),
            "state": pulse_word(heartbeat_out(row).state),
            "every": timedelta(seconds=row.interval_s),
            "may": may_they(request, Verb.CONFIGURE, row.team_id),
        }
        for row in queries.heartbeats(actor)
    ]
    context = {"rows": rows, "form": form if own or everything else None, "base_url": settings.CONFIG.url}
    return render(request, "alerts/heartbeats.html", context, status=422 if form.is_bound else 200)


@require_POST
@signed_in
@act
def switch(request: HttpRequest, name: str) -> HttpResponse:
    """Watch it, or watch it no more."""
    actions.switch_heartbeat(name, enabled="on" in request.POST, actor=actor_of(request))
    return redirect("heartbeats:list")


@require_POST
@signed_in
@act
def remove(request: HttpRequest, name: str) -> HttpResponse:
    """Forget it."""
    actions.remove_heartbeat(name, actor=actor_of(request))
    messages.success(request, gettext("Heartbeat removed."))
    return redirect("heartbeats:list")
