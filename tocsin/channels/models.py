"""How to reach people, and every message sent to them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tocsin.accounts.models import Person
from tocsin.channels.rules import DeliveryState, MessageKind
from tocsin.core.clock import Now
from tocsin.core.ids import uuid7

OPEN = (DeliveryState.PENDING, DeliveryState.SENDING)


class Contact(models.Model):
    """One address of a person on one channel, in the order they want to be reached. Never deleted: removed."""

    FIELD_CLASSES: ClassVar = {
        "none": "id uuid person channel position created_at removed_at",
        "personal": "address",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contacts")
    channel = models.TextField()
    address = models.TextField()
    position = models.IntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "channels_contact"
        constraints: ClassVar = [
            models.UniqueConstraint("person", "channel", "address", name="channels_contact_once"),
        ]


class Delivery(models.Model):
    """A message to one contact: written before it is sent, leased while it is, kept as proof.

    `key` is the idempotency key at the provider. `about` is the Ref of what it tells, `lane` what fairness is
    counted by. `message` holds the words this one reader got.
    """

    FIELD_CLASSES: ClassVar = {
        "none": (
            "id uuid key contact person channel kind about_kind about_id lane priority state tries reason due_at "
            "lease_until owner fence provider_id valid_until queued_at first_tried_at finished_at"
        ),
        "content": "message last_error",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    key = models.TextField(unique=True)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="deliveries")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    channel = models.TextField()
    kind = models.TextField()
    about_kind = models.TextField()
    about_id = models.UUIDField()
    lane = models.TextField()
    priority = models.SmallIntegerField()
    message = models.JSONField()
    state = models.TextField(default=DeliveryState.PENDING)
    reason = models.TextField(blank=True, default="")
    tries = models.IntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    owner = models.TextField(blank=True, default="")
    fence = models.BigIntegerField(default=0)
    provider_id = models.TextField(blank=True, default="")
    last_error = models.TextField(blank=True, default="")
    valid_until = models.DateTimeField()
    queued_at = models.DateTimeField(db_default=Now())
    first_tried_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "channels_delivery"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=list(DeliveryState)), name="channels_delivery_state"),
            models.CheckConstraint(condition=models.Q(kind__in=list(MessageKind)), name="channels_delivery_kind"),
            models.CheckConstraint(
                condition=models.Q(state__in=OPEN, finished_at__isnull=True)
                | (~models.Q(state__in=OPEN) & models.Q(finished_at__isnull=False)),
                name="channels_delivery_finished",
            ),
        ]
        indexes: ClassVar = [
            models.Index("due_at", "id", condition=models.Q(state__in=OPEN), name="channels_delivery_due"),
            models.Index("lane", "priority", name="channels_delivery_lane"),
            models.Index("about_kind", "about_id", name="channels_delivery_about"),
            models.Index(fields=["person", "-id"], name="channels_delivery_person"),
        ]
