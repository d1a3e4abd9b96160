"""The screen of maintenance windows: which run, are planned or over; the form for one, with what it would cover now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from tocsin.accounts.queries import teams
from tocsin.accounts.requests import actor_of, may_they, signed_in
from tocsin.accounts.rules import Verb
from tocsin.alerts import actions, queries
from tocsin.alerts.maintenance.forms import WindowForm, matcher_lines
from tocsin.alerts.queries import Covered
from tocsin.alerts.rules import WindowState
from tocsin.alerts.shapes import WindowOut, window_out
from tocsin.alerts.wording import window_state_word
from tocsin.core.errors import Conflict, TocsinError
from tocsin.ui.acts import act, said
from tocsin.ui.context import moment
from tocsin.ui.wording import local

OFFERED = timedelta(hours=2)
"""How long a new window lasts unless somebody says otherwise."""

PROLONGED_H = (1, 4, 24)


@require_http_methods(["GET", "POST"])
@signed_in
@act
def maintenance(request: HttpRequest) -> HttpResponse:
    """What runs, is planned or over; `edit` fills the form in from a window; `preview` shows what it would cover."""
    actor, may = actor_of(request), may_they(request, Verb.RESPOND)
    edited = _edited(request) if may else None
    form = _form(request, edited)
    covered: Covered | None = None
    if request.method == "POST" and form.is_valid():
        try:
            if "preview" in request.POST:
                covered = queries.covered_now(actor, form.scope(), form.cleaned_data["matchers"])
            else:
                actions.save_maintenance(form.details(edited.key if edited else ""), actor=actor)
                messages.success(request, gettext("Saved. The alerts are still kept and shown."))
                return redirect("maintenance:list")
        except TocsinError as refused:
            if refused.status == 403:
                raise
            form.add_error(None, said(refused))
    over = "over" in request.GET
    context = {
        "rows": [_row(row) for row in queries.windows(actor, over=over)],
        "over": over,
        "form": form if may else None,
        "edited": edited,
        "covered": covered,
        "hours": PROLONGED_H,
    }
    return render(request, "alerts/maintenance.html", context, status=422 if form.errors else 200)


def _edited(request: HttpRequest) -> WindowOut | None:
    key = request.POST.get("edit", "") or request.GET.get("edit", "")
    return window_out(queries.window_by_key(actor_of(request), key)) if key else None


def _form(request: HttpRequest, edited: WindowOut | None) -> WindowForm:
    actor = actor_of(request)
    return WindowForm(
        request.POST or None,
        initial=_of(edited) if edited else _offered(request, moment(request)),
        teams=[team.key for team in teams(actor)],
        integrations=[row.key for row in queries.integrations(actor)],
        stored=edited.matchers if edited else (),
    )


def _of(edited: WindowOut) -> dict[str, Any]:
    """A window as its form shows it."""
    return {
        "reason": edited.reason,
        "starts_at": _local(edited.starts_at),
        "ends_at": _local(edited.ends_at) if edited.ends_at else None,
        "services": ", ".join(edited.services),
        "dependents": edited.dependents,
        "teams": list(edited.teams),
        "integrations": list(edited.integrations),
        "matchers": "\n".join(matcher_lines(edited.matchers)),
    }


def _offered(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """Two hours from now, of the service of the screen it was opened from."""
    return {
        "starts_at": _local(now),
        "ends_at": _local(now + OFFERED),
        "services": request.GET.get("service", "")[:200],
    }


def _local(at: datetime) -> datetime:
    return local(at, timezone.get_current_timezone()).replace(second=0, microsecond=0, tzinfo=None)


def _row(row: Any) -> dict[str, Any]:
    window = window_out(row)
    return {
        "window": window,
        "by": row.owner.name if row.owner else row.author,
        "state": window_state_word(window.state),
        "is_running": window.state is WindowState.RUNNING,
        "is_open": window.state in {WindowState.RUNNING, WindowState.PLANNED},
        "matchers": [f"{m['label']} {m['op']} {m['value']}" for m in window.matchers],
        "ended_at": window.ended_at or window.ends_at,
    }


@require_POST
@signed_in
@act
def prolong(request: HttpRequest, key: str) -> HttpResponse:
    """Let it go on for some hours more, from its end or from now."""
    actor, hours = actor_of(request), request.POST.get("hours", "")
    row = queries.window_by_key(actor, key)
    if row.ends_at is None:
        raise Conflict("This maintenance has no end that could be moved; end it when it is over.")
    more = timedelta(hours=int(hours) if hours in {str(each) for each in PROLONGED_H} else 1)
    actions.prolong_maintenance(key, until=max(row.ends_at, moment(request)) + more, actor=actor)
    messages.success(request, gettext("Prolonged."))
    return redirect("maintenance:list")


@require_POST
@signed_in
@act
def end(request: HttpRequest, key: str) -> HttpResponse:
    """End it now, or cancel it before it begins."""
    actions.end_maintenance(key, actor=actor_of(request))
    messages.success(request, gettext("Maintenance ended. What still fires may page from now on."))
    return redirect("maintenance:list")
