"""Alertmanager's reads: each view asks a room and words the answer."""

from __future__ import annotations

import platform
from typing import Any

import yaml

import tocsin
from tocsin.accounts.queries import require, teams
from tocsin.accounts.rules import KeyScope, Verb
from tocsin.alerts import queries
from tocsin.alerts.queries import Firing
from tocsin.alerts.rules import expression
from tocsin.gateways.alertmanager import shapes
from tocsin.gateways.alertmanager.call import Call
from tocsin.gateways.alertmanager.filters import parse, passes
from tocsin.gateways.alertmanager.shapes import NOBODY, Value
from tocsin.gateways.queries import engines

SPOKEN = "0.25.0"
"""The Alertmanager whose API this is: clients choose by it how to speak."""


def list_alerts(call: Call) -> list[Value]:
    """What fires, ordered by fingerprint."""
    found = [shapes.alert(each, call.now) for each in _wanted(call)]
    return sorted(found, key=lambda alert: str(alert["fingerprint"]))


def list_groups(call: Call) -> list[Value]:
    """Our groups, each for who is called; what is in none is together, for each."""
    together: dict[tuple[str, str], list[Firing]] = {}
    for each in _wanted(call):
        group = each.alert.group
        together.setdefault((str(group.uuid) if group else "", shapes.receiver(each)), []).append(each)
    return [
        {
            "labels": _group_labels(members[0]),
            "routeLabels": {},
            "receiver": {"name": receiver},
            "alerts": [shapes.alert(each, call.now) for each in members],
        }
        for (_, receiver), members in sorted(together.items())
    ]


def _group_labels(member: Firing) -> dict[str, str]:
    group = member.alert.group
    return {"group": str(group.uuid), "cause": group.cause_service.key} if group else {}


def _wanted(call: Call) -> list[Firing]:
    """By the filters of the query. Nothing is unprocessed here: an alert is told of once it is digested."""
    require_seeing(call)
    filters = parse(call.request.GET.getlist("filter"))
    receivers = expression(call.request.GET.get("receiver") or ".*")
    active, silenced, inhibited = (call.truth(name) for name in ("active", "silenced", "inhibited"))

    def is_wanted(firing: Firing) -> bool:
        is_suppressed = bool(firing.silenced_by or firing.muted_by or firing.cause)
        return (
            (active or is_suppressed)
            and (silenced or not firing.silenced_by)
            and (inhibited or firing.cause is None)
            and receivers.fullmatch(shapes.receiver(firing)) is not None
            and passes(filters, shapes.labels_of(firing.alert))
        )

    return [firing for firing in queries.firing_alerts(call.actor, call.now) if is_wanted(firing)]


def require_seeing(call: Call) -> None:
    """Integrations see their own alerts, other keys what they may: a key without either right is told so."""
    if call.actor.key_scope is not KeyScope.INTEGRATION and not call.actor.team_ids:
        require(call.actor, Verb.VIEW)


def list_receivers(call: Call) -> list[Value]:
    """The teams that are called, and those who are where no team is."""
    require_seeing(call)
    return [{"name": name} for name in _receivers(call)]


def _receivers(call: Call) -> list[str]:
    return [NOBODY, *(team.key for team in teams(call.actor) if team.key != NOBODY)]


def get_status(call: Call) -> Value:
    """What clients want to know before they begin."""
    require_seeing(call)
    there = engines(call.now)
    since = min((node.started_at for node in there), default=call.now)
    return {
        "cluster": {
            "name": "tocsin",
            "status": "ready",
            "peers": [{"name": node.name, "address": node.name} for node in there],
        },
        "versionInfo": {
            "version": SPOKEN,
            "revision": tocsin.__version__,
            "branch": "tocsin",
            "buildUser": "",
            "buildDate": "",
            "goVersion": f"python{platform.python_version()}",
        },
        "config": {"original": _configuration(call)},
        "uptime": shapes.stamp(since),
    }


def _configuration(call: Call) -> str:
    """What Alertmanager would be told to do the same, as far as it can: it has a receiver for each team."""
    names = _receivers(call)
    told: dict[str, Any] = {"route": {"receiver": NOBODY}, "receivers": [{"name": name} for name in names]}
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True)
