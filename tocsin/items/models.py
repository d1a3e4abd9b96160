"""Projects, items, comments, links."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tocsin.accounts.models import Person, Team
from tocsin.core.clock import Now
from tocsin.core.ids import uuid7
from tocsin.items.rules import Category, LinkKind, human_key


class Project(models.Model):
    """Numbers its items from 1; `last_number` is read and raised under the row's lock, so that no number is skipped."""

    FIELD_CLASSES: ClassVar = {"none": "id uuid key name last_number created_at"}

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    key = models.TextField(unique=True)
    name = models.TextField()
    last_number = models.IntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "items_project"

    def __str__(self) -> str:
        return self.key


class Item(models.Model):
    """One record people work on. `team` owns it, and decides who sees it. `category` is that of its state."""

    FIELD_CLASSES: ClassVar = {
        "none": "id uuid project number type state category team assignee created_at updated_at closed_at",
        "content": "title description",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    type = models.TextField()
    title = models.TextField()
    description = models.TextField(blank=True, default="")
    state = models.TextField()
    category = models.TextField()
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    assignee = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "items_item"
        constraints: ClassVar = [
            models.UniqueConstraint("project", "number", name="items_item_number"),
            models.CheckConstraint(condition=models.Q(category__in=list(Category)), name="items_item_category"),
        ]
        indexes: ClassVar = [models.Index("type", "category", "id", name="items_item_open")]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """INC-12; needs `project` to be loaded with the row."""
        return human_key(self.project.key, self.number)


class Comment(models.Model):
    """What somebody wrote about an item, in Markdown."""

    FIELD_CLASSES: ClassVar = {
        "none": "id uuid item author_kind author_id created_at",
        "personal": "author_label",
        "content": "body",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="comments")
    author_kind = models.TextField()
    author_id = models.TextField()
    author_label = models.TextField()
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "items_comment"


class Link(models.Model):
    """An item relates to any record, named by its Ref."""

    FIELD_CLASSES: ClassVar = {"none": "id item kind target_kind target_id created_at"}

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="links")
    kind = models.TextField()
    target_kind = models.TextField()
    target_id = models.UUIDField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "items_link"
        constraints: ClassVar = [
            models.UniqueConstraint("item", "kind", "target_kind", "target_id", name="items_link_once"),
            models.CheckConstraint(condition=models.Q(kind__in=list(LinkKind)), name="items_link_kind"),
        ]
        indexes: ClassVar = [models.Index("target_kind", "target_id", name="items_link_target")]
