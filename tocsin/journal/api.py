"""`/api/v1`: the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from tocsin.core.errors import InvalidInput
from tocsin.core.refs import Ref
from tocsin.journal import ports, queries
from tocsin.journal.facts import Stored
from tocsin.journal.ports import Author

router = Router(tags=["journal"])


class _Request(HttpRequest):
    """`auth` is set by `main.api` before an endpoint sees the request."""

    auth: Author


@dataclass(frozen=True, slots=True, kw_only=True)
class FactOut:
    """A fact: who did what to which record, when, and why. `subject` is `kind:uuid`; `data` the fact's own fields."""

    id: int
    uuid: UUID
    kind: str
    schema_version: int
    at: datetime
    actor_kind: str
    actor_id: str
    actor_label: str
    subject: str
    reason: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactList:
    """One stretch of the journal, newest first."""

    results: list[FactOut]
    next: int | None


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


def parse_ref(text: str) -> Ref:
    """A Ref from its text; InvalidInput says what one looks like."""
    kind, _, uuid = text.partition(":")
    try:
        return Ref(kind, UUID(uuid))
    except ValueError:
        raise InvalidInput(f"“{text}” names no record; it looks like alerts.group:UUID.") from None


def fact_out(fact: Stored) -> FactOut:
    """A fact as the API and `--json` tell it."""
    return FactOut(
        id=fact.id,
        uuid=fact.uuid,
        kind=fact.kind,
        schema_version=fact.schema_version,
        at=fact.at,
        actor_kind=fact.actor_kind,
        actor_id=fact.actor_id,
        actor_label=fact.actor_label,
        subject=str(fact.subject),
        reason=fact.reason,
        data=fact.data,
    )
