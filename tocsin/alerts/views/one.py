"""One alert, and one group with its alerts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts.requests import actor_of, may_they, signed_in
from tocsin.accounts.rules import Verb
from tocsin.alerts import actions, queries, wording
from tocsin.alerts.queries import AlertRow, CauseView, GroupDetail, LedgerLine
from tocsin.alerts.shapes import hushed
from tocsin.alerts.views.inbox import SNOOZES_H
from tocsin.core.errors import InvalidInput
from tocsin.core.refs import Ref
from tocsin.items.queries import keys_of
from tocsin.journal.ports import sentence
from tocsin.journal.queries import facts_about
from tocsin.ui import components as c
from tocsin.ui.acts import act
from tocsin.ui.wording import number

STRETCH = 50
HISTORY = 50


@require_GET
@signed_in
def alert(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One alert: what it says, why it is where it is, its labels as they came, what people did to it."""
    found = queries.alert_by_id(actor_of(request), uuid)
    row = queries.row_of(found)
    context = {
        "alert": row,
        "topics": f"alerts group:{row.group}" if row.group else "alerts",
        "value": f"alert:{uuid}",
        "description": found.description,
        "service_name": found.service.name,
        "labels": sorted(found.labels.items()),
        "source": found.source,
        "fingerprint": found.fingerprint,
        "state": wording.state_word(row.state),
        "why": _why_here(row),
        "group": row.group,
        "history": _history(Ref("alerts.alert", uuid)),
        "owner": found.owner.name if found.owner else "",
        "helpers": [each.name for each in queries.responders_of(found)],
        "notes": queries.notes_of(found),
        "files": queries.attachments_of(found),
        "hushed": hushed(found),
        "may_respond": may_they(request, Verb.RESPOND, found.service.team_id, found.integration.team_id),
        "snoozes": SNOOZES_H,
        "silence": urlencode({"service": row.service, "name": row.name}),
        "path": request.path,
    }
    return render(request, "alerts/_alert.html" if "fragment" in request.GET else "alerts/alert.html", context)


def _why_here(row: AlertRow) -> str:
    """Why it is in its group, or in none."""
    if row.group is not None:
        return wording.why_words(row.why) or gettext("It was put here by hand, or before reasons were kept.")
    if row.set_aside:
        return gettext("It is in no group: %(why)s.") % {"why": wording.aside_words(row.set_aside)}
    return gettext("It is in no group: nothing ties it to another alert.")


def _history(subject: Ref) -> tuple[c.Entry, ...]:
    return tuple(
        c.Entry(
            at=fact.at,
            text=f"{sentence(fact)} {fact.reason}".strip(),
            author=fact.actor_label if fact.actor_kind in {"person", "key"} else "",
            icon="alert",
        )
        for fact in facts_about([subject], limit=HISTORY)
    )


