"""Reading services and the map of their dependencies."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import DurationField, ExpressionWrapper, F

from tocsin.accounts.queries import require_visible, visible_teams
from tocsin.accounts.rules import Actor, Scope
from tocsin.assets.models import Dependency, Service
from tocsin.core.clock import Now
from tocsin.core.errors import NotFound
from tocsin.core.refs import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`caller` needs `callee` (service keys); `age_s` since it was last given or seen."""

    caller: str
    callee: str
    source: str
    age_s: float
    confidence: float


def service_ref(service: Service) -> Ref:
    return Ref("assets.service", service.uuid)


def services(actor: Actor, *, search: str = "") -> list[Service]:
    """The services this actor may see, by key."""
    rows = Service.objects.filter(visible_teams(actor), removed_at__isnull=True).select_related("team")
    if search:
        rows = rows.filter(key__icontains=search)
    return list(rows.order_by("key"))


def service_by_key(actor: Actor, key: str) -> Service:
    """One service this actor may see."""
    row = Service.objects.select_related("team").filter(key=key).first()
    if row is None:
        raise NotFound(f"There is no service “{key}”.")
    require_visible(actor, Scope(team_ids=frozenset({row.team_id} if row.team_id else ())), "service")
    return row


def edges() -> list[Edge]:
    """The whole map, for the engine: given and learnt dependencies between services that still exist."""
    age = ExpressionWrapper(Now() - F("last_seen_at"), output_field=DurationField())
    rows = (
        Dependency.objects.filter(caller__removed_at__isnull=True, callee__removed_at__isnull=True)
        .values_list("caller__key", "callee__key", "source", age, "confidence")
        .order_by("caller__key", "callee__key")
    )
    return [
        Edge(caller=caller, callee=callee, source=source, age_s=age.total_seconds(), confidence=confidence)
        for caller, callee, source, age, confidence in rows
    ]
