"""What became of a request: promised writes are remembered, what the intake took is in the event log."""

from __future__ import annotations

import time
from threading import BoundedSemaphore
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
PATIENCE_S = 0.5
LOOK_EVERY_S = 0.02
_waiting = BoundedSemaphore(2)
"""Those who wait hold a thread of the screens: a few may."""


def request_status(call: Call) -> Answer:
    """404 until it is done, as Opsgenie's clients expect, but not at once: Zabbix' media type for Opsgenie asks nine
    times without a pause, and then counts its message as failed."""
    try:
        request_id = UUID(call.path["requestId"])
    except ValueError:
        raise NotFound("There is no such request.") from None
    give_up = time.monotonic() + PATIENCE_S
    is_patient = _waiting.acquire(blocking=False)
    try:
        while True:
            try:
                return _status(call, request_id)
            except NotFound:
                if not is_patient or time.monotonic() > give_up:
                    raise
            time.sleep(LOOK_EVERY_S)
    finally:
        if is_patient:
            _waiting.release()


def _status(call: Call, request_id: UUID) -> Answer:
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
