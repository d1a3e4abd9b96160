"""Reading what was promised to other products' clients, the searches they saved, and who works here."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from tocsin.accounts.queries import require
from tocsin.accounts.rules import Actor, Verb, sees_everything
from tocsin.core.errors import NotFound
from tocsin.core.models import Node
from tocsin.gateways.models import OutsideIncident, Request, SavedSearch

SEEN_WITHIN = timedelta(seconds=30)


def engines(now: datetime) -> list[Node]:
    """The engines at work, for products that know such as the peers of a cluster."""
    return list(Node.objects.filter(role="engine", seen_at__gt=now - SEEN_WITHIN).order_by("name"))


def request_done(actor: Actor, request_id: UUID) -> Request:
    """A write that was promised to this actor's key (to whoever sees everything: to any) and is done; else NotFound."""
    row = Request.objects.filter(uuid=request_id, processed_at__isnull=False).first()
    if row is None or not (str(row.key) == actor.id or sees_everything(actor)):
        raise NotFound("There is no such request, or it is not done yet.")
    return row


def saved_searches(actor: Actor) -> list[SavedSearch]:
    """All of them, by name."""
    require(actor, Verb.VIEW)
    return list(SavedSearch.objects.order_by("name"))


def saved_search(actor: Actor, name: str) -> SavedSearch:
    """One by its id or name."""
    require(actor, Verb.VIEW)
    named = Q(name=name)
    with suppress(ValueError):  # a name then
        named |= Q(uuid=UUID(name))
    row = SavedSearch.objects.filter(named).order_by("id").first()
    if row is None:
        raise NotFound("There is no saved search “{name}”.", name=name[:80])
    return row


def outside_incidents(incidents: Iterable[UUID]) -> dict[UUID, OutsideIncident]:
    """What other products' clients said of each of these incidents; of most, nothing."""
    wanted = list(incidents)
    return {uuid: OutsideIncident(incident=uuid) for uuid in wanted} | OutsideIncident.objects.in_bulk(wanted)
