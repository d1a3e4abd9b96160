"""`/api/v1`: the journal."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from tocsin.journal import ports, queries
from tocsin.journal.ports import Author
from tocsin.journal.shapes import FactList, fact_out, parse_ref

router = Router(tags=["journal"])


class _Request(HttpRequest):
    """`auth` is set by `main.api` before an endpoint sees the request."""

    auth: Author


@router.get("/journal", response=FactList)
def list_facts(
    request: _Request,
    kind: str = "",
    actor: str = "",
    subject: str = "",
    before: int | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> FactList:
    """The journal. `kind` may be the beginning of one ("paging."), `actor` an id, `subject` a `kind:uuid`."""
    ports.readers().admit(request.auth)
    about = parse_ref(subject) if subject else None
    facts = queries.latest_facts(kind=kind, actor_id=actor, subject=about, before_id=before, limit=limit)
    return FactList(results=[fact_out(fact) for fact in facts], next=facts[-1].id if len(facts) == limit else None)
