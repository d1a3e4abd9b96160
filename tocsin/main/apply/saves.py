"""Adding and changing what a section lists, through its room's actions; services all at once, the others one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from tocsin.accounts import actions as accounts
from tocsin.accounts.queries import team_by_key
from tocsin.accounts.rules import SYSTEM, Actor, KeyScope, Role
from tocsin.alerts import actions as alerts
from tocsin.alerts.queries import integration_by_key
from tocsin.alerts.rules import Severity
from tocsin.assets import actions as assets
from tocsin.channels import actions as channels
from tocsin.core.refs import Ref
from tocsin.main.apply import removals
from tocsin.main.apply.current import INTEGRATION
from tocsin.main.apply.document import (
    Heartbeat,
    Integration,
    Key,
    Maintenance,
    Organisation,
    Person,
    Policy,
    Rotation,
    Service,
    Silence,
    Team,
)
from tocsin.main.apply.plan import Change, Verb
from tocsin.main.apply.values import WEEKDAYS
from tocsin.oncall import actions as oncall
from tocsin.oncall.rules import Weekday
from tocsin.paging import actions as paging

T = TypeVar("T")


def save(section: str, changes: Sequence[Change], *, actor: Actor) -> dict[str, str]:
    """Make each entry as the change wants it. Returns the secrets of keys that were made, by name; mostly none."""
    if section == "keys":
        return _keys(changes, actor)
    _SAVES[section](changes, actor)
    return {}


def _wanted(changes: Sequence[Change], kind: type[T]) -> Iterator[T]:
    """Give what the changes want, which the section's name says to be of one kind."""
    return (change.after for change in changes if isinstance(change.after, kind))


def _organisation(changes: Sequence[Change], actor: Actor) -> None:
    for wanted in _wanted(changes, Organisation):
        accounts.save_organisation(name=wanted.name, language=wanted.language, zone=wanted.zone, actor=actor)


def _people(changes: Sequence[Change], actor: Actor) -> None:
    for wanted in _wanted(changes, Person):
        details = accounts.PersonDetails(
            login=wanted.login,
            name=wanted.name,
            email=wanted.email or "",
            language=wanted.language or "",
            zone=wanted.zone or "",
            role=Role(wanted.role),
        )
        accounts.save_person(details, actor=actor)
        if wanted.contacts is not None:
            contacts = [channels.NewContact(channel=one.channel, address=one.address) for one in wanted.contacts]
            channels.save_contacts(wanted.login, contacts, actor=actor)


def _teams(changes: Sequence[Change], actor: Actor) -> None:
    for wanted in _wanted(changes, Team):
        accounts.save_team(
            key=wanted.key, name=wanted.name, members=wanted.members, lead=wanted.lead or "", actor=actor
        )


def _services(changes: Sequence[Change], actor: Actor) -> None:
    services = list(_wanted(changes, Service))
    details = [
        assets.ServiceDetails(
            key=one.key,
            name=one.name,
            team=one.team or "",
            tier=one.tier,
            kind=one.kind,
            site=one.site or "",
        )
        for one in services
    ]
    assets.save_services(details, actor=actor)
    assets.save_dependencies({one.key: one.depends_on for one in services}, actor=actor)


def _rotations(changes: Sequence[Change], actor: Actor) -> None:
    for wanted in _wanted(changes, Rotation):
        oncall.save_rotation(_rotation(wanted), actor=actor)


def _rotation(wanted: Rotation) -> oncall.RotationDetails:
    overrides = wanted.overrides
    return oncall.RotationDetails(
        key=wanted.key,
        name=wanted.name,
        team=wanted.team,
        zone=wanted.zone,
        handoff_weekday=Weekday(WEEKDAYS.index(wanted.handoff.weekday)),
        handoff_time=wanted.handoff.time,
        starts_on=wanted.starts_on,
        participants=wanted.participants,
        overrides=None
        if overrides is None
        else tuple(
            oncall.OverrideDetails(person=one.person, starts_at=one.starts_at, ends_at=one.ends_at) for one in overrides
        ),
    )


def _policies(changes: Sequence[Change], actor: Actor) -> None:
    for wanted in _wanted(changes, Policy):
        steps = tuple(
            paging.StepDetails(
                after_s=step.after_s,
                notify=tuple(
                    paging.TargetDetails(rotation=one.rotation or "", person=one.person or "") for one in step.notify
                ),
            )
            for step in wanted.steps
        )
        details = paging.PolicyDetails(
            key=wanted.key, name=wanted.name, team=wanted.team, steps=steps, repeat=wanted.repeat
        )
        paging.save_policy(details, actor=actor)


def _integrations(changes: Sequence[Change], actor: Actor) -> None:
    for wanted in _wanted(changes, Integration):
        details = alerts.IntegrationDetails(
            key=wanted.key, name=wanted.name, kind=wanted.kind, team=wanted.team or "", options=wanted.options
        )
        alerts.save_integration(details, actor=actor)


def _keys(changes: Sequence[Change], actor: Actor) -> dict[str, str]:
    """Make keys; one that is to be something else is revoked and made anew, since nobody knows its secret."""
    removals.remove("keys", [change.key for change in changes if change.verb is Verb.CHANGE], actor=actor)
    secrets: dict[str, str] = {}
    for wanted in _wanted(changes, Key):
        subject = None
        if wanted.integration is not None:
            subject = Ref(INTEGRATION, integration_by_key(SYSTEM, wanted.integration).uuid)
        _, secrets[wanted.name] = accounts.issue_key(
            name=wanted.name,
            scope=KeyScope(wanted.scope),
            team=team_by_key(wanted.team) if wanted.team else None,
            subject=subject,
            actor=actor,
        )
    return secrets


def _heartbeats(changes: Sequence[Change], actor: Actor) -> None:
    for wanted in _wanted(changes, Heartbeat):
        details = alerts.HeartbeatDetails(
            name=wanted.name,
            interval_s=wanted.interval_s,
            team=wanted.team or "",
            service="" if wanted.service == wanted.name else wanted.service,
            enabled=wanted.enabled,
            message=wanted.message or "",
            tags=wanted.tags,
            severity=Severity(wanted.severity),
        )
        alerts.save_heartbeat(details, actor=actor)


def _silences(changes: Sequence[Change], actor: Actor) -> None:
    for wanted in _wanted(changes, Silence):
        details = alerts.SilenceDetails(
            key=wanted.key,
            matchers=[{"label": one.label, "op": one.op, "value": one.value} for one in wanted.matchers],
            reason=wanted.reason,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            owner=wanted.owner or "",
        )
        alerts.save_silence(details, actor=actor)


def _maintenance(changes: Sequence[Change], actor: Actor) -> None:
    for wanted in _wanted(changes, Maintenance):
        details = alerts.MaintenanceDetails(
            key=wanted.key,
            reason=wanted.reason,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            services=wanted.services,
            dependents=wanted.dependents,
            integrations=wanted.integrations,
            teams=wanted.teams,
            matchers=[{"label": one.label, "op": one.op, "value": one.value} for one in wanted.matchers],
            owner=wanted.owner or "",
            author="" if wanted.owner else actor.label,
        )
        alerts.save_maintenance(details, actor=actor)


_SAVES: Mapping[str, Callable[[Sequence[Change], Actor], None]] = {
    "organisation": _organisation,
    "people": _people,
    "teams": _teams,
    "services": _services,
    "rotations": _rotations,
    "policies": _policies,
    "integrations": _integrations,
    "heartbeats": _heartbeats,
    "silences": _silences,
    "maintenance": _maintenance,
}
