"""What people do to one alert, and what time does to many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from tocsin.accounts.queries import require, require_visible
from tocsin.accounts.rules import ENGINE, Actor, Verb
from tocsin.alerts import facts, rules
from tocsin.alerts.models import Alert, Batch, NodeSpool
from tocsin.alerts.queries.late import STILL_DRAINS
from tocsin.alerts.queries.refused import refused_since
from tocsin.alerts.rows import LIFE_FIELDS, alert_ref, alert_scope, group_ref, integration_ref, life_of, write_life
from tocsin.alerts.rules import AlertState, CloseReason, GroupState
from tocsin.core import clock, live
from tocsin.core.errors import Conflict, InvalidInput, NotFound
from tocsin.journal.actions import Entry, record, record_many
from tocsin.journal.facts import Fact
from tocsin.paging import actions as paging
from tocsin.paging.rules import StopReason


@transaction.atomic
def acknowledge(alert_id: UUID, *, actor: Actor) -> Alert:
    """Say that somebody has this alert. On the cause of a group it acknowledges the page of the group's incident too.

    To acknowledge again answers pages opened since, and changes nothing else; a closed alert is a Conflict.
    """
    alert = locked_open(alert_id, actor)
    group = alert.group
    of_cause = group is not None and group.state == GroupState.OPEN and group.cause_service_id == alert.service_id
    if alert.acknowledged_at is None:
        _save(alert, rules.acknowledge(life_of(alert), by=actor.label, now=clock.now()))
        tell(alert, facts.AlertAcknowledged(title=alert.title, of_cause=of_cause), actor)
    if of_cause and group is not None and group.incident_ref is not None:
        paging.acknowledge_for(group.incident_ref, actor=actor, via="alert")
    if alert.responders.exists():
        paging.acknowledge_for(alert_ref(alert), actor=replace(ENGINE, label=actor.label), via="alert")
    return alert


@transaction.atomic
def unacknowledge(alert_id: UUID, *, actor: Actor) -> Alert:
    """Take the acknowledgement or the snooze back."""
    alert = locked_open(alert_id, actor)
    if alert.state == AlertState.OPEN:
        return alert
    _save(alert, rules.unacknowledge(life_of(alert)))
    tell(alert, facts.AlertUnacknowledged(title=alert.title), actor)
    return alert


@transaction.atomic
def snooze(alert_id: UUID, *, until: datetime, actor: Actor) -> Alert:
    """Put the alert out of sight until a moment in the future; `wake_snoozed` brings it back."""
    rules.check_moments(until)
    alert = locked_open(alert_id, actor)
    if until <= clock.now():
        raise InvalidInput("A snooze must end in the future.")
    _save(alert, rules.snooze(life_of(alert), until=until))
    tell(alert, facts.AlertSnoozed(title=alert.title, until=until), actor)
    return alert


@transaction.atomic
def close(alert_id: UUID, *, actor: Actor) -> Alert:
    """Say that it is over. A new firing opens a new alert; repeats of this one do not."""
    alert = locked_open(alert_id, actor)
    _save(alert, rules.close_by_hand(life_of(alert), now=clock.now()))
    tell(alert, facts.AlertClosedByHand(title=alert.title), actor)
    stop_helping([alert.uuid])
    return alert


@transaction.atomic
def stop_helping(alert_ids: Iterable[UUID]) -> None:
    """Stop the pages of those who were asked to help with alerts that are over."""
    asked = Alert.objects.filter(uuid__in=list(alert_ids), responders__isnull=False, state=AlertState.CLOSED)
    for alert in asked.distinct().order_by("id"):
        paging.stop_for(alert_ref(alert), reason=StopReason.RESOLVED, actor=ENGINE)


@transaction.atomic
def reopen(alert_id: UUID, *, actor: Actor) -> Alert:
    """Say that it is not over after all; a Conflict when a newer alert of the same fingerprint took its place."""
    alert = locked(alert_id, actor)
    if alert.state != AlertState.CLOSED:
        return alert
    if alert.superseded_at is not None:
        raise Conflict("A newer alert has taken this one's place; look at that one.")
    alert.reopened_at = now = clock.now()
    alert.save(update_fields=["reopened_at", *write_life(alert, rules.reopen(life_of(alert), now=now))])
    tell(alert, facts.AlertReopened(title=alert.title), actor)
    return alert


@transaction.atomic
def wake_snoozed(limit: int = 500) -> int:
    """Bring back the alerts whose snooze has run out; returns how many."""
    due = _due_rows(limit, state=AlertState.SNOOZED, snoozed_until__lte=clock.now())
    for alert in due:
        _save(alert, rules.unacknowledge(life_of(alert)))
    record_many(
        [Entry(fact=facts.AlertWoken(title=alert.title), subject=alert_ref(alert)) for alert in due], actor=ENGINE
    )
    live.publish(topic for alert in due for topic in _topics(alert))
    return len(due)


@transaction.atomic
def expire_due(*, heard_since: datetime, limit: int = 2000) -> int:
    """Close the alerts whose sender stopped repeating them without an end; returns how many.

    `heard_since`: from when on intake and digest have been at work without a break.
    """
    now = clock.now()
    heard = rules.Heard(since=heard_since, until=_digested_until(now))
    due = _due_rows(
        limit,
        _was_taken(heard),
        superseded_at__isnull=True,
        expires_at__lte=heard.latest_due,
        last_at__gte=F("expires_at") - heard.longest,
    )
    for alert in due:
        if alert.state != AlertState.CLOSED:
            write_life(alert, rules.expire(life_of(alert), now=now))
        alert.expires_at = None
    closed = [alert for alert in due if alert.close_reason == CloseReason.EXPIRED]
    Alert.objects.bulk_update(due, [*LIFE_FIELDS, "expires_at"])
    record_many(_expiries(closed), actor=ENGINE)
    live.publish(topic for alert in closed for topic in _topics(alert))
    return len(due)


def _was_taken(heard: rules.Heard) -> Q:
    """The alerts of senders that were not turned away since; who was has as long as it promised from then on."""
    taken = Q()
    for refused in refused_since(heard.since):
        longest = replace(heard, since=refused.until).longest
        taken &= ~Q(integration_id=refused.integration_id) | Q(last_at__gte=F("expires_at") - longest)
    return taken


def _digested_until(now: datetime) -> datetime:
    """The moment up to which everything that was taken is digested: what waits in batches and in spools may be the very
    repeats that were promised."""
    spools = NodeSpool.objects.filter(waiting__gt=0, seen_at__gt=now - STILL_DRAINS)
    waiting = Batch.objects.values("received_at").union(spools.values("oldest_at"), all=True)
    return min((row["received_at"] for row in waiting.order_by("received_at")[:1]), default=now)


def _expiries(closed: list[Alert]) -> list[Entry]:
    by_integration = groupby(sorted(closed, key=lambda alert: alert.integration_id), lambda alert: alert.integration)
    return [
        Entry(
            fact=facts.AlertsClosed(
                integration=integration.key, why=CloseReason.EXPIRED, alerts=[str(alert.uuid) for alert in alerts]
            ),
            subject=integration_ref(integration),
        )
        for integration, alerts in by_integration
    ]


def _due_rows(limit: int, *which: Q, **due: object) -> list[Alert]:
    rows = Alert.objects.select_for_update(skip_locked=True, of=("self",)).select_related("integration", "group")
    return list(rows.filter(*which, **due).order_by("id")[:limit])


def locked(alert_id: UUID, actor: Actor) -> Alert:
    """The alert, locked for a change; NotFound or Forbidden when this actor may not make one."""
    rows = Alert.objects.select_for_update(of=("self",)).select_related("service", "integration", "group")
    alert = rows.filter(uuid=alert_id).first()
    if alert is None:
        raise NotFound("There is no such alert.")
    scope = alert_scope(alert)
    require_visible(actor, scope, "There is no such alert.")
    require(actor, Verb.RESPOND, scope)
    return alert


def locked_open(alert_id: UUID, actor: Actor) -> Alert:
    """The same, where only an open alert can be changed so."""
    alert = locked(alert_id, actor)
    if alert.state == AlertState.CLOSED:
        raise Conflict("This alert is closed already.")
    return alert


def _save(alert: Alert, life: rules.Life) -> None:
    alert.save(update_fields=write_life(alert, life))


def tell(alert: Alert, fact: Fact, actor: Actor) -> None:
    """Record a fact about an alert, and have the screens that show it look again."""
    record(fact, actor=actor, subject=alert_ref(alert))
    live.publish(_topics(alert))


def _topics(alert: Alert) -> list[str]:
    return ["alerts"] + ([f"group:{group_ref(alert.group).id}"] if alert.group is not None else [])
