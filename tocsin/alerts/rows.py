"""Between rows and the values the rules speak of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tocsin.accounts.rules import Scope
from tocsin.alerts.models import Alert, Group, Heartbeat, Integration, Silence
from tocsin.alerts.rules import AlertState, Life, Matchable, Severity
from tocsin.core.refs import Ref

if TYPE_CHECKING:
    from tocsin.accounts.models import Team
    from tocsin.assets.models import Service

LIFE_FIELDS = (
    "state",
    "started_at",
    "first_at",
    "last_at",
    "opened_order",
    "fired_order",
    "ended_order",
    "closed_at",
    "close_reason",
    "acknowledged_at",
    "acknowledged_by",
    "snoozed_until",
    "count",
    "flaps",
)
"""Columns of an alert that are its life, by the same names."""


def life_of(alert: Alert) -> Life:
    """The life of a row."""
    values = {name: getattr(alert, name) for name in LIFE_FIELDS} | {"state": AlertState(alert.state)}
    return Life(**values)


def write_life(alert: Alert, life: Life) -> list[str]:
    """Set the row's life; returns the names of the columns that changed. The caller saves."""
    changed = [name for name in LIFE_FIELDS if getattr(alert, name) != getattr(life, name)]
    for name in changed:
        setattr(alert, name, getattr(life, name))
    return changed


def matchable(labels: Mapping[str, str], service: str, name: str, severity: Severity, integration: str) -> Matchable:
    """What a silence's matchers look at: the sender's word counts, and so does what Tocsin made of it."""
    own = {"service": service, "name": name, "severity": severity.name.lower(), "integration": integration}
    return Matchable(labels=labels, own=own)


def alert_ref(alert: Alert) -> Ref:
    return Ref("alerts.alert", alert.uuid)


def group_ref(group: Group) -> Ref:
    return Ref("alerts.group", group.uuid)


def integration_ref(integration: Integration) -> Ref:
    return Ref("alerts.integration", integration.uuid)


def heartbeat_ref(heartbeat: Heartbeat) -> Ref:
    return Ref("alerts.heartbeat", heartbeat.uuid)


def heartbeat_scope(heartbeat: Heartbeat) -> Scope:
    return Scope(team_ids=frozenset({heartbeat.team_id} if heartbeat.team_id is not None else ()))


def silence_ref(silence: Silence) -> Ref:
    return Ref("alerts.silence", silence.uuid)


def alert_scope(alert: Alert) -> Scope:
    """The teams that own an alert: the service's and the integration's; and the integration it came from."""
    owners = {alert.service.team_id, alert.integration.team_id} - {None}
    return Scope(team_ids=frozenset(owner for owner in owners if owner is not None), sender=alert.integration.uuid)


def integration_scope(integration: Integration) -> Scope:
    """The team that owns an integration, and the integration itself."""
    owner = integration.team_id
    return Scope(team_ids=frozenset({owner} if owner is not None else ()), sender=integration.uuid)


def group_scope(group: Group) -> Scope:
    """The team that owns a group: its cause's."""
    owner = group.cause_service.team_id
    return Scope(team_ids=frozenset({owner} if owner is not None else ()))


def owner_of(service: Service, otherwise: Team | None) -> str:
    """The key of the team to wake for a service: its owner, else the sender's team, else empty. Teams that are gone are
    no teams."""
    live = (team.key for team in (service.team, otherwise) if team is not None and team.removed_at is None)
    return next(live, "")
