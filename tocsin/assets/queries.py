"""Reading services and the map of their dependencies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, DurationField, ExpressionWrapper, F, Max, Q, QuerySet

from tocsin.accounts.queries import require_visible, visible_teams
from tocsin.accounts.rules import Actor, Scope
from tocsin.assets import rules
from tocsin.assets.models import Dependency, Service, Source
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
        raise NotFound("There is no service “{key}”.", key=key)
    require_visible(actor, Scope(team_ids=frozenset({row.team_id} if row.team_id else ())), "There is no such service.")
    return row


def services_by_key(keys: Iterable[str]) -> dict[str, Service]:
    """Services by key, for rooms that show a record which names them; unknown keys are left out."""
    return {row.key: row for row in Service.objects.filter(key__in=list(keys)).select_related("team")}


def keys_owned_by(teams: Iterable[str]) -> set[str]:
    """The keys of the services that these teams (keys) own, for rooms that decide by owner."""
    rows = Service.objects.filter(team__key__in=list(teams), team__removed_at__isnull=True, removed_at__isnull=True)
    return set(rows.values_list("key", flat=True))


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


def map_version() -> str:
    """A word that changes whenever `edges` would give other dependencies; cheap enough to be asked each second."""
    given = Dependency.objects.aggregate(Count("id"), Max("id"), Max("last_seen_at"))
    # When the last one was removed too, for one may go as another comes back.
    removed = Service.objects.aggregate(Count("removed_at"), Max("removed_at"))
    return "/".join(str(value) for value in (*given.values(), *removed.values()))


def neighbours(actor: Actor, service: Service) -> tuple[list[str], list[str]]:
    """The keys of the services this one needs, and of those that need it, as far as the actor may see them."""
    seen = Service.objects.filter(visible_teams(actor), removed_at__isnull=True).order_by("key")
    needs = seen.filter(needed_by__caller=service).values_list("key", flat=True)
    return list(needs), list(seen.filter(needs__callee=service).values_list("key", flat=True))


def map_problems(found: rules.Found) -> list[rules.Problem]:
    """Every reason not to take a monitoring system's map over here."""
    return rules.problems(found, _given())


def additions(found: rules.Found) -> tuple[rules.Additions, Mapping[str, frozenset[str]]]:
    """What a monitoring system's map adds to ours, and what each service is given to need so far."""
    here = Service.objects.filter(key__in=[host.key for host in found.hosts])
    entered = set(here.filter(source=Source.GIVEN).values_list("key", flat=True))
    removed = frozenset(here.filter(removed_at__isnull=False).values_list("key", flat=True))
    given = _given()
    return rules.additions(found, entered=entered.__contains__, given=given, removed=removed), given


def _given() -> Mapping[str, frozenset[str]]:
    """By service: what it is given to need; those that are removed too, for they may come back."""
    given: dict[str, set[str]] = {}
    needs = Dependency.objects.filter(source=Source.GIVEN)
    for caller, callee in needs.values_list("caller__key", "callee__key"):
        given.setdefault(caller, set()).add(callee)
    return {caller: frozenset(callees) for caller, callees in given.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which services a list shows; an empty field asks for nothing. `text` looks in keys and names, `tier` 0 is any."""

    text: str = ""
    team: str = ""
    site: str = ""
    tier: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A service on the other side of a dependency, and how that dependency is known."""

    service: Service
    source: str
    confidence: float
    last_seen_at: datetime


def find_services(actor: Actor, wanted: Wanted, *, after: str = "", limit: int = 100) -> tuple[list[Service], str]:
    """A stretch of the services by key, and the `after` of the next stretch, empty at the end."""
    rows = _wanted(actor, wanted).select_related("team").order_by("key")
    if after:
        rows = rows.filter(key__gt=after)
    found = list(rows[: limit + 1])
    return found[:limit], found[limit - 1].key if len(found) > limit else ""


def count_services(actor: Actor, wanted: Wanted) -> int:
    return _wanted(actor, wanted).count()


def _wanted(actor: Actor, wanted: Wanted) -> QuerySet[Service]:
    rows = Service.objects.filter(visible_teams(actor), removed_at__isnull=True)
    if wanted.text:
        rows = rows.filter(Q(key__icontains=wanted.text) | Q(name__icontains=wanted.text))
    if wanted.team:
        rows = rows.filter(team__key=wanted.team)
    if wanted.site:
        rows = rows.filter(site=wanted.site)
    if wanted.tier:
        rows = rows.filter(tier=wanted.tier)
    return rows.filter(source=wanted.source) if wanted.source else rows


def sites(actor: Actor) -> list[str]:
    """Where the services this actor may see stand, by name."""
    rows = Service.objects.filter(visible_teams(actor), removed_at__isnull=True).exclude(site="")
    return list(rows.values_list("site", flat=True).distinct().order_by("site"))


def dependencies(actor: Actor, service: Service) -> tuple[list[Neighbour], list[Neighbour]]:
    """What a service needs, and what needs it, by key, as far as the actor may see; what matters most comes first."""
    rows = Dependency.objects.select_related("caller__team", "callee__team")
    needs = rows.filter(visible_teams(actor, "callee__team"), caller=service, callee__removed_at__isnull=True)
    needed_by = rows.filter(visible_teams(actor, "caller__team"), callee=service, caller__removed_at__isnull=True)
    return (
        [_neighbour(row, row.callee) for row in needs.order_by("callee__tier", "callee__key")],
        [_neighbour(row, row.caller) for row in needed_by.order_by("caller__tier", "caller__key")],
    )


def _neighbour(row: Dependency, service: Service) -> Neighbour:
    return Neighbour(service=service, source=row.source, confidence=row.confidence, last_seen_at=row.last_seen_at)
