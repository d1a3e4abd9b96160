"""Reading facts. Whether the reader may see the subject is asked of the subject's room before coming here."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from tocsin.core.errors import NotFound
from tocsin.core.refs import Ref
from tocsin.journal import models
from tocsin.journal.facts import Stored


def fact_by_id(fact_id: int) -> Stored:
    """One fact, for a reaction to it."""
    row = models.Fact.objects.filter(id=fact_id).first()
    if row is None:
        raise NotFound("There is no fact {fact_id}.", fact_id=fact_id)
    return _stored(row)


def facts_about(subjects: Iterable[Ref], *, limit: int = 500) -> list[Stored]:
    """The newest facts about any of these records, newest first: a timeline."""
    rows: QuerySet[models.Fact] = models.Fact.objects.none()
    for subject in subjects:
        rows = rows | models.Fact.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
    return [_stored(row) for row in rows.order_by("-id")[:limit]]


def latest_facts(
    *, kind: str = "", actor_id: str = "", subject: Ref | None = None, before_id: int | None = None, limit: int = 100
) -> list[Stored]:
    """The journal, newest first, by keyset: pass the last id as `before_id` for the next stretch."""
    rows = models.Fact.objects.order_by("-id")
    if kind:
        rows = rows.filter(kind__startswith=kind)
    if actor_id:
        rows = rows.filter(actor_id=actor_id)
    if subject is not None:
        rows = rows.filter(subject_kind=subject.kind, subject_id=subject.id)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return [_stored(row) for row in rows[:limit]]


def _stored(row: models.Fact) -> Stored:
    return Stored(
        id=row.id,
        uuid=row.uuid,
        kind=row.kind,
        schema_version=row.schema_version,
        at=row.at,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        actor_label=row.actor_label,
        subject=Ref(row.subject_kind, row.subject_id),
        reason=row.reason,
        data=row.data,
    )
