"""Recording facts, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from django.db import transaction

from tocsin.core.ids import uuid7
from tocsin.core.queue.defer import NewJob, defer_many
from tocsin.core.refs import Ref
from tocsin.journal import facts, models
from tocsin.journal.ports import Author, reactions_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A fact about to be recorded about `subject`."""

    fact: facts.Fact
    subject: Ref
    reason: str = ""


def record(fact: facts.Fact, *, actor: Author, subject: Ref, reason: str = "") -> None:
    """Record one fact and queue its wired reactions. Must be called inside a transaction."""
    record_many([Entry(fact=fact, subject=subject, reason=reason)], actor=actor)


def record_many(entries: Iterable[Entry], *, actor: Author) -> None:
    """Record many facts in one statement, in the order given. Must be called inside a transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A fact is recorded in the transaction of what it tells: wrap the action in atomic().")
    rows = models.Fact.objects.bulk_create([_row(entry, actor) for entry in entries])
    defer_many(
        NewJob(kind=reaction, payload={"fact_id": row.id}, key=str(row.id))
        for row in rows
        for reaction in reactions_to(row.kind)
    )


def _row(entry: Entry, actor: Author) -> models.Fact:
    return models.Fact(
        uuid=uuid7(),
        kind=entry.fact.kind,
        schema_version=entry.fact.schema_version,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        subject_kind=entry.subject.kind,
        subject_id=entry.subject.id,
        reason=entry.reason,
        data=msgspec.to_builtins(entry.fact),
    )
