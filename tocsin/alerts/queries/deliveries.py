"""How far the event log is: what waits for its digest, how many conditions it tells of, what time senders had told."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import Sum

from tocsin.alerts.models import Alert, Batch

_EVENT_TIME = """
SELECT at + (%(moment)s - received_at) FROM alerts_event
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
