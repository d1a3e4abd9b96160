"""Silences: which are in force, adding one, ending one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from tocsin.accounts.requests import actor_of, may_they, signed_in
from tocsin.accounts.rules import Verb
from tocsin.alerts import actions, queries, wording
from tocsin.alerts.actions import SilenceDetails
from tocsin.alerts.forms import SilenceForm
from tocsin.core.errors import TocsinError
from tocsin.ui.acts import act, said
from tocsin.ui.context import moment

OFFERED = timedelta(hours=2)
"""How long a new silence lasts unless somebody says otherwise."""

LABELS = ("service", "name", "severity", "integration", "host", "site", "instance")


@require_http_methods(["GET", "POST"])
@signed_in
@act
def silences(request: HttpRequest) -> HttpResponse:
    """What is silenced now, by whom and why; and the form for one more, filled in from an alert where it came from."""
    actor, now = actor_of(request), moment(request)
    may_silence = may_they(request, Verb.RESPOND)
    form = SilenceForm(request.POST or None, now=now, initial=_offered(request, now))
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.save_silence(form.details(request.user.get_username()), actor=actor)
        except TocsinError as refused:
            if refused.status == 403:
                raise
            form.add_error(None, said(refused))
        else:
            undo = reverse("alerts:end-silence", args=[row.key])
            messages.success(request, gettext("Silenced. The alerts are still kept and shown."), extra_tags=undo)
            return redirect("alerts:silences")
    ended = "ended" in request.GET
    context = {
        "rows": [_row(row, now) for row in queries.silences(actor, ended=ended)],
        "ended": ended,
        "form": form if may_silence else None,
        "is_asked": form.is_bound or bool(request.GET.get("service")),
        "labels": LABELS,
    }
    return render(request, "alerts/silences.html", context, status=422 if form.is_bound else 200)


def _offered(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """The form's first values: the service and rule of the alert it was opened from, for two hours from now."""
    given = [(label, request.GET.get(label, "")[:300]) for label in ("service", "name")]
    values: dict[str, Any] = {
        "starts_at": timezone.localtime(now).replace(second=0, microsecond=0, tzinfo=None),
        "ends_at": timezone.localtime(now + OFFERED).replace(second=0, microsecond=0, tzinfo=None),
    }
    for pair, (label, value) in enumerate([(label, value) for label, value in given if value], 1):
        values |= {f"label_{pair}": label, f"op_{pair}": "=", f"value_{pair}": value}
    return values


def _row(row: Any, now: datetime) -> dict[str, Any]:
    is_over = row.ended_at is not None or row.until <= now
    return {
        "silence": row,
        "matchers": [(m["label"], wording.operator_word(m["op"]), m["value"]) for m in row.matchers],
        "is_over": is_over,
        "is_coming": not is_over and row.starts_at > now,
        "ended_at": min(row.ended_at, row.until) if row.ended_at else row.until,
    }


@require_POST
@signed_in
@act
def end(request: HttpRequest, key: str) -> HttpResponse:
    """End a silence now."""
    actions.end_silence(key, actor=actor_of(request))
    undo = reverse("alerts:resume-silence", args=[key])
    messages.success(request, gettext("Silence ended. What still fires may page from now on."), extra_tags=undo)
    return redirect("alerts:silences")


@require_POST
@signed_in
@act
def resume(request: HttpRequest, key: str) -> HttpResponse:
    """Put a silence that was ended by hand in force again, until the time it had."""
    row = queries.silence_by_key(actor_of(request), key)
    details = SilenceDetails(
        key=row.key,
        matchers=row.matchers,
        reason=row.reason,
        starts_at=row.starts_at,
        ends_at=row.until,
        owner=row.owner.login if row.owner else "",
        author=row.author,
    )
    actions.save_silence(details, actor=actor_of(request))
    messages.success(request, gettext("The silence is in force again."))
    return redirect("alerts:silences")
