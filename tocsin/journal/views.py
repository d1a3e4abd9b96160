"""The journal's screen: every fact, newest first, narrowed by what happened, by whom and to what."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tocsin.journal import ports, queries, wording
from tocsin.journal.facts import Stored
from tocsin.journal.forms import FactFilterForm
from tocsin.ui.access import signed_in

STRETCH = 100


@require_GET
@signed_in
def facts(request: HttpRequest) -> HttpResponse:
    """One stretch of the journal. Readers who may not see everything find nothing here."""
    readers = ports.readers()
    readers.admit(readers.by_user(request.user))
    form = FactFilterForm(request.GET)
    asked = form.asked()
    before = request.GET.get("before", "")
    found = queries.latest_facts(
        kind=asked.kind,
        actor_id=asked.actor,
        subject=asked.subject,
        before_id=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=STRETCH + 1,
    )
    kept = {name: str(value) for name, value in request.GET.items() if value and name in form.fields}
    shown = found[:STRETCH]
    context = {
        "form": form,
        "rows": [_line(fact, kept) for fact in shown],
        "is_narrowed": bool(kept),
        "without": {name: urlencode({k: v for k, v in kept.items() if k != name}) for name in ("actor", "subject")},
        "asked": asked,
        "actor_label": next((fact.actor_label for fact in shown if fact.actor_id == asked.actor), asked.actor),
        "more": urlencode({**kept, "before": shown[-1].id}) if len(found) > STRETCH else "",
    }
    return render(request, "journal/facts.html", context)


def _line(fact: Stored, kept: dict[str, str]) -> dict[str, object]:
    return {
        "fact": fact,
        "sentence": ports.sentence(fact),
        "actor_kind": wording.actor_kind_word(fact.actor_kind),
        "details": wording.details(fact.data),
        "by_actor": urlencode({**kept, "actor": fact.actor_id}),
        "by_subject": urlencode({**kept, "subject": str(fact.subject)}),
    }
