"""Services and their dependencies."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tocsin.accounts.models import Team
from tocsin.core.clock import Now
from tocsin.core.ids import uuid7


class Source(models.TextChoices):
    """Where knowledge comes from: given by people, or seen in alerts."""

    GIVEN = "given"
    SEEN = "seen"


class Service(models.Model):
    """Something that runs: a switch, host, database, service, gateway, or somebody else's ("external")."""

    FIELD_CLASSES: ClassVar = {"none": "id uuid key name team tier kind site source first_seen_at removed_at"}

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    key = models.TextField(unique=True)
    name = models.TextField()
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="services")
    tier = models.IntegerField(default=3)
    kind = models.TextField(default="service")
    site = models.TextField(blank=True, default="")
    source = models.TextField(choices=Source, default=Source.GIVEN)
    first_seen_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "assets_service"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(tier__gte=1, tier__lte=4), name="assets_service_tier"),
        ]

    def __str__(self) -> str:
        return self.name


class Dependency(models.Model):
    """`caller` needs `callee`: when the callee fails, the caller complains."""

    FIELD_CLASSES: ClassVar = {"none": "id caller callee source confidence last_seen_at"}

    id = models.BigAutoField(primary_key=True)
    caller = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="needs")
    callee = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="needed_by")
    source = models.TextField(choices=Source, default=Source.GIVEN)
    confidence = models.FloatField(default=1.0)
    last_seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "assets_dependency"
        constraints: ClassVar = [
            models.UniqueConstraint("caller", "callee", name="assets_dependency_once"),
            models.CheckConstraint(condition=~models.Q(caller=models.F("callee")), name="assets_dependency_not_itself"),
        ]
