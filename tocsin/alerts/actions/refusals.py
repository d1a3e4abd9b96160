"""Alerts about what is refused or held back: one for each kind and integration, which closes when that has ended."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from tocsin.accounts.rules import ENGINE
from tocsin.alerts import facts
from tocsin.alerts.actions.handing import SERVICE, hand_in, see_own_service
from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.models import Refusing
from tocsin.alerts.queries.firing import open_by_integration
from tocsin.alerts.rows import integration_ref
from tocsin.alerts.rules import AlertAction, refusals
from tocsin.alerts.rules.refusals import RefusalKind
from tocsin.core import clock
from tocsin.journal.actions import record

_SAYS = {
    RefusalKind.QUEUE_FULL: "more came in than can be stored at once",
    RefusalKind.SPOOL_FULL: "the database is away and the spool is full",
    RefusalKind.DISK_FAILED: "the database is away and the disk takes nothing",
    RefusalKind.NOT_STORED: "they could not be stored",
    RefusalKind.DISK_FULL: "the database's disk is nearly full",
}

_NAMES = {RefusalKind.FLOOD: "AlertFlood", RefusalKind.PUT_ASIDE: "SpoolPutAside"}
_ADVICE = {
    RefusalKind.FLOOD: "They are in the event log; what its sender repeats opens an alert as soon as there is room.",
    RefusalKind.PUT_ASIDE: "Its sender will not try again: look into the files *.bad in the spool of the node.",
}
_RETRIED = "Senders that try again lose nothing."


@transaction.atomic
def note_refusals() -> int:
    """Raise, count up and close the alerts of refusals; returns how many of them had news."""
    now = clock.now()
    rows = Refusing.objects.select_for_update(skip_locked=True, of=("self",)).select_related("integration")
    events = []
    for row in rows.order_by("id"):
        if row.told_at is None:
            _begin(row)
            events.append(_told(row, now))
        elif refusals.is_over(
            RefusalKind(row.kind), last_at=max(row.last_at, row.told_at), now=now
        ) and not _is_flooded(row):
            events.append(_ended(row))
        elif row.count > row.told and now - row.told_at >= refusals.TELL_EVERY:
            events.append(_told(row, now))
    hand_in(events)
    return len(events)


def _is_flooded(row: Refusing) -> bool:
    """Whether new alerts of it would still be held back."""
    if row.kind != RefusalKind.FLOOD:
        return False
    return open_by_integration([row.integration_id]).get(row.integration_id, 0) >= settings.CONFIG.flood_alerts > 0


def _begin(row: Refusing) -> None:
    see_own_service()
    fact = facts.RefusingBegan(integration=row.integration.key, refusal=row.kind, since=row.since)
    record(fact, actor=ENGINE, subject=integration_ref(row.integration))


def _told(row: Refusing, now: datetime) -> NewEvent:
    row.told, row.told_at = row.count, now
    row.save(update_fields=["told", "told_at"])
    kind, key = RefusalKind(row.kind), row.integration.key
    return NewEvent(
        action=AlertAction.FIRE,
        fingerprint=refusals.fingerprint(kind, key),
        severity=refusals.severity(kind, lasted=row.last_at - row.since),
        service=SERVICE,
        name=_NAMES.get(kind, "IntakeRefuses"),
        title=_title(kind, row.integration.name),
        description=f"{row.count} since {row.since:%Y-%m-%d %H:%M:%S} UTC. {_ADVICE.get(kind, _RETRIED)}",
        labels={"service": SERVICE, "integration": key, "refusal": kind.value, "refused": str(row.count)},
    )


def _title(kind: RefusalKind, sender: str) -> str:
    if kind is RefusalKind.FLOOD:
        return f"Flood: more than {settings.CONFIG.flood_alerts} alerts of {sender} are open, new ones are held back"
    if kind is RefusalKind.PUT_ASIDE:
        return f"Acknowledged alerts of {sender} could not be brought in from the spool"
    return f"Deliveries of {sender} are refused: {_SAYS[kind]}"


def _ended(row: Refusing) -> NewEvent:
    fact = facts.RefusingEnded(
        integration=row.integration.key, refusal=row.kind, count=row.count, since=row.since, last_at=row.last_at
    )
    record(fact, actor=ENGINE, subject=integration_ref(row.integration))
    row.delete()
    return NewEvent(
        action=AlertAction.RESOLVE,
        fingerprint=refusals.fingerprint(RefusalKind(row.kind), row.integration.key),
    )
