"""Opsgenie's writes as actions of `alerts`; each returns what the status of its request says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tocsin.accounts.queries import person_named, team_named
from tocsin.accounts.rules import ENGINE, Actor
from tocsin.alerts import actions
from tocsin.alerts.actions import Amendment
from tocsin.alerts.rules import from_opsgenie
from tocsin.core.errors import NotFound
from tocsin.gateways.opsgenie.bodies import Named, Write
from tocsin.oncall.queries import rotations
from tocsin.paging.queries import policies

if TYPE_CHECKING:
    from tocsin.alerts.models import Alert

Done = Callable[["Alert", Write, Actor], str]


def _noted(do: Done) -> Done:
    """A note may come with any write: it is kept before, since afterwards the alert may be out of reach."""

    def both(alert: Alert, write: Write, actor: Actor) -> str:
        if write.note:
            actions.note(alert.uuid, write.note, actor=actor)
        return do(alert, write, actor)

    return both


def _acknowledge(alert: Alert, write: Write, actor: Actor) -> str:
    actions.acknowledge(alert.uuid, actor=actor)
    return "Acknowledged alert"


def _close(alert: Alert, write: Write, actor: Actor) -> str:
    actions.close(alert.uuid, actor=actor)
    return "Closed alert"


def _unacknowledge(alert: Alert, write: Write, actor: Actor) -> str:
    actions.unacknowledge(alert.uuid, actor=actor)
    return "UnAcknowledged alert"


def _snooze(alert: Alert, write: Write, actor: Actor) -> str:
    actions.snooze(alert.uuid, until=write.until, actor=actor)
    return "Snoozed alert"


def _escalate(alert: Alert, write: Write, actor: Actor) -> str:
    actions.escalate(alert.uuid, _policy(write.escalation or Named()), actor=actor)
    return "Escalated alert"


def _assign(alert: Alert, write: Write, actor: Actor) -> str:
    owner = person_named((write.owner or Named()).said)
    actions.assign(alert.uuid, owner, actor=actor)
    return f"Assigned alert to {owner.login}"


def _add_team(alert: Alert, write: Write, actor: Actor) -> str:
    actions.ask_team(alert.uuid, team_named((write.team or Named()).said), actor=actor)
    return "Added team"


def _add_responder(alert: Alert, write: Write, actor: Actor) -> str:
    responder = write.responder or Named()
    if responder.type == "user":
        actions.ask_person(alert.uuid, person_named(responder.said), actor=actor)
    elif responder.type == "escalation":
        actions.escalate(alert.uuid, _policy(responder), actor=actor)
    elif responder.type == "schedule":
        wanted = {str(row.uuid): row for row in rotations(ENGINE)} | {row.key: row for row in rotations(ENGINE)}
        wanted |= {row.name: row for row in wanted.values()}
        if responder.said not in wanted:
            raise NotFound("There is no rotation “{key}”.", key=responder.said)
        actions.ask_team(alert.uuid, wanted[responder.said].team, actor=actor)
    else:
        actions.ask_team(alert.uuid, team_named(responder.said), actor=actor)
    return "Added responder"


def _policy(named: Named) -> str:
    """The key of a policy, from its key or name."""
    found = next((each.key for each in policies(ENGINE) if named.said in (each.key, each.name)), None)
    if found is None:
        raise NotFound("There is no policy “{key}”.", key=named.said)
    return found


def _add_note(alert: Alert, write: Write, actor: Actor) -> str:
    actions.note(alert.uuid, write.note or "", actor=actor)
    return "Added note"


def _add_tags(alert: Alert, write: Write, actor: Actor) -> str:
    actions.tag(alert.uuid, add=write.tags or (), actor=actor)
    return "Added tags"


def _remove_tags(alert: Alert, write: Write, actor: Actor) -> str:
    actions.tag(alert.uuid, remove=write.tags or (), actor=actor)
    return "Removed tags"


def _add_details(alert: Alert, write: Write, actor: Actor) -> str:
    actions.relabel(alert.uuid, write.details or {}, actor=actor)
    return "Added details"


def _remove_details(alert: Alert, write: Write, actor: Actor) -> str:
    actions.relabel(alert.uuid, dict.fromkeys(write.keys or ()), actor=actor)
    return "Removed details"


def _run_action(alert: Alert, write: Write, actor: Actor) -> str:
    actions.ask_action(alert.uuid, write.name or "", actor=actor)
    return "Executed custom action"


def _update(amendment: Callable[[Write], Amendment]) -> Done:
    def update(alert: Alert, write: Write, actor: Actor) -> str:
        actions.amend(alert.uuid, amendment(write), actor=actor)
        return "Updated alert"

    return update


def _delete(alert: Alert, write: Write, actor: Actor) -> str:
    actions.delete(alert.uuid, actor=actor)
    return "Deleted alert"


WRITES: Mapping[str, Done] = {
    "acknowledge": _noted(_acknowledge),
    "close": _noted(_close),
    "unacknowledge": _noted(_unacknowledge),
    "snooze": _noted(_snooze),
    "escalate": _noted(_escalate),
    "assign": _noted(_assign),
    "add_team": _noted(_add_team),
    "add_responder": _noted(_add_responder),
    "add_note": _add_note,
    "add_tags": _noted(_add_tags),
    "remove_tags": _noted(_remove_tags),
    "add_details": _noted(_add_details),
    "remove_details": _noted(_remove_details),
    "run_action": _noted(_run_action),
    "update_message": _noted(_update(lambda write: Amendment(title=write.message))),
    "update_description": _noted(_update(lambda write: Amendment(description=write.description))),
    "update_priority": _noted(_update(lambda write: Amendment(severity=from_opsgenie(write.priority or "")))),
    "delete": _noted(_delete),
}
"""By the name of the operation."""
