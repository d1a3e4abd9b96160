"""The same change to many alerts and groups at once; what one of them refuses does not hold up the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

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
    """The alerts that were changed, how many refused, and the first refusal's words. `undo` takes it back."""

    changed: tuple[UUID, ...]
    refused: int
    why: str
    undo: Change | None


@transaction.atomic
def change_all(targets: Iterable[Target], change: Change, *, actor: Actor, until: datetime | None = None) -> Outcome:
    """Change alerts and groups. `until` is when a snooze ends.

    Of a group, acknowledging takes the alerts of its cause and the page of its incident; snoozing and closing take its
    open alerts, `MOST` of them, and the group ends with the last.
    """
    act = _act(change, until)
    changed: list[UUID] = []
    refusals: list[TocsinError] = []
    for target in targets:
        try:
            with transaction.atomic():
                for alert_id in _alerts(target, change, actor):
                    act(alert_id, actor)
                    changed.append(alert_id)
        except TocsinError as refused:
            refusals.append(refused)
    if refusals and not changed:
        raise refusals[0]
    why = refusals[0].message if refusals else ""
    return Outcome(changed=tuple(changed), refused=len(refusals), why=why, undo=TAKEN_BACK_BY.get(change))


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


def _alerts(target: Target, change: Change, actor: Actor) -> list[UUID]:
    """The alerts a change concerns, in the order of their ids."""
    if not target.is_group:
        return [target.id]
    group = visible_group(actor, target.id)
    rows = Alert.objects.filter(group=group).exclude(state=AlertState.CLOSED)
    if change is Change.ACKNOWLEDGE:
        _answer_page(group, actor)
        rows = rows.filter(service=group.cause_service, acknowledged_at__isnull=True)
    return list(rows.order_by("id").values_list("uuid", flat=True)[:MOST])


def _answer_page(group: Group, actor: Actor) -> None:
    """A cause may be silent: then the group has no alert to acknowledge, but its incident's page waits all the same."""
    if group.state == GroupState.OPEN and group.incident_ref is not None:
        paging.acknowledge_for(group.incident_ref, actor=actor, via="alert")
