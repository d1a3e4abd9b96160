"""Taking away what a section of the file no longer lists, by key. Nothing is deleted: each room keeps its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tocsin.accounts import actions as accounts
from tocsin.accounts import queries
from tocsin.accounts.rules import SYSTEM, Actor
from tocsin.alerts import actions as alerts
from tocsin.assets import actions as assets
from tocsin.oncall import actions as oncall
from tocsin.paging import actions as paging


def remove(section: str, keys: Sequence[str], *, actor: Actor) -> None:
    """Remove the entries of a section with these keys."""
    take_away = _REMOVALS[section]
    for key in keys:
        take_away(key, actor)


def _revoke_keys(name: str, actor: Actor) -> None:
    """Stop every live key of that name: to the file they are one."""
    for row in queries.keys(SYSTEM):
        if row.name == name and row.revoked_at is None:
            accounts.revoke_key(str(row.uuid), actor=actor)


def _end_maintenance(key: str, actor: Actor) -> None:
    alerts.end_maintenance(key, actor=actor)


_REMOVALS: Mapping[str, Callable[[str, Actor], None]] = {
    "people": lambda key, actor: accounts.deactivate_person(key, actor=actor),
    "teams": lambda key, actor: accounts.remove_team(key, actor=actor),
    "services": lambda key, actor: assets.remove_service(key, actor=actor),
    "rotations": lambda key, actor: oncall.remove_rotation(key, actor=actor),
    "policies": lambda key, actor: paging.remove_policy(key, actor=actor),
    "integrations": lambda key, actor: alerts.remove_integration(key, actor=actor),
    "keys": _revoke_keys,
    "heartbeats": lambda key, actor: alerts.remove_heartbeat(key, actor=actor),
    "silences": lambda key, actor: alerts.end_silence(key, actor=actor),
    "maintenance": _end_maintenance,
}
