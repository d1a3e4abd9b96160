"""How far the event log is: what waits for its digest, how many conditions it tells of, what time senders had told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max, Q, Sum

from tocsin.accounts.queries import require_visible
from tocsin.accounts.rules import Actor
from tocsin.alerts.models import Alert, Batch, Integration
from tocsin.alerts.rows import integration_scope
from tocsin.alerts.rules import AlertAction
from tocsin.core.errors import NotFound

_EVENT_TIME = """
SELECT at + (%(moment)s - received_at)
  FROM (SELECT at, received_at FROM alerts_event UNION ALL SELECT at, received_at FROM alerts_repeat) AS told
 WHERE received_at <= %(moment)s AND at IS NOT NULL
 ORDER BY at DESC LIMIT 1
"""


def waiting() -> int:
    """How many deliveries are stored and not digested yet."""
    return Batch.objects.aggregate(total=Sum("events"))["total"] or 0


def distinct_alerts() -> int:
    """How many conditions have ever been told: integration and fingerprint, however often each came back."""
    return Alert.objects.values("integration_id", "fingerprint").distinct().count()


def event_time(moment: datetime) -> datetime:
    """What the clock of the correlation showed at a moment of ours; the moment itself before anybody told a time."""
    with connection.cursor() as cursor:
        cursor.execute(_EVENT_TIME, {"moment": moment})
        row = cursor.fetchone()
    told: datetime = row[0] if row else moment
    return told


def waiting_since() -> datetime | None:
    """When the oldest delivery that is not digested yet was received; None when none waits."""
    oldest: datetime | None = Batch.objects.order_by("id").values_list("received_at", flat=True).first()
    return oldest


def newest_waiting() -> int:
    """The newest batch that waits for its digest, 0 when none does: what was stored until now is not after it."""
    return Batch.objects.aggregate(newest=Max("id"))["newest"] or 0


def is_digested(upto: int) -> bool:
    """Whether all batches up to this one are digested."""
    return not Batch.objects.filter(id__lte=upto).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One delivery of an alert, as the event log has it."""

    at: datetime
    action: AlertAction
    source: str
    by: str


_TOLD = """
SELECT received_at, action, source, by FROM alerts_event
 WHERE integration_id = %(integration)s AND fingerprint = %(fingerprint)s AND target = 'alias'
   AND received_at >= coalesce(%(since)s, received_at) AND (%(until)s IS NULL OR received_at < %(until)s)
 ORDER BY received_at DESC LIMIT %(limit)s
"""


def deliveries_of(alert: Alert, *, limit: int = 1000) -> list[Told]:
    """The newest deliveries of an alert the caller may see, newest first, as far back as the event log goes. Those that
    only repeat one of these are counted by the alert."""
    values: dict[str, Any] = {
        "integration": alert.integration_id,
        "fingerprint": alert.fingerprint,
        "since": alert.follows_at,
        "until": alert.superseded_at,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, values)
        return [
            Told(at=at, action=AlertAction(action), source=source, by=by)
            for at, action, source, by in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a request that the intake took. No alert: it named none there is, or was held in a flood."""

    at: datetime
    action: AlertAction
    integration: UUID
    alert: Alert | None
    is_held: bool


SKEW = timedelta(minutes=10)
"""How far a node's clock may be from the database's for its requests to be found by the time in their ids."""

_LATEST_MS = 4_102_444_800_000
"""The year 2100: what claims to be later is no id of ours."""

_REQUEST = """
SELECT received_at, integration_id, fingerprint, action, target FROM alerts_delivered
 WHERE received_at BETWEEN %(since)s AND %(until)s AND request_id = %(request)s
   AND NOT EXISTS (SELECT FROM alerts_batch WHERE alerts_batch.id = alerts_delivered.batch_id)
 ORDER BY action = 'note', received_at LIMIT 1
"""


def outcome_of(actor: Actor, request: UUID) -> Outcome:
    """What a request to the intake came to; NotFound while it waits for its digest, and where there was none.

    The time in the id (UUIDv7) says where to look: the log has no index of requests.
    """
    millis = request.int >> 80
    if request.version != 7 or millis > _LATEST_MS:
        raise NotFound("There is no such request.")
    made_at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=millis)
    values: dict[str, Any] = {"request": request, "since": made_at - SKEW, "until": made_at + SKEW}
    with connection.cursor() as cursor:
        cursor.execute(_REQUEST, values)
        row = cursor.fetchone()
    if row is None:
        raise NotFound("There is no such request, or it is not done yet.")
    at, integration_id, fingerprint, action, target = row
    integration = Integration.objects.get(id=integration_id)
    require_visible(actor, integration_scope(integration), "There is no such request.")
    return Outcome(
        at=at,
        action=AlertAction(action),
        integration=integration.uuid,
        alert=_told_of(integration, fingerprint, at) if target == "alias" else None,
        is_held=target == "held",
    )


def _told_of(integration: Integration, fingerprint: str, at: datetime) -> Alert | None:
    """The alert that a delivery was of."""
    rows = Alert.objects.filter(integration=integration, fingerprint=fingerprint)
    began = Q(follows_at__isnull=True) | Q(follows_at__lte=at)
    return rows.filter(began, Q(superseded_at__isnull=True) | Q(superseded_at__gt=at)).first()
