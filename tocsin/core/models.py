"""Tables of the queue, the live topics, the nodes and the test clock."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tocsin.core.clock import Now


class Clock(models.Model):
    """One row: what `tocsin_now()` adds to the database's clock. Zero but in tests."""

    FIELD_CLASSES: ClassVar = {"none": "id offset"}

    id = models.BooleanField(primary_key=True, default=True)
    offset = models.DurationField()

    class Meta:
        db_table = "core_clock"
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=True), name="core_clock_one_row")]


class Job(models.Model):
    """Something to do at `due_at`: claimed with SKIP LOCKED, leased, removed in the transaction of its effect.

    `attempts` counts failures of its handler, `claims` the claims since the last one: those that came to no end.
    """

    FIELD_CLASSES: ClassVar = {
        "none": "id kind key due_at attempts claims lease_until owner fence failed_at created_at",
        "content": "payload last_error",
    }

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    key = models.TextField(null=True)
    payload = models.JSONField()
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.IntegerField(db_default=0)
    claims = models.IntegerField(db_default=0)
    lease_until = models.DateTimeField(null=True)
    owner = models.TextField(db_default="")
    fence = models.BigIntegerField(db_default=0)
    last_error = models.TextField(db_default="")
    failed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "core_job"
        constraints: ClassVar = [
            models.UniqueConstraint("kind", "key", condition=models.Q(key__isnull=False), name="core_job_key"),
        ]
        indexes: ClassVar = [
            models.Index("due_at", "id", condition=models.Q(failed_at__isnull=True), name="core_job_due"),
            models.Index("id", condition=models.Q(failed_at__isnull=False), name="core_job_given_up"),
        ]


class LiveChange(models.Model):
    """A new version of a topic; its id is the version."""

    FIELD_CLASSES: ClassVar = {"none": "id topic at"}

    id = models.BigAutoField(primary_key=True)
    topic = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "core_livechange"
        indexes: ClassVar = [models.Index("at", name="core_livechange_at")]


class Node(models.Model):
    """A process that works for this installation, and when it last said so."""

    FIELD_CLASSES: ClassVar = {"none": "name role started_at seen_at version"}

    name = models.TextField(primary_key=True)
    role = models.TextField()
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    version = models.TextField()

    class Meta:
        db_table = "core_node"


class Upgrade(models.Model):
    """A release whose upgrade has ended here (`tocsin migrate --phase post`): no node of one before it is at work."""

    FIELD_CLASSES: ClassVar = {"none": "version ended_at"}

    version = models.TextField(primary_key=True)
    ended_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "core_upgrade"


class Answer(models.Model):
    """What a POST with an Idempotency-Key was answered, kept for a day so that its repeat has no second effect.

    `who` is an HMAC of the caller's credential, `what` a hash of the request, `body` sealed: an answer may hold a new
    key's token, which is kept nowhere in the clear. `status` is null only inside the first request's transaction.
    """

    FIELD_CLASSES: ClassVar = {"none": "id who key what status at", "secret": "body"}

    id = models.BigAutoField(primary_key=True)
    who = models.TextField()
    key = models.TextField()
    what = models.TextField()
    status = models.IntegerField(null=True)
    body = models.BinaryField(default=b"")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "core_answer"
        constraints: ClassVar = [models.UniqueConstraint("who", "key", name="core_answer_once")]
        indexes: ClassVar = [models.Index("at", name="core_answer_at")]
