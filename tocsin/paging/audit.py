"""The auditor: trusts no ticker. Every unanswered page must stand on its ladder with its next step due in time; one
that does not is made due at once, and the journal is told."""

from __future__ import annotations

import logging
from datetime import datetime

import msgspec
from django.db import transaction

from tocsin.accounts.rules import ENGINE
from tocsin.core import live
from tocsin.core.refs import Ref
from tocsin.journal.actions import record
from tocsin.paging import facts
from tocsin.paging.ladders import FALLBACK, ladder_from, place_of, put
from tocsin.paging.models import Page
from tocsin.paging.rules import UNANSWERED, Flaw, Ladder, flaw, mended

log = logging.getLogger(__name__)


@transaction.atomic
def audit(now: datetime) -> list[Page]:
    """Look at every unanswered page that no ticker holds right now; returns those that were put right."""
    rows = Page.objects.select_for_update(skip_locked=True, of=("self",)).filter(state__in=UNANSWERED)
    return [page for page in rows.order_by("id") if _put_right(page, now)]


def _put_right(page: Page, now: datetime) -> bool:
    ladder, found = _read(page)
    found = found or flaw(ladder, place_of(page), now)
    if found is None:
        return False
    late_s = max(0.0, (now - page.next_step_at).total_seconds()) if page.next_step_at else 0.0
    put(page, mended(ladder, place_of(page), now), now)
    page.save()
    fact = facts.PageRequeued(about_kind=page.subject_kind, about_id=str(page.subject_id), flaw=found, late_s=late_s)
    record(fact, actor=ENGINE, subject=Ref("paging.page", page.uuid))
    live.publish(["pages"])
    log.error("page_requeued", extra={"page": str(page.uuid), "flaw": found.value, "late_s": late_s})
    return True


def _read(page: Page) -> tuple[Ladder, Flaw | None]:
    """The page's ladder; one that cannot be read is replaced by the fallback, which wakes somebody in any case."""
    try:
        return ladder_from(page), None
    except (msgspec.ValidationError, ValueError):
        page.ladder = msgspec.to_builtins(FALLBACK)
        return FALLBACK, Flaw.UNREADABLE
