"""The table of facts. Append only: the application's role may neither update nor delete rows of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tocsin.core.clock import Now


class Fact(models.Model):
    """One thing that happened. `subject` is a Ref; `data` the fact's fields."""

    FIELD_CLASSES: ClassVar = {
        "none": "id uuid kind schema_version at actor_kind actor_id subject_kind subject_id",
        "personal": "actor_label",
        "content": "reason data",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True)
    kind = models.TextField()
    schema_version = models.IntegerField()
    at = models.DateTimeField(db_default=Now())
    actor_kind = models.TextField()
    actor_id = models.TextField()
    actor_label = models.TextField()
    subject_kind = models.TextField()
    subject_id = models.UUIDField()
    reason = models.TextField(db_default="")
    data = models.JSONField()

    class Meta:
        db_table = "journal_fact"
        indexes: ClassVar = [
            models.Index("subject_kind", "subject_id", "id", name="journal_fact_subject"),
            models.Index("kind", "id", name="journal_fact_kind"),
            models.Index("actor_id", "id", name="journal_fact_actor"),
        ]
