"""What other products' APIs must remember: writes that were promised, and searches saved by name."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tocsin.core.clock import Now
from tocsin.core.ids import uuid7


class Request(models.Model):
    """A write that was answered before it was done. `id` orders those of one key, `body` is what was asked.

    It waits until the deliveries up to `after_batch` are digested: what it is about may still be among them.
    """

    FIELD_CLASSES: ClassVar = {
        "none": "id uuid wire key operation identifier_kind after_batch accepted_at processed_at success alert",
        "content": "identifier body status alias",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True)
    wire = models.TextField()
    key = models.UUIDField()
    operation = models.TextField()
    identifier = models.TextField()
    identifier_kind = models.TextField()
    body = models.JSONField()
    after_batch = models.BigIntegerField()
    accepted_at = models.DateTimeField(db_default=Now())
    processed_at = models.DateTimeField(null=True)
    success = models.BooleanField(null=True)
    status = models.TextField(default="")
    alert = models.UUIDField(null=True)
    alias = models.TextField(default="")

    class Meta:
        db_table = "gateways_request"
        indexes: ClassVar = [
            models.Index("key", "id", condition=models.Q(processed_at__isnull=True), name="gateways_request_waiting"),
            models.Index("accepted_at", name="gateways_request_age"),
        ]


class SavedSearch(models.Model):
    """A query of Opsgenie's language under a name. `owner` and `teams` are kept as they were told."""

    FIELD_CLASSES: ClassVar = {"none": "id uuid created_at updated_at owner teams", "content": "name description query"}

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    name = models.TextField(unique=True)
    description = models.TextField(blank=True, default="")
    query = models.TextField()
    owner = models.JSONField(default=dict)
    teams = models.JSONField(default=list)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "gateways_savedsearch"


class OutsideIncident(models.Model):
    """What other products' clients said of an incident that has no place in it; and that they took it away.

    `incident` is the UUID of its item, `request` the write that declared it. `deleted_at`: those clients see it no
    more.
    """

    FIELD_CLASSES: ClassVar = {"none": "incident request deleted_at", "content": "tags details"}

    incident = models.UUIDField(primary_key=True)
    request = models.UUIDField(null=True)
    tags = models.JSONField(default=list)
    details = models.JSONField(default=dict)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "gateways_outsideincident"
