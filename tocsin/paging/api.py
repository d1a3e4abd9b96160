"""`/api/v1`: pages, and the policies they follow."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.utils import timezone, translation
from ninja import Query, Router

from tocsin.accounts.queries import ApiRequest
from tocsin.paging import actions, queries
from tocsin.paging.rules import PageState
from tocsin.paging.shapes import PageList, PageReport, page_out, page_report

router = Router(tags=["pages"])


@router.get("/pages", response=PageList)
def list_pages(
    request: ApiRequest,
    state: PageState | None = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> PageList:
    """Calls for a human, newest first."""
    states = (state,) if state else ()
    rows = queries.pages(request.auth, states=states, before=before, limit=limit)
    following = rows[-1].uuid if len(rows) == limit else None
    return PageList(results=[page_out(row) for row in rows], next=following)


@router.get("/pages/{page_id}", response=PageReport)
def show_page(request: ApiRequest, page_id: UUID) -> PageReport:
    """One page: what it says, whom it told and why, whom it wakes next."""
    return _report(request, page_id)


@router.post("/pages/{page_id}/acknowledge", response=PageReport)
def acknowledge_page(request: ApiRequest, page_id: UUID) -> PageReport:
    """Answer a page: nobody more is woken."""
    queries.page_for(request.auth, page_id)
    actions.acknowledge_page(page_id, actor=request.auth, via="api")
    return _report(request, page_id)


@router.post("/pages/{page_id}/escalate", response=PageReport)
def escalate_page(request: ApiRequest, page_id: UUID) -> PageReport:
    """Take the next step of its policy at once."""
    queries.page_for(request.auth, page_id)
    actions.escalate_now(page_id, actor=request.auth)
    return _report(request, page_id)


def _report(request: ApiRequest, page_id: UUID) -> PageReport:
    language, zone = translation.get_language() or "en", timezone.get_current_timezone_name()
    return page_report(request.auth, page_id, language=language, zone=zone)
