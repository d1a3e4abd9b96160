"""`/api/v1`: change events."""

from __future__ import annotations

from datetime import datetime

from ninja import Field, Router, Schema

from tocsin.accounts.queries import ApiRequest, require_visible
from tocsin.accounts.rules import ORGANISATION
from tocsin.deployments import queries
from tocsin.deployments.actions import NewChange, record_changes
from tocsin.deployments.shapes import ChangeOut, change_out

router = Router(tags=["changes"])


class ChangeLink(Schema):
    """A link of a change; only http and https lead anywhere."""

    href: str
    text: str = ""


class ChangeIn(Schema):
    """What was changed; the same `key` again is the same change. `service` is a key; `changed_at` unset: now."""

    summary: str
    key: str = ""
    service: str = ""
    source: str = ""
    changed_at: datetime | None = None
    links: list[ChangeLink] = Field(default_factory=list)
    details: dict[str, str] = Field(default_factory=dict)


class ChangeList(Schema):
    """Changes, newest first; `next` is the `before` of the next stretch."""

    results: list[ChangeOut]
    next: str | None


@router.get("/changes", response=ChangeList)
def list_changes(request: ApiRequest, text: str = "", service: str = "", before: str = "") -> ChangeList:
    """What was changed, newest first."""
    wanted = queries.Wanted(text=text, service=service)
    rows, after = queries.changes(request.auth, wanted, before=before)
    return ChangeList(results=[change_out(row) for row in rows], next=after or None)


@router.post("/changes", response={201: list[ChangeOut]})
def record_change(request: ApiRequest, body: ChangeIn) -> tuple[int, list[ChangeOut]]:
    """Tell of a change; empty when this key was told before."""
    require_visible(request.auth, ORGANISATION, "There is no such record.")
    new = NewChange(
        summary=body.summary,
        key=body.key,
        service=body.service,
        source=body.source,
        changed_at=body.changed_at,
        links=[{"href": link.href, "text": link.text} for link in body.links],
        details=body.details,
    )
    return 201, [change_out(row) for row in record_changes([new], actor=request.auth)]
