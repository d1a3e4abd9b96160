"""Heartbeats: what must be heard regularly, and what happens when it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tocsin.accounts.queries import require_of_owners, require_visible, team_by_key
from tocsin.accounts.rules import ENGINE, SYSTEM, Actor, Verb
from tocsin.alerts import facts
from tocsin.alerts.actions.handing import hand_in
from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.models import Heartbeat
from tocsin.alerts.queries.refused import Refused, refused_since
from tocsin.alerts.rows import heartbeat_ref, heartbeat_scope
from tocsin.alerts.rules import AlertAction, Severity, heartbeats
from tocsin.assets.actions import ServiceDetails, save_services
from tocsin.assets.queries import service_by_key
from tocsin.core import clock, live
from tocsin.core.errors import InvalidInput, NotFound
from tocsin.journal.actions import record


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatDetails:
    """`service` (a key) is what is in trouble when the heartbeat is missed; empty: a service of the heartbeat's name,
    of tier 1 and of the team, made where there is none. `message` is empty for Tocsin's own."""

    name: str
    interval_s: int
    team: str = ""
    service: str = ""
    enabled: bool = True
    message: str = ""
    tags: Sequence[str] = ()
    severity: Severity = Severity.CRITICAL


@transaction.atomic
def save_heartbeat(details: HeartbeatDetails, *, actor: Actor) -> Heartbeat:
    """Add a heartbeat, or change the one of that name. It is watched from its first ping on."""
    _check(details)
    team = team_by_key(details.team) if details.team else None
    row = Heartbeat.objects.select_for_update().filter(name=details.name).first()
    wanted = team.id if team else None
    require_of_owners(actor, Verb.CONFIGURE, *((row.team_id, wanted) if row else (wanted,)))
    created = row is None
    row = row or Heartbeat(name=details.name)
    values = {
        "team": team,
        "service": _service(details, actor),
        "interval_s": details.interval_s,
        "enabled": details.enabled,
        "message": details.message.strip(),
        "tags": list(dict.fromkeys(details.tags)),
        "severity": int(details.severity),
    }
    changed = [field for field, value in values.items() if created or getattr(row, field) != value]
    if changed:
        for field in changed:
            setattr(row, field, values[field])
        _watch(row, clock.now())
        row.save()
        fact = facts.HeartbeatSaved(name=row.name, created=created, changed=changed)
        record(fact, actor=actor, subject=heartbeat_ref(row))
        live.publish(["heartbeats"])
    return row


@transaction.atomic
def switch_heartbeat(name: str, *, enabled: bool, actor: Actor) -> Heartbeat:
    """Watch a heartbeat, or watch it no more: then its alert is over."""
    row = _locked(name, actor)
    if row.enabled != enabled:
        row.enabled = enabled
        _watch(row, clock.now())
        row.save()
        fact = facts.HeartbeatSaved(name=row.name, created=False, changed=["enabled"])
        record(fact, actor=actor, subject=heartbeat_ref(row))
        live.publish(["heartbeats"])
    return row


@transaction.atomic
def remove_heartbeat(name: str, *, actor: Actor) -> None:
    """Forget a heartbeat; its alert is over."""
    row = _locked(name, actor)
    if row.missed_at is not None:
        hand_in([_over(row)])
    record(facts.HeartbeatRemoved(name=name), actor=actor, subject=heartbeat_ref(row))
    row.delete()
    live.publish(["heartbeats"])


@transaction.atomic
def miss_heartbeats(*, heard_since: datetime, limit: int = 500) -> int:
    """Raise the alerts of those that are due and were not heard; returns how many.

    `heard_since`: what was not listened to before that is not missed for it. Nor what whoever may tell of it could not
    say because the intake refused it.
    """
    now = clock.now()
    rows = Heartbeat.objects.select_for_update(skip_locked=True).filter(due_at__lte=now)
    missed = []
    refused: list[Refused] | None = None
    for row in rows.order_by("due_at", "id")[:limit]:
        refused = refused_since(heard_since) if refused is None else refused
        turned_away = [each.until for each in refused if _may_tell(row, each.team_id)]
        listened = max([heard_since, *turned_away]) + timedelta(seconds=row.interval_s)
        if listened > now:
            row.due_at = listened
        else:
            row.missed_at, row.due_at = now, None
            missed.append(row)
        row.save(update_fields=["missed_at", "due_at"])
    for row in missed:
        fact = facts.HeartbeatMissed(name=row.name, interval_s=row.interval_s, last_ping_at=row.last_ping_at)
        record(fact, actor=ENGINE, subject=heartbeat_ref(row))
    hand_in([_missed(row) for row in missed])
    if missed:
        live.publish(["heartbeats"])
    return len(missed)


