"""The screens of incidents: the list with how fast they are answered, one incident, declaring one by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.accounts.queries import people, teams
from tocsin.accounts.requests import actor_of, may_they, signed_in
from tocsin.accounts.rules import Verb
from tocsin.assets.queries import services
from tocsin.core.errors import TocsinError
from tocsin.incidents import actions, doing, queries, wording
from tocsin.incidents.forms import AssignForm, DeclareForm, PageForm, ReasonForm, SeverityForm
from tocsin.incidents.presenting import timeline as timelines
from tocsin.incidents.presenting.cause import cause_card
from tocsin.incidents.presenting.clock import clock_view
from tocsin.incidents.presenting.people import ack_band, ladders
from tocsin.incidents.presenting.storm import storm_view
from tocsin.incidents.queries import CausePart, HeadPart, IncidentFilter, IncidentRow, StormPart, TimelineEntry
from tocsin.incidents.rules import IncidentState, Transition
from tocsin.ui.acts import act, said
from tocsin.ui.context import moment

STRETCH = 50
TABS = ("open", "resolved", "all")


@require_GET
@signed_in
def incident_list(request: HttpRequest) -> HttpResponse:
    """Incidents, newest first, and how fast those of the last 30 days were answered."""
    actor, tab = actor_of(request), request.GET.get("state", "")
    tab = tab if tab in TABS else TABS[0]
    before, level = request.GET.get("before", ""), request.GET.get("at_least", "")
    wanted = IncidentFilter(
        open_only=tab == "open",
        state=IncidentState.RESOLVED if tab == "resolved" else "",
        at_least=int(level) if level in {"1", "2", "3", "4"} else 5,
        team=request.GET.get("team", "")[:100],
        search=request.GET.get("q", "").strip()[:200],
    )
    place = int(before) if before.isdecimal() and len(before) < 19 else None
    rows, more = queries.incidents(actor, wanted, before=place, limit=STRETCH)
    kept = request.GET.copy()
    kept.pop("before", None)
    kept.pop("fragment", None)
    context = {
        "rows": [_line(row) for row in rows],
        "more": more,
        "before": before if place else "",
        "tab": tab,
        "wanted": wanted,
        "teams": teams(actor),
        "kept": kept.urlencode(),
        "paces": [(wording.stamp_word(pace.stamp), pace) for pace in queries.paces(actor)],
        "may_declare": may_they(request, Verb.RESPOND),
    }
    return render(request, "incidents/_list.html" if "fragment" in request.GET else "incidents/list.html", context)


def _line(row: IncidentRow) -> dict[str, Any]:
    return {"row": row, "state": _standing(row), "is_new": row.state is IncidentState.TRIGGERED}


def _standing(row: IncidentRow) -> str:
    return wording.unanswered_words() if row.unanswered else wording.state_word(row.state)


@require_GET
@signed_in
def by_uuid(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """To the incident another room knows by its UUID."""
    return redirect("incidents:incident", queries.incident_by_uuid(actor_of(request), uuid).key)


@require_GET
@signed_in
def incident(request: HttpRequest, key: str) -> HttpResponse:
    """One incident: everything on one screen, each card kept fresh by its own fragment."""
    actor = actor_of(request)
    screen = queries.incident_screen(actor, key)
    head = HeadPart(head=screen.head, may_respond=screen.may_respond, mine=screen.mine, responders=screen.responders)
    storm = StormPart(head=screen.head, group=screen.group, ledger=screen.ledger, histogram=screen.histogram)
    cause = CausePart(
        head=screen.head,
        may_respond=screen.may_respond,
        group=screen.group,
        cause=screen.cause,
        reach=screen.reach,
    )
    context = _head(request, head) | _storm(request, storm) | _cause(request, cause)
    context |= _responders(request, head) | _timeline(request, screen.head, screen.timeline)
    context |= {"links": screen.links, "may_respond": screen.may_respond}
    if screen.may_respond:
        everybody = people(actor)
        who = screen.head.assignee
        context |= {
            "severity_form": SeverityForm(current=screen.head.severity),
            "assign_form": AssignForm(people=everybody, current=who.login if who else ""),
            "page_form": PageForm(teams=teams(actor), people=everybody),
            "resolve_form": ReasonForm(),
        }
    return render(request, "incidents/incident.html", context)


@require_GET
@signed_in
def part(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """One card of the screen, as the page asks for it when something has changed."""
    read = PARTS.get(name)
    if read is None:
        raise Http404
    return render(request, f"incidents/_{name}.html", read(request, key))


def _shown(row: IncidentRow) -> dict[str, Any]:
    group = f" group:{row.group}" if row.group else ""
    return {"row": row, "topics": f"incident:{row.id}{group}"}


def _head(request: HttpRequest, found: HeadPart) -> dict[str, Any]:
    row = found.head
    summary = queries.summary(row, language=get_language() or "en", zone=timezone.get_current_timezone_name())
    return _shown(row) | {
        "state": _standing(row),
        "summary": summary,
        "band": ack_band(found),
        "clock": clock_view(row.clock, moment(request), is_open=row.is_open),
        "may": {move: found.may_respond and move in row.moves for move in Transition},
        "may_respond": found.may_respond,
        "is_commander": row.commander is not None and row.commander.login == request.user.get_username(),
    }


def _storm(request: HttpRequest, found: StormPart) -> dict[str, Any]:
    return _shown(found.head) | {"storm": storm_view(found), "group": found.group}


def _cause(request: HttpRequest, found: CausePart) -> dict[str, Any]:
    return _shown(found.head) | {"cause": cause_card(found), "group": found.group}


def _responders(request: HttpRequest, found: HeadPart) -> dict[str, Any]:
    return _shown(found.head) | {"ladders": ladders(found, moment(request))}


def _timeline(request: HttpRequest, row: IncidentRow, found: tuple[TimelineEntry, ...]) -> dict[str, Any]:
    lines, show = timelines.entries(found), request.GET.get("show", "all")
    if show == "people":
        lines = tuple(line for line in lines if line.author)
    elif show == "machine":
        lines = tuple(line for line in lines if not line.author)
    return _shown(row) | {"lines": lines, "show": show if show in ("people", "machine") else "all"}


PARTS: Mapping[str, Callable[[HttpRequest, str], dict[str, Any]]] = {
    "head": lambda request, key: _head(request, queries.head_part(actor_of(request), key)),
    "storm": lambda request, key: _storm(request, queries.storm_part(actor_of(request), key)),
    "cause": lambda request, key: _cause(request, queries.cause_part(actor_of(request), key)),
    "responders": lambda request, key: _responders(request, queries.responders_part(actor_of(request), key)),
    "timeline": lambda request, key: _timeline(
        request, queries.incident_by_key(actor_of(request), key), queries.incident_timeline(actor_of(request), key)
    ),
}
"""The cards that are fetched alone, by name."""


@require_POST
@signed_in
@act
def do(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """One button: act, then show the incident again with what came of it and, where there is one, the way back."""
    carry_out = doing.VERBS.get(verb)
    if carry_out is None:
        raise Http404
    row = queries.incident_by_key(actor_of(request), key)
    done = carry_out(request, row)
    if done.text:
        messages.success(request, done.text, extra_tags=done.undo)
    anchor = f"#{done.anchor}" if done.anchor else ""
    return redirect(reverse("incidents:incident", args=[row.key]) + anchor)


@require_http_methods(["GET", "POST"])
@signed_in
@act
def declare(request: HttpRequest) -> HttpResponse:
    """Open an incident by hand."""
    actor = actor_of(request)
    known = services(actor)
    form = DeclareForm(request.POST or None, teams=teams(actor), services=known)
    if request.method == "POST" and form.is_valid():
        try:
            detail = actions.declare(form.declaration(), actor=actor)
        except TocsinError as refused:
            if refused.status == 403:
                raise
            form.add_error(None, said(refused))
        else:
            return redirect("incidents:incident", detail.item.key)
    status = 422 if form.is_bound else 200
    return render(request, "incidents/declare.html", {"form": form, "services": known}, status=status)
