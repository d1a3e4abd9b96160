"""The rows that drive the intake and the digest."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tocsin.core.ids import uuid7


class Batch(models.Model):
    """One group commit of the intake that waits to be digested."""

    FIELD_CLASSES: ClassVar = {"none": "id received_at events"}

    id = models.BigAutoField(primary_key=True)
    received_at = models.DateTimeField()
    events = models.IntegerField()

    class Meta:
        db_table = "alerts_batch"


class DeliveryKey(models.Model):
    """An Idempotency-Key an integration has used; kept for a day, so that a repeat has no second effect."""

    FIELD_CLASSES: ClassVar = {"none": "id integration_id key at"}

    id = models.BigAutoField(primary_key=True)
    integration_id = models.BigIntegerField()
    key = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "alerts_deliverykey"
        constraints: ClassVar = [
            models.UniqueConstraint("integration_id", "key", name="alerts_deliverykey_once"),
        ]
        indexes: ClassVar = [models.Index("at", name="alerts_deliverykey_at")]


class NodeSpool(models.Model):
    """What a node took on its disk while the database was away and brings here now; gone once the journal has it.

    `waiting` and `drained` count events, `oldest_at` is when the first of them came in.
    """

    FIELD_CLASSES: ClassVar = {"none": "node uuid waiting drained oldest_at seen_at"}

    node = models.TextField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    waiting = models.BigIntegerField()
    drained = models.BigIntegerField()
    oldest_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "alerts_spool"


class Refusing(models.Model):
    """Deliveries of one integration that are refused or held back for one reason; gone once that is over and told.

    `told`: how many of the `count` its alert speaks of, since `told_at`.
    """

    FIELD_CLASSES: ClassVar = {"none": "id integration kind count told since last_at told_at"}

    id = models.BigAutoField(primary_key=True)
    integration = models.ForeignKey("alerts.Integration", on_delete=models.CASCADE, related_name="+")
    kind = models.TextField()
    count = models.BigIntegerField()
    told = models.BigIntegerField(default=0)
    since = models.DateTimeField()
    last_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "alerts_refusing"
        constraints: ClassVar = [models.UniqueConstraint("integration", "kind", name="alerts_refusing_once")]


class DigestOwner(models.Model):
    """One row: which engine digests, until when, and how many turns have been taken (a moved turn means: rebuild)."""

    FIELD_CLASSES: ClassVar = {"none": "id owner lease_until turn"}

    id = models.BooleanField(primary_key=True, default=True)
    owner = models.TextField(blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    turn = models.BigIntegerField(default=0)

    class Meta:
        db_table = "alerts_digestowner"
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=True), name="alerts_one_digestowner")]
