"""Recording change events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from tocsin.accounts.queries import require
from tocsin.accounts.rules import Actor, Scope, Verb
from tocsin.assets.queries import services_by_key
from tocsin.core import clock, live
from tocsin.core.errors import InvalidInput
from tocsin.core.ids import uuid7
from tocsin.core.refs import Ref
from tocsin.deployments import facts
from tocsin.deployments.models import ChangeEvent
from tocsin.deployments.rules import SUMMARY_MOST, web_links
from tocsin.journal.actions import Entry, record_many

if TYPE_CHECKING:
    from tocsin.assets.models import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChange:
    """A change to be recorded. `key` tells repeats; `service` is a key, or empty; `changed_at` None: now."""

    summary: str
    key: str = ""
    service: str = ""
    source: str = ""
    changed_at: datetime | None = None
    links: Sequence[Mapping[str, str]] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    sender_kind: str = ""
    sender_id: str = ""


@transaction.atomic
def record_changes(changes: Sequence[NewChange], *, actor: Actor) -> list[ChangeEvent]:
    """Record those that are new, in one statement; a repeat of a key is passed over. Returns the new ones."""
    services = services_by_key({change.service for change in changes if change.service})
    owners = {services[change.service].team_id for change in changes if change.service in services}
    require(actor, Verb.RESPOND, Scope(team_ids=frozenset(owner for owner in owners if owner is not None)))
    now = clock.now()
    rows = {row.key: row for row in (_row(change, services, actor, now) for change in changes)}
    known = set(ChangeEvent.objects.filter(key__in=rows).values_list("key", flat=True))
    ChangeEvent.objects.bulk_create(rows.values(), ignore_conflicts=True)
    mine = {row.uuid for key, row in rows.items() if key not in known}
    new = list(ChangeEvent.objects.select_related("service__team").filter(uuid__in=mine).order_by("id"))
    record_many([_told(row) for row in new], actor=actor)
    if new:
        live.publish(["changes"])
    return new


def _row(change: NewChange, services: Mapping[str, Service], actor: Actor, now: datetime) -> ChangeEvent:
    summary = change.summary.strip()
    if not summary or len(summary) > SUMMARY_MOST:
        raise InvalidInput("Say in the summary what was changed, in at most {most} characters.", most=SUMMARY_MOST)
    uuid = uuid7()
    return ChangeEvent(
        uuid=uuid,
        key=change.key or str(uuid),
        sender_kind=change.sender_kind or actor.kind.value,
        sender_id=change.sender_id or actor.id,
        service=services.get(change.service),
        summary=summary,
        source=change.source,
        links=web_links(change.links),
        details=dict(change.details),
        changed_at=change.changed_at or now,
        received_at=now,
    )


def _told(row: ChangeEvent) -> Entry:
    service = row.service.key if row.service else ""
    fact = facts.ChangeRecorded(summary=row.summary, service=service, changed_at=row.changed_at)
    return Entry(fact=fact, subject=Ref("deployments.change", row.uuid))
