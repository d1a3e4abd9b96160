"""Facts as the API and the command line tell them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tocsin.core.errors import InvalidInput
from tocsin.core.refs import Ref
from tocsin.journal.facts import Stored
from tocsin.journal.ports import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class FactOut:
    """A fact: who did what to which record, when, and why. `subject` is `kind:uuid`; `data` the fact's own fields.

    `text` says what happened, in the language that is active.
    """

    id: int
    uuid: UUID
    kind: str
    schema_version: int
    at: datetime
    actor_kind: str
    actor_id: str
    actor_label: str
    subject: str
    text: str
    reason: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactList:
    """One stretch of the journal, newest first."""

    results: list[FactOut]
    next: int | None


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
        text=sentence(fact),
        reason=fact.reason,
        data=fact.data,
    )


def parse_ref(text: str) -> Ref:
    """A Ref from its text; InvalidInput says what one looks like."""
    kind, _, uuid = text.partition(":")
    try:
        return Ref(kind, UUID(uuid))
    except ValueError:
        raise InvalidInput("“{text}” names no record; it looks like alerts.group:UUID.", text=text) from None