@transaction.atomic
def hear_pings(heard: Mapping[tuple[str, int | None], datetime]) -> int:
    """Take pings, by name and the team of whose key told it; returns how many heartbeats were meant.

    A key of one team says nothing of another team's heartbeats. A name that nobody knows is no error.
    """
    names = sorted({name for name, _ in heard})
    rows = list(Heartbeat.objects.select_for_update().filter(name__in=names).order_by("id"))
    ended: list[NewEvent] = []
    meant = 0
    for row in rows:
        told = [at for (name, team), at in heard.items() if name == row.name and _may_tell(row, team)]
        if told:
            meant += 1
            ended += _heard(row, max(told))
    hand_in(ended)
    if meant:
        live.publish(["heartbeats"])
    return meant


def _may_tell(row: Heartbeat, team_id: int | None) -> bool:
    return row.team_id is None or team_id is None or row.team_id == team_id


def _heard(row: Heartbeat, at: datetime) -> list[NewEvent]:
    """Note a ping; what ends with it."""
    row.last_ping_at = max(row.last_ping_at or at, at)
    due_at = heartbeats.due_at(
        enabled=row.enabled, last_ping_at=row.last_ping_at, interval_s=row.interval_s, since=row.last_ping_at
    )
    is_late = row.missed_at is not None and due_at is not None and due_at <= clock.now()
    over: list[NewEvent] = []
    if not is_late:
        if row.missed_at is not None:
            record(facts.HeartbeatReturned(name=row.name), actor=ENGINE, subject=heartbeat_ref(row))
            over.append(_over(row))
        row.due_at, row.missed_at = due_at, None
    row.save(update_fields=["last_ping_at", "due_at", "missed_at"])
    return over


def _watch(row: Heartbeat, now: datetime) -> None:
    """After a change: a missed one stays missed unless it is watched no more; the others get their time anew."""
    if row.missed_at is not None and row.enabled:
        return
    if row.missed_at is not None:
        hand_in([_over(row)])
    row.missed_at = None
    row.due_at = heartbeats.due_at(
        enabled=row.enabled, last_ping_at=row.last_ping_at, interval_s=row.interval_s, since=now
    )


def _missed(row: Heartbeat) -> NewEvent:
    labels = {"heartbeat": row.name, "service": row.service} | ({"tags": ",".join(row.tags)} if row.tags else {})
    return NewEvent(
        action=AlertAction.FIRE,
        fingerprint=heartbeats.fingerprint(row.name),
        severity=Severity(row.severity),
        service=row.service,
        name="HeartbeatMissed",
        title=row.message or f"Heartbeat {row.name} was not heard for {row.interval_s} s",
        labels=labels,
    )


def _over(row: Heartbeat) -> NewEvent:
    return NewEvent(action=AlertAction.RESOLVE, fingerprint=heartbeats.fingerprint(row.name))


def _service(details: HeartbeatDetails, actor: Actor) -> str:
    key = details.service or details.name
    try:
        service_by_key(SYSTEM, key)
    except NotFound:
        if details.service:
            raise
        made = ServiceDetails(key=key, name=key, team=details.team, tier=1, kind="heartbeat")
        save_services([made], actor=actor)
    return key


def _check(details: HeartbeatDetails) -> None:
    if not heartbeats.is_name(details.name):
        raise InvalidInput(
            "A heartbeat has a name of at most {most} printable characters, without “/” or a blank at its ends.",
            most=heartbeats.NAME_MOST,
        )
    if not heartbeats.SHORTEST_S <= details.interval_s <= heartbeats.LONGEST_S:
        raise InvalidInput("The interval of a heartbeat is 10 seconds at least and a year at most.")
    if details.message.strip() and not heartbeats.is_message(details.message.strip()):
        raise InvalidInput("The message is one line of at most {most} characters.", most=heartbeats.MESSAGE_MOST)
    if len(details.tags) > heartbeats.TAGS_MOST or not all(heartbeats.is_tag(tag) for tag in details.tags):
        raise InvalidInput(
            "A heartbeat has at most {most} tags, each one line of at most {length} characters, without a comma.",
            most=heartbeats.TAGS_MOST,
            length=heartbeats.TAG_MOST,
        )


def _locked(name: str, actor: Actor) -> Heartbeat:
    row = Heartbeat.objects.select_for_update().filter(name=name).first()
    if row is None:
        raise NotFound("There is no heartbeat “{name}”.", name=name)
    require_visible(actor, heartbeat_scope(row), "There is no such heartbeat.")
    require_of_owners(actor, Verb.CONFIGURE, row.team_id)
    return row
