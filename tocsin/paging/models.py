"""Policies, pages and everybody they told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tocsin.accounts.models import Person, Team
from tocsin.channels.models import Contact, Delivery
from tocsin.core.clock import Now
from tocsin.core.ids import uuid7
from tocsin.paging.rules import PageState, Purpose


class Policy(models.Model):
    """Whom a team wants woken, in which order. `version` counts its edits; a team's first policy is its own.

    `steps` is a list of {"after_s", "targets": [{"kind": "rotation"|"person", "id": uuid}]}.
    """

    FIELD_CLASSES: ClassVar = {"none": "id uuid key name team repeat steps version updated_at removed_at"}

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    key = models.TextField(unique=True)
    name = models.TextField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="policies")
    repeat = models.IntegerField(default=0)
    steps = models.JSONField()
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "paging_policy"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(repeat__gte=0, repeat__lte=20), name="paging_policy_repeat"),
        ]

    def __str__(self) -> str:
        return self.name


class Page(models.Model):
    """A call for a human about `subject`, made to `team`, that goes on until it is answered or stopped.

    `ladder` is the policy as it was when the page was opened; `round`, `step` and `next_step_at` are its place on it
    (`rules.Place`). The database itself refuses an open page without a next step, the auditor an exhausted one.
    """

    FIELD_CLASSES: ClassVar = {
        "none": (
            "id uuid subject_kind subject_id team policy ladder state urgency round step round_began_at next_step_at "
            "telling opened_at acknowledged_at acknowledged_by_id acknowledged_via exhausted_at stopped_at stop_reason"
        ),
        "content": "sentence",
        "personal": "acknowledged_by",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    subject_kind = models.TextField()
    subject_id = models.UUIDField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="pages")
    policy = models.ForeignKey(Policy, null=True, on_delete=models.SET_NULL, related_name="pages")
    ladder = models.JSONField()
    state = models.TextField(default=PageState.OPEN)
    urgency = models.TextField()
    sentence = models.JSONField()
    telling = models.IntegerField(default=0)
    round = models.IntegerField(default=0)
    step = models.IntegerField(default=0)
    round_began_at = models.DateTimeField()
    next_step_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.TextField(blank=True, default="")
    acknowledged_by_id = models.TextField(blank=True, default="")
    acknowledged_via = models.TextField(blank=True, default="")
    exhausted_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stop_reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "paging_page"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=list(PageState)), name="paging_page_state"),
            models.CheckConstraint(
                condition=models.Q(state=PageState.OPEN, next_step_at__isnull=False)
                | models.Q(state=PageState.EXHAUSTED)
                | models.Q(state__in=[PageState.ACKNOWLEDGED, PageState.STOPPED], next_step_at__isnull=True),
                name="paging_page_open_has_next_step",
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "team"],
                condition=~models.Q(state=PageState.STOPPED),
                name="paging_page_one_alive",
            ),
        ]
        indexes: ClassVar = [
            models.Index("next_step_at", condition=models.Q(next_step_at__isnull=False), name="paging_page_due"),
            models.Index("subject_id", condition=models.Q(state=PageState.EXHAUSTED), name="paging_page_exhausted"),
            models.Index("subject_kind", "subject_id", name="paging_page_subject"),
            models.Index(fields=["-opened_at"], name="paging_page_opened"),
        ]


class Notification(models.Model):
    """One person told by one page over one contact (None: nobody could reach them). Its unique key is what stops two
    nodes from paging twice."""

    FIELD_CLASSES: ClassVar = {
        "none": "id uuid page telling round step purpose person contact delivery why params created_at"
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="notifications")
    telling = models.IntegerField()
    round = models.IntegerField()
    step = models.IntegerField()
    purpose = models.TextField(default=Purpose.PAGE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    delivery = models.OneToOneField(Delivery, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.TextField()
    params = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "paging_notification"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["page", "purpose", "telling", "round", "step", "person", "contact"],
                nulls_distinct=False,
                name="paging_notification_once",
            ),
        ]
