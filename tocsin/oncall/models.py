"""Rotations, who takes turns in them, and who stands in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tocsin.accounts.models import Person, Team
from tocsin.core.clock import Now
from tocsin.core.ids import uuid7


class Rotation(models.Model):
    """A weekly rotation of a team; the meaning of its fields is `rules.Rotation`. Removed, never deleted."""

    FIELD_CLASSES: ClassVar = {
        "none": "id uuid key name team zone handoff_weekday handoff_time starts_on removed_at",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    key = models.TextField(unique=True)
    name = models.TextField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="rotations")
    zone = models.TextField()
    handoff_weekday = models.SmallIntegerField()
    handoff_time = models.TimeField()
    starts_on = models.DateField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oncall_rotation"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(handoff_weekday__gte=0, handoff_weekday__lte=6), name="oncall_rotation_weekday"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RotationMember(models.Model):
    """A place in the order of turns; one person may hold several."""

    FIELD_CLASSES: ClassVar = {"none": "id rotation person position"}

    id = models.BigAutoField(primary_key=True)
    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    position = models.IntegerField()

    class Meta:
        db_table = "oncall_rotationmember"
        constraints: ClassVar = [
            models.UniqueConstraint("rotation", "position", name="oncall_rotationmember_position"),
        ]


class Override(models.Model):
    """One person instead of whoever has the turn, from `starts_at` up to but without `ends_at`."""

    FIELD_CLASSES: ClassVar = {"none": "id uuid rotation person starts_at ends_at created_at"}

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="overrides")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "oncall_override"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="oncall_override_span"),
            models.UniqueConstraint("rotation", "person", "starts_at", "ends_at", name="oncall_override_once"),
        ]
