"""The same change to many alerts and groups at once; what one of them refuses does not hold up the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, When

from tocsin.accounts.rules import Actor
from tocsin.alerts.actions.alerts import acknowledge, close, reopen, snooze, unacknowledge
from tocsin.alerts.models import Alert, Group
from tocsin.alerts.queries.scope import visible_group
from tocsin.alerts.rules import AlertState, GroupState
from tocsin.core.errors import InvalidInput, TocsinError
from tocsin.paging import actions as paging

MOST = 500
"""Alerts that one change reaches in one group: more would hold its locks for seconds."""


class Change(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    CLOSE = "close"
    UNACKNOWLEDGE = "unacknowledge"
    REOPEN = "reopen"


TAKEN_BACK_BY: Mapping[Change, Change] = {
    Change.ACKNOWLEDGE: Change.UNACKNOWLEDGE,
    Change.SNOOZE: Change.UNACKNOWLEDGE,
    Change.CLOSE: Change.REOPEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An alert, or all that a change of its group concerns."""

    id: UUID
    is_group: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The alerts that were changed, how many refused, and the first refusal. `undo` takes it back.

    `left`: open alerts of large groups that were not reached; the same change again reaches the next of them.
    """

    changed: tuple[UUID, ...]
    left: int
    refused: int
    why: TocsinError | None
    undo: Change | None


@transaction.atomic
def change_all(targets: Iterable[Target], change: Change, *, actor: Actor, until: datetime | None = None) -> Outcome:
    """Change alerts and groups. `until` is when a snooze ends.

    Of a group, acknowledging takes the alerts of its cause and the page of its incident; snoozing and closing take its
    open alerts, `MOST` of them, and the group ends with the last.
    """
    act = _act(change, until)
    reached = [_Reached(target, *_alerts(target, change)) for target in sorted(targets, key=lambda each: each.id)]
    _lock(alert_id for each in reached for alert_id in each.alerts)
    changed: list[UUID] = []
    left, refusals = 0, list[TocsinError]()
    for each in reached:
        try:
            with transaction.atomic():
                _change(each, change, act, actor)
        except TocsinError as refused:
            refusals.append(refused)
        else:
            changed += each.alerts
            left += each.left
    if refusals and not changed:
        raise refusals[0]
    why = refusals[0] if refusals else None
    undo = TAKEN_BACK_BY.get(change)
    return Outcome(changed=tuple(changed), left=left, refused=len(refusals), why=why, undo=undo)


@dataclass(frozen=True, slots=True)
class _Reached:
    target: Target
    alerts: list[UUID]
    left: int


def _lock(alerts: Iterable[UUID]) -> None:
    """All of them before the first is changed, for pages are locked on the way and come after alerts."""
    rows = Alert.objects.select_for_update().filter(uuid__in=list(alerts)).order_by("id")
    list(rows.values_list("id"))


def _change(reached: _Reached, change: Change, act: Callable[[UUID, Actor], object], actor: Actor) -> None:
    group = visible_group(actor, reached.target.id) if reached.target.is_group else None
    for alert_id in reached.alerts:
        act(alert_id, actor)
    if group is not None and change is Change.ACKNOWLEDGE:
        _answer_page(group, actor)


def _act(change: Change, until: datetime | None) -> Callable[[UUID, Actor], object]:
    if change is Change.SNOOZE:
        if until is None:
            raise InvalidInput("until: a snooze needs an end.")
        return lambda alert_id, actor: snooze(alert_id, until=until, actor=actor)
    plain = {
        Change.ACKNOWLEDGE: acknowledge,
        Change.CLOSE: close,
        Change.UNACKNOWLEDGE: unacknowledge,
        Change.REOPEN: reopen,
    }[change]
    return lambda alert_id, actor: plain(alert_id, actor=actor)


def _alerts(target: Target, change: Change) -> tuple[list[UUID], int]:
    """The alerts a change concerns, in the order of their ids, and how many more it does not reach."""
    if not target.is_group:
        return [target.id], 0
    rows = Alert.objects.filter(group__uuid=target.id).exclude(state=AlertState.CLOSED)
    if change is Change.ACKNOWLEDGE:
        rows = rows.filter(service=F("group__cause_service"), acknowledged_at__isnull=True)
    # What is snoozed already comes last, so that the same snooze again reaches the rest.
    asleep = Case(When(state=AlertState.SNOOZED, then=1), default=0)
    wanted = rows.exclude(state=AlertState.SNOOZED) if change is Change.SNOOZE else rows
    return list(rows.order_by(asleep, "id").values_list("uuid", flat=True)[:MOST]), max(0, wanted.count() - MOST)


def _answer_page(group: Group, actor: Actor) -> None:
    """A cause may be silent: then the group has no alert to acknowledge, but its incident's page waits all the same."""
    if group.state == GroupState.OPEN and group.incident_ref is not None:
        paging.acknowledge_for(group.incident_ref, actor=actor, via="alert")
