"""How deliveries become the state of an alert, in whatever order they arrive.

Every delivery has an *order*: the moment it belongs to. A sender that says when its alert began (Alertmanager) gives
all deliveries of one firing, and its end, that moment; for the others it is the moment we received it. Then one rule
holds for all: **the alert is over exactly when the greatest order that ended it is not before the greatest order that
fired it.** A repeat changes nothing, a late delivery finds a greater order there already, and any permutation of the
same deliveries ends in the same state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tocsin.alerts.rules.states import AlertAction, AlertState, CloseReason

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One delivery as far as life is concerned. `at` is the sender's time, `received_at` ours."""

    action: AlertAction
    order: datetime
    at: datetime
    received_at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """The life of the newest alert of a fingerprint. `count` firings were told; 0 when only an end was.

    `flaps` counts how often the fingerprint came back soon after it had ended.
    """

    state: AlertState
    started_at: datetime
    first_at: datetime
    last_at: datetime
    opened_order: datetime
    fired_order: datetime | None = None
    ended_order: datetime | None = None
    closed_at: datetime | None = None
    close_reason: str = ""
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    snoozed_until: datetime | None = None
    count: int = 0
    flaps: int = 0

    @property
    def is_open(self) -> bool:
        return self.state is not AlertState.CLOSED


FLAP_WITHIN = timedelta(minutes=15)


def fold(life: Life | None, told: Told) -> tuple[Life | None, bool]:
    """The life after one delivery, and whether it is a new alert (else the given one, changed).

    None when there is nothing to remember: an acknowledgement of something unknown, or a note about it.
    """
    if told.action is AlertAction.FIRE:
        return _fire(life, told)
    if told.action is AlertAction.RESOLVE:
        return _resolve(life, told)
    return (life if told.action is AlertAction.NOTE else _acknowledged(life, told)), False


def _fire(life: Life | None, told: Told) -> tuple[Life, bool]:
    if life is None:
        return _opened(told, flaps=0), True
    if life.is_open or (life.ended_order is not None and told.order <= life.ended_order):
        return _again(life, told), False
    soon = life.closed_at is not None and told.received_at - life.last_at <= FLAP_WITHIN
    opened = _opened(told, flaps=life.flaps + 1 if soon and life.count else 0)
    return (_still_seen(opened, life) if soon else opened), True


def _still_seen(opened: Life, before: Life) -> Life:
    """That a repeat was late is no news: who had the alert before it expired has it still."""
    if before.close_reason != CloseReason.EXPIRED or before.acknowledged_at is None:
        return opened
    return acknowledge(opened, by=before.acknowledged_by, now=before.acknowledged_at)


def _opened(told: Told, flaps: int) -> Life:
    return Life(
        state=AlertState.OPEN,
        started_at=told.at,
        first_at=told.received_at,
        last_at=told.received_at,
        opened_order=told.order,
        fired_order=told.order,
        count=1,
        flaps=flaps,
    )


def _again(life: Life, told: Told) -> Life:
    return replace(
        life,
        started_at=min(life.started_at, told.at),
        first_at=min(life.first_at, told.received_at),
        last_at=max(life.last_at, told.received_at),
        opened_order=min(life.opened_order, told.order),
        fired_order=max(life.fired_order or told.order, told.order),
        count=life.count + 1,
    )


def _resolve(life: Life | None, told: Told) -> tuple[Life, bool]:
    if life is None:
        return _only_ended(told), True
    if not life.is_open:
        return replace(life, ended_order=max(life.ended_order or told.order, told.order)), False
    if life.fired_order is not None and told.order < life.fired_order:
        return life, False
    return _closed(life, told.at, told.order, CloseReason.RESOLVED, told.received_at), False


def _only_ended(told: Told) -> Life:
    return Life(
        state=AlertState.CLOSED,
        started_at=told.at,
        first_at=told.received_at,
        last_at=told.received_at,
        opened_order=told.order,
        ended_order=told.order,
        closed_at=told.at,
        close_reason=CloseReason.RESOLVED,
    )


def _closed(life: Life, at: datetime, order: datetime, why: CloseReason, now: datetime) -> Life:
    return replace(
        life,
        state=AlertState.CLOSED,
        closed_at=max(at, life.started_at),
        close_reason=why,
        ended_order=order,
        snoozed_until=None,
        last_at=max(life.last_at, now),
    )


def _acknowledged(life: Life | None, told: Told) -> Life | None:
    if life is None or not life.is_open or told.order < life.opened_order or life.acknowledged_at is not None:
        return life
    return acknowledge(life, by=told.by, now=told.received_at)


def acknowledge(life: Life, *, by: str, now: datetime) -> Life:
    """Somebody has seen it. A snooze ends with it."""
    return replace(life, state=AlertState.ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=by, snoozed_until=None)


def unacknowledge(life: Life) -> Life:
    """Nobody has it after all."""
    return replace(life, state=AlertState.OPEN, acknowledged_at=None, acknowledged_by="", snoozed_until=None)


def snooze(life: Life, *, until: datetime) -> Life:
    """Out of sight until then; `unacknowledge` wakes it."""
    return replace(life, state=AlertState.SNOOZED, snoozed_until=until)


def close_by_hand(life: Life, *, now: datetime) -> Life:
    """A person says it is over: repeats of the same firing do not bring it back, a new firing does."""
    order = max(now, life.fired_order or now)
    return _closed(life, now, order, CloseReason.BY_HAND, now)


def expire(life: Life, *, now: datetime) -> Life:
    """The sender stopped repeating it without saying that it is over: the next repeat brings it back. One that
    comes soon finds it acknowledged if it was."""
    order = (life.fired_order or now) - _INSTANT
    return _closed(life, now, order, CloseReason.EXPIRED, now)


def reopen(life: Life, *, now: datetime) -> Life:
    """It was not over: back to open, as the same alert, of which that is the latest news."""
    last_at = max(life.last_at, now)
    return replace(unacknowledge(life), closed_at=None, close_reason="", ended_order=None, last_at=last_at)
