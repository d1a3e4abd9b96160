"""The inbox, and changing many of its rows at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts.requests import actor_of, may_they, signed_in
from tocsin.accounts.rules import Verb
from tocsin.alerts import actions, filters, queries, wording
from tocsin.alerts.actions import Change, Outcome, Target
from tocsin.alerts.queries import InboxRow, RowKind, StateFilter
from tocsin.core.errors import Conflict, InvalidInput
from tocsin.items.queries import keys_of
from tocsin.ui import charts
from tocsin.ui.acts import act, back, said
from tocsin.ui.context import moment

STRETCH = 50
SNOOZES_H = (1, 4, 24)
UNDO = "alerts.undo"  # where the session keeps what the last change can be taken back by


@require_GET
@signed_in
def inbox(request: HttpRequest) -> HttpResponse:
    """Groups and the alerts that are in none, newest first. A refreshed list is frozen at the moment it was opened."""
    actor, now = actor_of(request), moment(request)
    is_fragment = "fragment" in request.GET
    state = _state(request)
    upto = _moment(request.GET.get("upto", "")) or now
    asked = filters.parse(_line(request), state=state, upto=upto)
    after = request.GET.get("after", "")
    found = queries.inbox(actor, asked.wanted, after=after, limit=STRETCH)
    kept = {"state": state.value} | ({"q": asked.text} if asked.text else {})
    context: dict[str, Any] = {
        "asked": asked,
        "state": state.value,
        "rows": _rows(request, found.rows, now),
        "kept": urlencode(kept),
        "chips": [{"text": chip.text, "without": urlencode(kept | {"q": chip.without})} for chip in asked.chips],
        "self_query": urlencode(
            kept | {"upto": upto.isoformat(), "fragment": ""} | ({"after": after} if after else {})
        ),
        "more": urlencode(kept | {"upto": upto.isoformat(), "after": found.after}) if found.after else "",
        "newer": queries.newer(actor, asked.wanted) if is_fragment else 0,
        "may_respond": may_they(request, Verb.RESPOND),
        "snoozes": SNOOZES_H,
        "path": request.get_full_path(),
    }
    if not is_fragment:
        context["counts"] = queries.inbox_counts(actor)
    return render(request, "alerts/_inbox.html" if is_fragment else "alerts/inbox.html", context)


def _state(request: HttpRequest) -> StateFilter:
    given = request.GET.get("state", "")
    return StateFilter(given) if given in set(StateFilter) else StateFilter.OPEN


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text) if len(text) < 40 else None
    except ValueError:  # well formed, but no such day
        return None
    return found if found is not None and found.tzinfo is not None else None


def _line(request: HttpRequest) -> str:
    """The filter as typed; links of other screens name a service, or words to look for, apart."""
    parts = [request.GET.get("q", ""), request.GET.get("text", "")]
    if service := request.GET.get("service", ""):
        parts.append(f"service:{service}")
    return " ".join(filter(None, parts))


def _rows(request: HttpRequest, rows: Iterable[InboxRow], now: datetime) -> list[dict[str, Any]]:
    rows = list(rows)
    lines = queries.rises((row.id for row in rows if row.kind is RowKind.GROUP), now)
    keys = keys_of(actor_of(request), (row.incident.id for row in rows if row.incident))
    return [_row(row, lines.get(row.id), keys) for row in rows]


def _row(row: InboxRow, rise: tuple[int, ...] | None, keys: dict[UUID, str]) -> dict[str, Any]:
    is_group = row.kind is RowKind.GROUP
    label = ngettext("%(n)s new alert over time", "%(n)s new alerts over time", row.alerts) % {"n": row.alerts}
    return {
        "row": row,
        "is_group": is_group,
        "value": f"{row.kind.value}:{row.id}",
        "state": wording.group_state_word(row.state) if is_group else wording.state_word(row.state),
        "is_open": row.state == "open",
        "confidence": wording.confidence_words(row.confidence) if row.confidence is not None else "",
        "aside": wording.aside_words(row.set_aside),
        "incident_key": keys.get(row.incident.id, "") if row.incident else "",
        "rise": charts.Sparkline(points=rise, label=label) if rise else None,
    }


@require_POST
@signed_in
@act
def change(request: HttpRequest) -> HttpResponse:
    """Acknowledge, snooze or close what was ticked; `acknowledge` alone names one row, for its key."""
    single = request.POST.get("acknowledge", "")
    chosen = [single] if single else request.POST.getlist("ids")
    verb = Change.ACKNOWLEDGE.value if single else request.POST.get("verb", "")
    targets = [target for target in map(_target, chosen[:STRETCH]) if target is not None]
    if verb not in set(Change) or not targets:
        raise InvalidInput("Tick at least one row first.")
    hours = request.POST.get("hours", "1")
    until = moment(request) + timedelta(hours=int(hours) if hours in {str(each) for each in SNOOZES_H} else 1)
    _tell(request, Change(verb), actions.change_all(targets, Change(verb), actor=actor_of(request), until=until))
    return redirect(back(request))


def _target(text: str) -> Target | None:
    kind, _, identifier = text.partition(":")
    try:
        return Target(id=UUID(identifier), is_group=kind == RowKind.GROUP)
    except ValueError:
        return None


def _tell(request: HttpRequest, verb: Change, outcome: Outcome) -> None:
    count = len(outcome.changed)
    undo = ""
    if outcome.undo is not None and outcome.changed:
        request.session[UNDO] = {"verb": outcome.undo.value, "ids": [str(alert) for alert in outcome.changed]}
        undo = reverse("alerts:undo")
    messages.success(request, _said(verb, count), extra_tags=undo)
    if outcome.left:
        left = ngettext(
            "%(n)s alert of the group is left: do it again to reach it.",
            "%(n)s alerts of the group are left: do it again to reach the next of them.",
            outcome.left,
        )
        messages.warning(request, left % {"n": outcome.left})
    if outcome.refused:
        words = ngettext("%(n)s refused: %(why)s", "%(n)s refused, the first because: %(why)s", outcome.refused)
        messages.warning(request, words % {"n": outcome.refused, "why": said(outcome.why) if outcome.why else ""})


def _said(verb: Change, count: int) -> str:
    words = {
        Change.ACKNOWLEDGE: ngettext("%(n)s alert acknowledged.", "%(n)s alerts acknowledged.", count),
        Change.SNOOZE: ngettext("%(n)s alert snoozed.", "%(n)s alerts snoozed.", count),
        Change.CLOSE: ngettext("%(n)s alert closed.", "%(n)s alerts closed.", count),
        Change.UNACKNOWLEDGE: ngettext("%(n)s alert is open again.", "%(n)s alerts are open again.", count),
        Change.REOPEN: ngettext("%(n)s alert reopened.", "%(n)s alerts reopened.", count),
    }[verb]
    return words % {"n": count}


@require_POST
@signed_in
@act
def undo(request: HttpRequest) -> HttpResponse:
    """Take the last change of this reader back."""
    last = request.session.pop(UNDO, None)
    if last is None:
        raise Conflict("There is nothing left to take back.")
    targets = [Target(id=UUID(each)) for each in last["ids"]]
    _tell(request, Change(last["verb"]), actions.change_all(targets, Change(last["verb"]), actor=actor_of(request)))
    return redirect(back(request))
