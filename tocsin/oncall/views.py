"""The screens of who is on call: now, in all rotations; one rotation's coming shifts and who stands in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.accounts.queries import people
from tocsin.accounts.requests import actor_of, may_they, signed_in
from tocsin.accounts.rules import Verb
from tocsin.channels.queries import channels, usable_contacts
from tocsin.core.errors import TocsinError
from tocsin.oncall import actions, queries, wording
from tocsin.oncall.forms import OverrideForm
from tocsin.oncall.rules import ReasonKind, Weekday
from tocsin.ui.acts import act, said
from tocsin.ui.context import moment

if TYPE_CHECKING:
    from tocsin.oncall.models import Rotation

AHEAD = timedelta(weeks=4)
"""How far ahead shifts are listed and gaps looked for."""


@require_GET
@signed_in
def now(request: HttpRequest) -> HttpResponse:
    """Who is on call now, until when and who follows; what is not covered; the reader's own shifts."""
    at = moment(request)
    rows = queries.rotations(actor_of(request))
    coming = [duty for row in rows for duty in _coming(row, at)]
    mine = [duty for duty in coming if duty.person is not None and duty.person.id == request.user.pk]
    gaps = [duty for duty in coming if duty.person is None]
    lines = [queries.now_and_next(row, at) for row in rows]
    reached = _reach(line.now for line in lines)
    context = {
        "lines": [_now(line, reached, at) for line in lines],
        "mine": [_shift(duty, at) for duty in sorted(mine, key=_begin)],
        "gaps": [_shift(duty, at) for duty in sorted(gaps, key=_begin)],
    }
    return render(request, "oncall/_now.html" if "fragment" in request.GET else "oncall/now.html", context)


def _coming(row: Rotation, at: datetime) -> list[queries.Duty]:
    """The shifts of the next weeks; the last is shown to its own end, not to that of the span."""
    found = queries.shifts(row, at, at + AHEAD)
    last = found[-1]
    assert last.since is not None, "shifts are cut to the span asked for"
    return [*found[:-1], replace(last, until=queries.duty_of(row, last.since).until)]


def _begin(duty: queries.Duty) -> tuple[datetime, str]:
    assert duty.since is not None, "shifts are cut to the span asked for"
    return duty.since, duty.rotation.name


def _reach(duties: Iterable[queries.Duty]) -> dict[int, str]:
    """By person's id: the channels on which they can be paged, in their own order; nobody without any is in it."""
    labels = {channel.kind: channel.label for channel in channels()}
    contacts = usable_contacts({duty.person.id for duty in duties if duty.person})
    return {
        person: ", ".join(dict.fromkeys(labels[contact.channel] for contact in found))
        for person, found in contacts.items()
    }


def _now(line: queries.OnCallNow, reached: dict[int, str], at: datetime) -> dict[str, Any]:
    person = line.now.person
    following = line.following
    return {
        "rotation": line.now.rotation,
        "person": person,
        "inactive": line.now.inactive,
        "because": wording.because_words(line.now.because),
        "stands_in": line.now.because.kind is ReasonKind.OVERRIDE,
        "until": wording.moment_words(line.now.until) if line.now.until else "",
        "left_s": (line.now.until - at).total_seconds() if line.now.until else None,
        "next": following.person if following else None,
        "reach": reached.get(person.id, "") if person else "",
    }


def _shift(duty: queries.Duty, at: datetime) -> dict[str, Any]:
    return {
        "rotation": duty.rotation,
        "person": duty.person,
        "inactive": duty.inactive,
        "since": wording.moment_words(duty.since) if duty.since else "",
        "until": wording.moment_words(duty.until) if duty.until else "",
        "because": wording.because_words(duty.because),
        "stands_in": duty.because.kind is ReasonKind.OVERRIDE,
        "is_now": duty.since is not None and duty.since <= at,
        "cover": {"starts": duty.since.isoformat() if duty.since else "", "ends": duty.until.isoformat()}
        if duty.until
        else None,
    }


@require_http_methods(["GET", "POST"])
@signed_in
@act
def rotation(request: HttpRequest, key: str) -> HttpResponse:
    """One rotation: who takes turns, the shifts of four weeks, who stands in, and a form to arrange it."""
    actor = actor_of(request)
    row = queries.rotation_by_key(actor, key)
    may_arrange = may_they(request, Verb.CONFIGURE, row.team_id)
    form = OverrideForm(request.POST or None, people=people(actor), now=moment(request), initial=_asked_span(request))
    if request.method == "POST" and form.is_valid():
        try:
            override = actions.add_override(key, form.details(), actor=actor)
        except TocsinError as refused:
            if refused.status == 403:
                raise
            form.add_error(None, said(refused))
        else:
            return redirect(f"{request.path}?added={override.uuid}")
    context = _rotation(request, row) | {"form": form if may_arrange else None, "may_arrange": may_arrange}
    return render(request, "oncall/rotation.html", context, status=422 if form.is_bound else 200)


def _asked_span(request: HttpRequest) -> dict[str, Any]:
    """The shift a reader wants covered, from the link beside it."""
    given = {"starts_at": request.GET.get("starts", ""), "ends_at": request.GET.get("ends", "")}
    found = {name: parse_datetime(text) for name, text in given.items() if len(text) < 40}
    return {name: at for name, at in found.items() if at is not None and at.tzinfo is not None}


def _rotation(request: HttpRequest, row: Rotation) -> dict[str, Any]:
    at = moment(request)
    added = request.GET.get("added", "")
    overrides = [
        {
            "override": each,
            "since": wording.moment_words(each.starts_at),
            "until": wording.moment_words(each.ends_at),
            "is_new": str(each.uuid) == added,
        }
        for each in sorted(row.overrides.all(), key=lambda each: each.starts_at)
        if each.ends_at > at
    ]
    return {
        "rotation": row,
        "handoff": wording.handoff_words(Weekday(row.handoff_weekday), row.handoff_time),
        "members": [member.person for member in row.members.all()],
        "shifts": [_shift(duty, at) for duty in _coming(row, at)],
        "overrides": overrides,
        "added": next((each for each in overrides if each["is_new"]), None),
    }


@require_POST
@signed_in
@act
def remove_override(request: HttpRequest, key: str, override: UUID) -> HttpResponse:
    """Give the duty back to whoever has the turn; also the undo of arranging it."""
    actions.remove_override(override, actor=actor_of(request))
    return redirect("oncall:rotation", key)
