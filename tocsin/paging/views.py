"""The screens of pages: a page's signed link, the pages nobody has answered, and policies as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.accounts.queries import language_of, organisation
from tocsin.accounts.requests import actor_of, may_they, signed_in
from tocsin.accounts.rules import Verb
from tocsin.core.errors import TocsinError
from tocsin.paging import actions, queries, wording
from tocsin.paging.rules import UNANSWERED, PageState
from tocsin.ui.acts import act
from tocsin.ui.context import moment

if TYPE_CHECKING:
    from tocsin.accounts.models import Person


@csrf_exempt  # the token in the address is the right to answer: no other site can know it, and no cookie is needed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A page for the phone it woke: no script, no sign-in. Only the button answers; looking never does."""
    try:
        page, person = queries.page_for_link(token)
    except TocsinError:
        return render(request, "paging/link_unknown.html", status=404)
    language, zone = _reader(person)
    with translation.override(language), timezone.override(zone):
        status = 200
        if request.method == "POST" and page.state in UNANSWERED:
            try:
                actions.acknowledge_by_link(token)
            except TocsinError as refused:  # it may have been stopped this very moment: the page says what it is now
                status = refused.status
            page, person = queries.page_for_link(token)
        response = render(request, "paging/link.html", _link(page, person, language, zone), status=status)
        response.headers["Content-Language"] = language
        return response


def _reader(person: Person) -> tuple[str, str]:
    """The language and zone of whoever the link was sent to, who need not be signed in."""
    home = organisation()
    return language_of(person), person.zone or (home.zone if home else settings.CONFIG.zone)


def _link(page: queries.PageView, person: Person, language: str, zone: str) -> dict[str, Any]:
    return {
        "page": page,
        "person": person,
        "language": language,
        "words": queries.words_of(page.sentence, language=language, zone=zone),
        "waits": page.state in UNANSWERED,
        "is_stopped": page.state is PageState.STOPPED,
        "by_you": page.acknowledged_by_id == str(person.uuid),
        "stopped": wording.stop_words(page.stop_reason) if page.stop_reason else "",
        "incident": page.sentence.params.get("key", ""),
    }


@require_GET
@signed_in
def policies(request: HttpRequest) -> HttpResponse:
    """Every policy as a sentence: whom it pages, when, and what follows when nobody answers."""
    rows = [
        {
            "policy": policy,
            "steps": [{"when": wording.after_words(step.after_s), "step": step} for step in policy.steps],
            "repeat": wording.repeat_words(policy.repeat),
        }
        for policy in queries.policies(actor_of(request))
    ]
    return render(request, "paging/policies.html", {"rows": rows})


@require_GET
@signed_in
def unanswered(request: HttpRequest) -> HttpResponse:
    """The pages that wait for an answer, as a fragment kept fresh; nothing when there are none."""
    actor = actor_of(request)
    language, zone = translation.get_language() or "en", timezone.get_current_timezone_name()
    rows = []
    for page in queries.unanswered(actor)[:20]:
        ahead = queries.upcoming(actor, page.uuid)
        rows.append(
            {
                "page": page,
                "words": queries.words_of(page.sentence, language=language, zone=zone),
                "next_at": ahead.at if ahead else None,
                "next_names": ", ".join(person.name for person in ahead.people) if ahead else "",
                "may_answer": may_they(request, Verb.RESPOND, page.team.id),
                "incident": page.sentence.params.get("key", ""),
            }
        )
    return render(request, "paging/_unanswered.html", {"rows": rows, "now": moment(request)})


@require_POST
@signed_in
@act
def acknowledge(request: HttpRequest, page: UUID) -> HttpResponse:
    """Answer a page from the screen of who is on call."""
    actions.acknowledge_page(page, actor=actor_of(request), via="screen")
    return redirect("oncall:now")
