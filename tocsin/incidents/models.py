"""What an incident has beyond its item."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tocsin.accounts.models import Person
from tocsin.assets.models import Service
from tocsin.incidents.rules import CauseState, Clock, Origin
from tocsin.items.models import Item


class IncidentDetail(models.Model):
    """One row an incident. `group_id` is the UUID of the `alerts.Group` it was opened for; None: a person declared it.

    `sentence` is `{kind, params}` (`rules.SentenceKind`); `titled`: a person gave the title, so the engine leaves it;
    `severity_by_hand` likewise.
    The moments are by Tocsin's clock.
    """

    FIELD_CLASSES: ClassVar = {
        "none": "item group_id origin severity severity_by_hand cause cause_state confidence commander titled"
        " first_alert_at cause_named_at paged_at acknowledged_at work_begun_at resolved_at",
        "content": "sentence",
    }

    item = models.OneToOneField(Item, primary_key=True, on_delete=models.CASCADE, related_name="+")
    group_id = models.UUIDField(null=True, unique=True)
    origin = models.TextField()
    severity = models.IntegerField()
    severity_by_hand = models.BooleanField(db_default=False)
    cause = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+")
    cause_state = models.TextField(default=CauseState.UNKNOWN)
    confidence = models.FloatField(default=0.0)
    commander = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    sentence = models.JSONField()
    titled = models.BooleanField(default=False)
    first_alert_at = models.DateTimeField()
    cause_named_at = models.DateTimeField(null=True)
    paged_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    work_begun_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "incidents_incident"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(severity__gte=1, severity__lte=5), name="incidents_severity"),
            models.CheckConstraint(condition=models.Q(origin__in=list(Origin)), name="incidents_origin"),
            models.CheckConstraint(condition=models.Q(cause_state__in=list(CauseState)), name="incidents_cause_state"),
        ]
        indexes: ClassVar = [models.Index("first_alert_at", name="incidents_first_alert")]

    @property
    def clock(self) -> Clock:
        """The three-minute clock of this incident."""
        return Clock(
            first_alert_at=self.first_alert_at,
            cause_named_at=self.cause_named_at,
            paged_at=self.paged_at,
            acknowledged_at=self.acknowledged_at,
            work_begun_at=self.work_begun_at,
        )
