"""The ticker: takes the due steps of unanswered pages. Any number of nodes may run it at once.

A page is claimed with SKIP LOCKED and moves on in the transaction that writes whom it told, so a node that dies in
between has done nothing, and the page is due for the next.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from tocsin.accounts.rules import ENGINE, Actor
from tocsin.core import clock, live
from tocsin.core.clock import Now
from tocsin.core.refs import Ref
from tocsin.journal.actions import record
from tocsin.paging import facts
from tocsin.paging.choosing import People, people_at
from tocsin.paging.ladders import ladder_from, place_of, put
from tocsin.paging.models import Page
from tocsin.paging.rules import UNANSWERED, Because, Candidate, Decision, Move, next_step
from tocsin.paging.telling import subject_of, wake

log = logging.getLogger(__name__)


def run_due(limit: int = 100) -> int:
    """Take up to `limit` due steps; returns how many. A page that fails is logged and left to the next call."""
    taken = 0
    failed: list[int] = []
    while taken + len(failed) < limit:
        with transaction.atomic():
            page = _claim(failed)
            if page is None:
                break
            if _run(page):
                taken += 1
            else:
                failed.append(page.id)
    return taken


def _claim(failed: list[int]) -> Page | None:
    """The longest due page that no other node holds."""
    return (
        Page.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("team__lead")
        .filter(state__in=UNANSWERED, next_step_at__lte=Now())
        .exclude(id__in=failed)
        .order_by("next_step_at", "id")
        .first()
    )


def _run(page: Page) -> bool:
    now = clock.now()
    try:
        with transaction.atomic():
            carry_out(page, next_step(ladder_from(page), place_of(page), now), now, actor=ENGINE)
    except Exception:  # one page's trouble must not keep the others from being paged; the auditor sees it too
        log.exception("page_step_failed", extra={"page": str(page.uuid)})
        return False
    return True


def carry_out(page: Page, decision: Decision, now: datetime, *, actor: Actor) -> None:
    """Do what was decided about a locked page, and write down whom it told and why."""
    put(page, decision.at, now)
    subject = Ref("paging.page", page.uuid)
    if decision.move is Move.TAKE:
        people = people_at(ladder_from(page), decision.at, page.team, now)
        wake(page, people, now)
        record(step_taken(page, people, decision.because), actor=actor, subject=subject)
        if not people.choice.chosen:
            log.error("page_reaches_nobody", extra={"page": str(page.uuid), "team": page.team.key})
    elif decision.move is Move.EXHAUST:
        fact = facts.PageExhausted(
            about_kind=page.subject_kind, about_id=str(page.subject_id), team=page.team.key, rounds=page.round + 1
        )
        record(fact, actor=actor, subject=subject)
        live.publish([_list_topic(page)])
    put(page, decision.then, now)
    page.save()
    live.publish(["pages", live_topic(page)])


def live_topic(page: Page) -> str:
    """The live topic of a page's subject: "incident:<uuid>" for "incidents.incident"."""
    subject = subject_of(page)
    return f"{subject.kind.rpartition('.')[2]}:{subject.id}"


def _list_topic(page: Page) -> str:
    """The live topic of the lists that show a page's subject: "incidents" for "incidents.incident"."""
    return subject_of(page).kind.partition(".")[0]


def step_taken(page: Page, people: People, because: Because) -> facts.PageStepTaken:
    """The fact of a step, at the place where the page stands."""
    return facts.PageStepTaken(
        about_kind=page.subject_kind,
        about_id=str(page.subject_id),
        round=page.round,
        step=page.step,
        because=because,
        fell_back=people.choice.fell_back,
        chosen=[_told(candidate) for candidate in people.choice.chosen],
        passed_over=[_told(candidate) for candidate in people.choice.passed_over],
    )


def _told(candidate: Candidate) -> dict[str, object]:
    return {"person": str(candidate.person or ""), "why": candidate.why.value, "params": candidate.params}
