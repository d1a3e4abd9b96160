"""What became of a request: promised writes are remembered, what the intake took is in the event log."""

from __future__ import annotations

from uuid import UUID

from tocsin.alerts.queries import outcome_of
from tocsin.alerts.rules import AlertAction
from tocsin.core.errors import NotFound
from tocsin.gateways.opsgenie import shapes
from tocsin.gateways.opsgenie.call import Answer, Call
from tocsin.gateways.opsgenie.operations import OPERATIONS
from tocsin.gateways.queries import request_done

_ACTIONS = {operation.name: operation.action for operation in OPERATIONS}
_TAKEN = {
    AlertAction.FIRE: ("Create", "Created alert"),
    AlertAction.RESOLVE: ("Close", "Closed alert"),
    AlertAction.ACKNOWLEDGE: ("Acknowledge", "Acknowledged alert"),
    AlertAction.NOTE: ("AddNote", "Added note"),
}


def request_status(call: Call) -> Answer:
    """404 until it is done, as Opsgenie's clients expect."""
    try:
        request_id = UUID(call.path["requestId"])
    except ValueError:
        raise NotFound("There is no such request.") from None
    try:
        row = request_done(call.actor, request_id)
    except NotFound:
        return Answer(value={"data": _of_the_intake(call, request_id)})
    return Answer(value={"data": shapes.status(row, _ACTIONS[row.operation])})


def _of_the_intake(call: Call, request_id: UUID) -> shapes.Value:
    outcome = outcome_of(call.actor, request_id)
    action, done = _TAKEN[outcome.action]
    alert, missing = outcome.alert, "Alert does not exist"
    if outcome.is_held:
        missing = "Held back: too many alerts of this integration are open"
    return shapes.told_status(
        success=alert is not None,
        action=action,
        at=outcome.at,
        status=done if alert is not None else missing,
        alert=str(alert.uuid) if alert is not None else "",
        alias=alert.fingerprint if alert is not None else "",
        integration=str(outcome.integration),
    )
