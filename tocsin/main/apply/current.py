"""What the installation holds, as a company file would say it.

Who or what has been deactivated, removed or is over is no part of it; nor are services that only alerts have named. The
whole is read whoever asks: a plan made from a part would add again what its maker cannot see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tocsin.accounts import queries as accounts
from tocsin.accounts.rules import SYSTEM, KeyScope
from tocsin.alerts import queries as alerts
from tocsin.alerts.rules import Scope
from tocsin.assets import queries as assets
from tocsin.channels import queries as channels
from tocsin.main.apply.document import (
    Contact,
    Document,
    Handoff,
    Heartbeat,
    Integration,
    Key,
    Maintenance,
    Matcher,
    Organisation,
    Override,
    Person,
    Policy,
    Rotation,
    Service,
    Silence,
    Step,
    Target,
    Team,
)
from tocsin.main.apply.values import WEEKDAYS
from tocsin.oncall import queries as oncall
from tocsin.paging import queries as paging
from tocsin.paging.rules import TargetKind

if TYPE_CHECKING:
    from tocsin.alerts.models import Silence as Silenced

GIVEN = "given"
OF_A_HEARTBEAT = "heartbeat"
"""The kind of a service that was made with its heartbeat, and is told with it."""

INTEGRATION = "alerts.integration"


def current() -> Document:
    """Read everything a company file can say, from the database."""
    people = _people()
    active = {person.login for person in people}
    return Document(
        organisation=_organisation(),
        people=people,
        teams=_teams(active),
        services=_services(),
        rotations=_rotations(active),
        policies=_policies(active),
        integrations=_integrations(),
        keys=_keys(),
        heartbeats=_heartbeats(),
        silences=_silences(active),
        maintenance=tuple(_maintenance(row, active) for row in alerts.windows(SYSTEM)),
    )


def _organisation() -> Organisation | None:
    row = accounts.organisation()
    return Organisation(name=row.name, language=row.language, zone=row.zone) if row else None


def _people() -> tuple[Person, ...]:
    rows = sorted(accounts.people(SYSTEM), key=lambda row: row.id)
    contacts = channels.contacts_by(row.id for row in rows)
    return tuple(
        Person(
            login=row.login,
            name=row.name,
            email=row.email or None,
            role=row.role,
            language=row.language or None,
            zone=row.zone or None,
            contacts=tuple(Contact(channel=one.channel, address=one.address) for one in contacts.get(row.id, ()))
            or None,
        )
        for row in rows
    )


def _teams(active: set[str]) -> tuple[Team, ...]:
    return tuple(
        Team(
            key=row.key,
            name=row.name,
            members=tuple(sorted(active & {one.person.login for one in row.memberships.all()})),
            lead=row.lead.login if row.lead is not None and row.lead.login in active else None,
        )
        for row in sorted(accounts.teams(SYSTEM), key=lambda row: row.id)
    )


def _services() -> tuple[Service, ...]:
    heartbeats = alerts.heartbeats(SYSTEM)
    watched = {row.service for row in heartbeats}
    # One that a heartbeat made for itself need not be told, but where another heartbeat is about it too.
    shared = {row.service for row in heartbeats if row.service != row.name}
    told = (row for row in assets.services(SYSTEM) if row.source == GIVEN or row.key in watched)
    own = (row for row in told if row.kind != OF_A_HEARTBEAT or row.key in shared)
    rows = sorted(own, key=lambda row: row.id)
    known = {row.key for row in rows}
    needs: defaultdict[str, list[str]] = defaultdict(list)
    for edge in assets.edges():
        if edge.source == GIVEN and edge.callee in known:
            needs[edge.caller].append(edge.callee)
    return tuple(
        Service(
            key=row.key,
            name=row.name,
            team=row.team.key if row.team is not None and row.team.removed_at is None else None,
            tier=row.tier,
            kind=row.kind if row.kind != OF_A_HEARTBEAT else "service",
            site=row.site or None,
            depends_on=tuple(sorted(needs[row.key])),
        )
        for row in rows
    )


def _rotations(active: set[str]) -> tuple[Rotation, ...]:
    return tuple(
        Rotation(
            key=row.key,
            name=row.name,
            team=row.team.key,
            zone=row.zone,
            handoff=Handoff(weekday=WEEKDAYS[row.handoff_weekday], time=row.handoff_time),
            starts_on=row.starts_on,
            participants=tuple(one.person.login for one in row.members.all() if one.person.login in active),
            overrides=tuple(
                Override(person=one.person.login, starts_at=one.starts_at, ends_at=one.ends_at)
                for one in row.overrides.all()
                if one.person.login in active
            )
            or None,
        )
        for row in sorted(oncall.rotations(SYSTEM), key=lambda row: row.id)
    )


def _policies(active: set[str]) -> tuple[Policy, ...]:
    return tuple(
        Policy(
            key=view.key,
            name=view.name,
            team=view.team.key,
            repeat=view.repeat,
            steps=tuple(
                Step(after_s=step.after_s, notify=tuple(_targets(step.targets, active))) for step in view.steps
            ),
        )
        for view in paging.policies(SYSTEM)
    )


def _targets(views: Iterable[paging.TargetView], active: set[str]) -> Iterable[Target]:
    """Give the targets that are still there."""
    for view in views:
        if view.kind is TargetKind.ROTATION and view.key:
            yield Target(rotation=view.key)
        elif view.kind is TargetKind.PERSON and view.key in active:
            yield Target(person=view.key)


def _integrations() -> tuple[Integration, ...]:
    return tuple(
        Integration(key=row.key, name=row.name, kind=row.kind, team=row.team or None, options=row.options or None)
        for row in alerts.integrations(SYSTEM)
    )


def _keys() -> tuple[Key, ...]:
    """Give the live keys, of those with one name the newest."""
    integrations = {row.id: row.key for row in alerts.integrations(SYSTEM)}
    found: dict[str, Key] = {}
    for row in sorted(accounts.keys(SYSTEM), key=lambda row: row.id):
        of = integrations.get(row.subject_id) if row.subject_kind == INTEGRATION and row.subject_id else None
        if row.revoked_at is None and (row.scope == KeyScope.INTEGRATION) == (of is not None):
            team = row.team.key if row.team is not None and row.team.removed_at is None else None
            found[row.name] = Key(name=row.name, scope=row.scope, team=team, integration=of)
    return tuple(found.values())


def _heartbeats() -> tuple[Heartbeat, ...]:
    return tuple(
        Heartbeat(
            name=row.name,
            interval_s=row.interval_s,
            service=row.service,
            team=row.team.key if row.team is not None and row.team.removed_at is None else None,
            enabled=row.enabled,
            message=row.message or None,
            tags=tuple(row.tags),
            severity=row.severity,
        )
        for row in sorted(alerts.heartbeats(SYSTEM), key=lambda row: row.id)
    )


def _silences(active: set[str]) -> tuple[Silence, ...]:
    return tuple(
        Silence(
            key=row.key,
            reason=row.reason,
            owner=row.owner.login if row.owner is not None and row.owner.login in active else None,
            starts_at=row.starts_at,
            ends_at=row.until,
            matchers=tuple(Matcher(label=one["label"], op=one["op"], value=one["value"]) for one in row.matchers),
        )
        for row in alerts.silences(SYSTEM)
    )


def _maintenance(row: Silenced, active: set[str]) -> Maintenance:
    scope = Scope.of(row.scope)
    return Maintenance(
        key=row.key,
        reason=row.reason,
        owner=row.owner.login if row.owner is not None and row.owner.login in active else None,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        services=scope.services,
        dependents=scope.dependents,
        integrations=scope.integrations,
        teams=scope.teams,
        matchers=tuple(Matcher(label=one["label"], op=one["op"], value=one["value"]) for one in row.matchers),
    )
