"""Changing services and dependencies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from tocsin.accounts.queries import live_teams, require_of_owners
from tocsin.accounts.rules import Actor, Verb
from tocsin.assets import facts, rules
from tocsin.assets.models import Dependency, Service, Source
from tocsin.assets.queries import additions, map_problems, service_ref
from tocsin.core import clock
from tocsin.core.errors import InvalidInput, NotFound
from tocsin.journal.actions import Entry, record, record_many

if TYPE_CHECKING:
    from tocsin.accounts.models import Team


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDetails:
    """What is known of a service. Tier 1 matters most, 4 least."""

    key: str
    name: str
    team: str = ""
    tier: int = 3
    kind: str = "service"
    site: str = ""


def _owners(row: Service | None, team: Team | None) -> tuple[int | None, ...]:
    """Who must agree: who has the service, where there is one, and who gets it."""
    wanted = team.id if team else None
    return (wanted,) if row is None else (row.team_id, wanted)


@transaction.atomic
def save_services(wanted: Sequence[ServiceDetails], *, actor: Actor) -> list[Service]:
    """Add or change services; those that are as wanted already write nothing."""
    teams = live_teams()
    known = {row.key: row for row in Service.objects.select_for_update().filter(key__in=[each.key for each in wanted])}
    new: dict[str, Service] = {}
    entries: list[Entry] = []
    for details in wanted:
        if details.team and details.team not in teams:
            raise InvalidInput("Service “{key}”: there is no team “{team}”.", key=details.key, team=details.team)
        row = known.get(details.key)
        team = teams.get(details.team)
        require_of_owners(actor, Verb.CONFIGURE, *_owners(row, team))
        if row is None:
            row = known[details.key] = new[details.key] = Service(key=details.key)
            entries += _apply(row, details, team, created=True)
        elif changed := _apply(row, details, team, created=False):
            entries += changed
            if details.key not in new:
                row.save()
    Service.objects.bulk_create(new.values())
    record_many(entries, actor=actor)
    return [known[details.key] for details in wanted]


def _apply(row: Service, details: ServiceDetails, team: Team | None, *, created: bool) -> list[Entry]:
    """Make a row as wanted, and give what there is to tell of it; the caller stores it."""
    values = {
        "name": details.name,
        "team": team,
        "tier": details.tier,
        "kind": details.kind,
        "site": details.site,
        "source": Source.GIVEN,
        "removed_at": None,
    }
    changed = [name for name, value in values.items() if created or getattr(row, name) != value]
    if not changed:
        return []
    for name, value in values.items():
        setattr(row, name, value)
    fact = facts.ServiceSaved(key=row.key, created=created, changed=changed)
    return [Entry(fact=fact, subject=service_ref(row))]


@transaction.atomic
def remove_service(key: str, *, actor: Actor) -> None:
    """Take a service off the map; its alerts and history stay, and saving it again brings it back."""
    row = Service.objects.select_for_update().filter(key=key, removed_at__isnull=True).first()
    if row is None:
        raise NotFound("There is no service “{key}”.", key=key)
    require_of_owners(actor, Verb.CONFIGURE, row.team_id)
    row.removed_at = clock.now()
    row.save(update_fields=["removed_at"])
    record(facts.ServiceRemoved(key=key), actor=actor, subject=service_ref(row))


@dataclass(slots=True)
class _MapChange:
    """What saving dependencies adds and takes away."""

    added: list[Dependency] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


@transaction.atomic
def save_dependencies(wanted: Mapping[str, Iterable[str]], *, actor: Actor) -> None:
    """Set what each service (by key) is given to depend on; learnt dependencies are left alone."""
    callees_of = {caller: frozenset(callees) for caller, callees in wanted.items()}
    services = _named(callees_of)
    given = Dependency.objects.filter(caller__key__in=callees_of, source=Source.GIVEN).select_related("callee")
    present: dict[int, dict[str, Dependency]] = {}
    for row in given:
        present.setdefault(row.caller_id, {})[row.callee.key] = row
    change = _MapChange()
    for key, callees in callees_of.items():
        caller = services[key]
        if _compare(caller, present.get(caller.id, {}), {each: services[each] for each in callees}, change):
            require_of_owners(actor, Verb.CONFIGURE, caller.team_id)
    Dependency.objects.filter(id__in=change.gone).delete()
    Dependency.objects.bulk_create(
        change.added,
        update_conflicts=True,
        unique_fields=["caller", "callee"],
        update_fields=["source", "confidence", "last_seen_at"],
    )
    record_many(change.entries, actor=actor)


def _named(wanted: Mapping[str, frozenset[str]]) -> dict[str, Service]:
    """The services a map names; InvalidInput names those there are not."""
    named = set(wanted).union(*wanted.values())
    services = {row.key: row for row in Service.objects.filter(key__in=named)}
    for key in sorted(named - services.keys()):
        raise InvalidInput("There is no service “{key}” to depend on.", key=key)
    return services


def _compare(caller: Service, have: Mapping[str, Dependency], want: Mapping[str, Service], change: _MapChange) -> bool:
    """Note in `change` what differs for one caller; whether anything does."""
    new, old = sorted(want.keys() - have.keys()), sorted(have.keys() - want.keys())
    if not new and not old:
        return False
    change.added += [Dependency(caller=caller, callee=want[callee], source=Source.GIVEN) for callee in new]
    change.gone += [have[callee].id for callee in old]
    fact = facts.DependenciesSaved(key=caller.key, added=new, removed=old)
    change.entries.append(Entry(fact=fact, subject=service_ref(caller)))
    return True


@transaction.atomic
def import_map(found: rules.Found, *, actor: Actor, only_plan: bool = False) -> rules.Additions:
    """Add what a monitoring system knows and nobody here has entered; what people have said stays as it is.

    `only_plan`: say what would be added, where this actor may add it, and change nothing.
    """
    for problem in map_problems(found):
        place = problem.place
        raise InvalidInput("{file}:{line}: {what}.", file=place.file, line=place.line, what=problem.what)
    new, given = additions(found)
    save_services([ServiceDetails(key=host.key, name=host.name, kind="host") for host in new.hosts], actor=actor)
    wanted = {caller: set(given.get(caller, ())) for caller, _ in new.needs}
    for caller, callee in new.needs:
        wanted[caller].add(callee)
    save_dependencies(wanted, actor=actor)
    if new.hosts or new.needs:
        fact = facts.MapImported(monitor=found.monitor, services=len(new.hosts), dependencies=len(new.needs))
        record(fact, actor=actor, subject=service_ref(Service.objects.get(key=found.hosts[0].key)))
    if only_plan:
        transaction.set_rollback(True)
    return new


@transaction.atomic
def see_services(keys: Iterable[str], *, actor: Actor) -> dict[str, Service]:
    """The services with these keys; those nobody has entered appear with source "seen"."""
    wanted = sorted(set(keys))
    known = set(Service.objects.filter(key__in=wanted).values_list("key", flat=True))
    new = [Service(key=key, name=key, source=Source.SEEN) for key in wanted if key not in known]
    Service.objects.bulk_create(new, ignore_conflicts=True)
    rows = {row.key: row for row in Service.objects.filter(key__in=wanted).select_related("team")}
    # Another node may have seen the same service first: only the row that is ours is ours to tell of.
    seen = [row for row in new if rows[row.key].uuid == row.uuid]
    record_many([Entry(fact=facts.ServiceSeen(key=row.key), subject=service_ref(row)) for row in seen], actor=actor)
    return rows
