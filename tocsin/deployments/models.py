"""Change events."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tocsin.assets.models import Service
from tocsin.core.clock import Now
from tocsin.core.ids import uuid7


class ChangeEvent(models.Model):
    """Something was changed. `key` makes it unique: told again, it is the same.

    `sender_*` is who told, a Ref (an integration, a person, a key). `links` is a list of `{href, text}`, `details` text
    by name. `changed_at` is by the teller's clock, `received_at` by ours.
    """

    FIELD_CLASSES: ClassVar = {
        "none": "id uuid key sender_kind sender_id service changed_at received_at",
        "content": "summary source links details",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    key = models.TextField(unique=True)
    sender_kind = models.TextField()
    sender_id = models.TextField()
    service = models.ForeignKey(Service, null=True, on_delete=models.SET_NULL, related_name="+")
    summary = models.TextField()
    source = models.TextField(blank=True, default="")
    links = models.JSONField(default=list)
    details = models.JSONField(default=dict)
    changed_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "deployments_changeevent"
        indexes: ClassVar = [
            models.Index(models.F("changed_at").desc(), models.F("id").desc(), name="deployments_change_newest"),
            models.Index(models.F("service"), models.F("changed_at").desc(), name="deployments_change_service"),
        ]

    def __str__(self) -> str:
        return self.summary