@require_GET
@signed_in
def group(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One group: its cause and why, and its alerts with why each is here; `line` opens a line of the ledger."""
    actor = actor_of(request)
    found = queries.group_detail(actor, uuid)
    line, after = _line(request), request.GET.get("after", "")
    service, text = request.GET.get("service", "")[:200], request.GET.get("q", "").strip()[:200]
    place = int(after) if after.isdecimal() and len(after) < 19 else None
    rows, more = queries.alerts_of_group(actor, uuid, line=line, service=service, text=text, after=place, limit=STRETCH)
    kept = {name: value for name, value in (("line", line or ""), ("service", service), ("q", text)) if value}
    keys = keys_of(actor, [found.incident.id] if found.incident else [])
    context = {
        "group": found,
        "state": wording.group_state_word(found.state),
        "cause_state": wording.cause_state_word(found.cause_state),
        "confidence": wording.confidence_words(found.cause.confidence),
        "evidence": _evidence(found.cause),
        "incident_key": keys.get(found.incident.id, "") if found.incident else "",
        "pairs": _pairs(found),
        "rows": [_line_of(row) for row in rows],
        "lines": [(each.value, wording.line_words(each, found.cause.service)) for each in LedgerLine],
        "line": line.value if line else "",
        "service": service,
        "text": text,
        "more": urlencode(kept | {"after": more}) if more else "",
        "history": _history(Ref("alerts.group", uuid)),
        "may_respond": may_they(request, Verb.RESPOND) and found.closed_at is None,
        "may_part": found.closed_at is None and (line is None or line in OWN_LINES),
        "path": request.path,
    }
    return render(request, "alerts/group.html", context)


OWN_LINES = frozenset({LedgerLine.EVIDENCE, LedgerLine.SYMPTOMS, LedgerLine.REPEATS, LedgerLine.RECOVERIES})
"""Lines whose alerts are the group's own; the others came in at the same time."""


def _line(request: HttpRequest) -> LedgerLine | None:
    given = request.GET.get("line", "")
    return LedgerLine(given) if given in set(LedgerLine) else None


def _evidence(cause: CauseView) -> tuple[c.Evidence, ...]:
    return tuple(
        c.Evidence(text=wording.evidence_words(each.kind, each.params), supports=each.points >= 0)
        for each in cause.evidence
    )


def _pairs(found: GroupDetail) -> list[c.Pair]:
    language = get_language() or "en"
    return [
        c.Pair(label=gettext("Alerts"), value=number(found.alerts, language)),
        c.Pair(label=gettext("Still open"), value=number(found.open_alerts, language)),
        c.Pair(label=gettext("Services"), value=number(found.services, language)),
        c.Pair(label=gettext("Owner of the cause"), value=found.cause.team_name or gettext("nobody")),
    ]


def _line_of(row: AlertRow) -> Mapping[str, Any]:
    why = wording.why_words(row.why) if row.group is not None else wording.aside_words(row.set_aside)
    return {"alert": row, "state": wording.state_word(row.state), "why": why, "value": str(row.id)}


@require_POST
@signed_in
@act
def keep_apart(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Move the ticked alerts into a group of their own."""
    chosen = [UUID(each) for each in request.POST.getlist("ids")[:STRETCH] if _is_uuid(each)]
    apart = actions.keep_apart(uuid, chosen, actor=actor_of(request))
    said = ngettext(
        "%(n)s alert is kept apart, in this group.", "%(n)s alerts are kept apart, in this group.", len(chosen)
    )
    undo = f"{reverse('alerts:join', args=[uuid])}?{urlencode({'other': apart.uuid})}"
    messages.success(request, said % {"n": len(chosen)}, extra_tags=undo)
    return redirect("alerts:group", apart.uuid)


@require_POST
@signed_in
@act
def join(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Merge another group into this one: also the way back from keeping apart."""
    other = request.GET.get("other", "") or request.POST.get("other", "")
    if not _is_uuid(other):
        raise InvalidInput("Say which group belongs here: the last part of its address.")
    actions.belong_together(uuid, UUID(other), actor=actor_of(request))
    messages.success(request, gettext("The groups are one now."))
    return redirect("alerts:group", uuid)


@require_POST
@signed_in
@act
def judge(request: HttpRequest, uuid: UUID, verdict: str) -> HttpResponse:
    """Confirm or reject the cause of a group, or take either back."""
    if verdict not in {"confirm", "reject", "withdraw"}:
        raise Http404
    actor, named = actor_of(request), queries.group_detail(actor_of(request), uuid).cause.service
    back = f"{reverse('alerts:judge', args=[uuid, 'withdraw'])}?{urlencode({'service': named})}"
    if verdict == "confirm":
        actions.confirm_cause(uuid, actor=actor)
        messages.success(request, gettext("Cause confirmed: %(cause)s.") % {"cause": named}, extra_tags=back)
    elif verdict == "reject":
        actions.reject_cause(uuid, actor=actor)
        messages.success(request, gettext("It is not %(cause)s.") % {"cause": named}, extra_tags=back)
    else:
        actions.withdraw_verdict(uuid, actor=actor, service=request.GET.get("service", ""))
        messages.success(request, gettext("Taken back: the cause is a proposal again."))
    return redirect("alerts:group", uuid)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
