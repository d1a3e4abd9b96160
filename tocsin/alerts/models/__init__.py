"""Integrations, alerts, groups, silences; the rows that `driving` the digest. The event log is SQL in `migrations`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from django.db import models

from tocsin.accounts.models import Person, Team
from tocsin.alerts.models.driving import Batch, DeliveryKey, DigestOwner, NodeSpool, Refusing
from tocsin.alerts.rules import AlertState, CauseState, GroupState, Severity, SilenceKind, Urgency
from tocsin.assets.models import Service
from tocsin.core.clock import Now
from tocsin.core.ids import uuid7
from tocsin.core.refs import Ref

__all__ = [
    "Alert",
    "Attachment",
    "Batch",
    "DeliveryKey",
    "DigestOwner",
    "Group",
    "Heartbeat",
    "Integration",
    "NodeSpool",
    "Note",
    "Refusing",
    "Responder",
    "Silence",
]


class Integration(models.Model):
    """A source of alerts, and the scope within which its aliases are unique. Its keys are `accounts.Key` rows."""

    FIELD_CLASSES: ClassVar = {
        "none": "id uuid key name kind team created_at last_seen_at removed_at",
        "secret": "options",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    key = models.TextField(unique=True)
    name = models.TextField()
    kind = models.TextField()
    options = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="integrations")
    created_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "alerts_integration"

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    """Alerts that are believed to be one failure, and the service believed to be its cause.

    `evidence` is a list of causes, best first: `{service, score, confidence, evidence: [{kind, points, params}]}`.
    `first_at`/`last_at`/`cause_since` are by Tocsin's clock. `cluster` is the correlation's own id, empty for a lone
    alert. `counts` is `{alerts, open, services, deliveries}` as of `version`.
    """

    FIELD_CLASSES: ClassVar = {
        "none": "id uuid state cluster cause_service cause_state cause_since confidence evidence rejected severity"
        " urgency needs_people_at calm_until incident_kind incident_id opened_at first_at last_at closed_at merged_into"
        " counts version",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    state = models.TextField(default=GroupState.OPEN)
    cluster = models.TextField(blank=True, default="")
    cause_service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    cause_state = models.TextField(default=CauseState.PROPOSED)
    cause_since = models.DateTimeField()
    confidence = models.FloatField(default=0.0)
    evidence = models.JSONField(default=list)
    rejected = models.JSONField(default=list)
    severity = models.IntegerField(default=Severity.MINOR)
    urgency = models.TextField(default=Urgency.QUIET)
    needs_people_at = models.DateTimeField(null=True)
    calm_until = models.DateTimeField(null=True)
    incident_kind = models.TextField(blank=True, default="")
    incident_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField(db_default=Now())
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    counts = models.JSONField(default=dict)
    version = models.BigIntegerField(default=1)

    class Meta:
        db_table = "alerts_group"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=list(GroupState)), name="alerts_group_state"),
            models.CheckConstraint(condition=models.Q(urgency__in=list(Urgency)), name="alerts_group_urgency"),
            models.CheckConstraint(condition=models.Q(cause_state__in=list(CauseState)), name="alerts_group_cause"),
        ]
        indexes: ClassVar = [
            models.Index(models.F("state"), models.F("last_at").desc(), name="alerts_group_inbox"),
            models.Index("incident_id", name="alerts_group_incident"),
        ]

    @property
    def incident_ref(self) -> Ref | None:
        """The incident opened for this group, if any."""
        return Ref(self.incident_kind, self.incident_id) if self.incident_id else None


class Alert(models.Model):
    """One complaint of one integration: open until resolved, expired or closed by hand.

    The newest alert of a fingerprint has no `superseded_at`; at most that one is open. `started_at` and `closed_at`
    are by the sender's clock, `first_at` and `last_at` by ours. The `…_order` columns are what `rules.life` compares.
    `count` firings were told; 0: only its end was. Deliveries of the fingerprint from `follows_at` (empty: ever) up to
    `superseded_at` are this alert's: so each is of one alert. What it says was received at `said_at`; `edits` is
    what people changed of that, in the columns too. `deleted_at` only says that somebody asked for it. `hushed_by` is
    the silence or window that kept it from paging last, also when that is over.
    """

    FIELD_CLASSES: ClassVar = {
        "none": "id uuid integration fingerprint state severity service peer count flaps started_at first_at last_at"
        " closed_at close_reason follows_at superseded_at said_at expires_at opened_order fired_order ended_order"
        " reopened_at acknowledged_at snoozed_until set_aside hushed_by group pinned why owner deleted_at",
        "personal": "acknowledged_by",
        "content": "title description name labels source edits",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="alerts")
    fingerprint = models.TextField()
    state = models.TextField(default=AlertState.OPEN)
    severity = models.IntegerField()
    title = models.TextField()
    description = models.TextField(blank=True, default="")
    name = models.TextField()
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="alerts")
    peer = models.TextField(blank=True, default="")
    labels = models.JSONField(default=dict)
    source = models.TextField(blank=True, default="")
    count = models.BigIntegerField(default=1)
    flaps = models.IntegerField(default=0)
    started_at = models.DateTimeField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    close_reason = models.TextField(blank=True, default="")
    follows_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)
    said_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    opened_order = models.DateTimeField()
    fired_order = models.DateTimeField(null=True)
    ended_order = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.TextField(blank=True, default="")
    snoozed_until = models.DateTimeField(null=True)
    set_aside = models.TextField(blank=True, default="")
    hushed_by = models.ForeignKey("Silence", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    group = models.ForeignKey(Group, null=True, on_delete=models.SET_NULL, related_name="alerts")
    pinned = models.BooleanField(default=False)
    why = models.JSONField(null=True)
    owner = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    edits = models.JSONField(default=dict, db_default={})
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "alerts_alert"
        constraints: ClassVar = [
            models.UniqueConstraint(
                "integration", "fingerprint", condition=models.Q(superseded_at__isnull=True), name="alerts_alert_newest"
            ),
            models.CheckConstraint(
                condition=models.Q(state=AlertState.CLOSED) | models.Q(superseded_at__isnull=True),
                name="alerts_alert_open_is_newest",
            ),
            models.CheckConstraint(condition=models.Q(state__in=list(AlertState)), name="alerts_alert_state"),
            models.CheckConstraint(condition=models.Q(severity__gte=1, severity__lte=5), name="alerts_alert_severity"),
        ]
        indexes: ClassVar = [
            models.Index("group", "id", condition=models.Q(group__isnull=False), name="alerts_alert_group"),
            models.Index(models.F("service"), models.F("id").desc(), name="alerts_alert_service"),
            models.Index("id", condition=~models.Q(state=AlertState.CLOSED), name="alerts_alert_open"),
            models.Index("expires_at", condition=models.Q(expires_at__isnull=False), name="alerts_alert_expiry"),
            models.Index("reopened_at", condition=models.Q(reopened_at__isnull=False), name="alerts_alert_reopened"),
            models.Index("snoozed_until", condition=models.Q(state=AlertState.SNOOZED), name="alerts_alert_snoozed"),
        ]


class Note(models.Model):
    """What somebody wrote about an alert: a person, or whoever the sender says."""

    FIELD_CLASSES: ClassVar = {"none": "id uuid alert at", "content": "text", "personal": "by"}

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    by = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "alerts_note"


class Attachment(models.Model):
    """A file that somebody put beside an alert: a few MiB, kept in the row."""

    FIELD_CLASSES: ClassVar = {"none": "id uuid alert size at", "content": "name data", "personal": "by"}

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="attachments")
    name = models.TextField()
    size = models.IntegerField()
    data = models.BinaryField()
    by = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "alerts_attachment"


class Responder(models.Model):
    """A team or a person asked to help with one alert, beside those who own its service."""

    FIELD_CLASSES: ClassVar = {"none": "id alert team person at"}

    id = models.BigAutoField(primary_key=True)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="responders")
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "alerts_responder"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["alert", "team", "person"], nulls_distinct=False, name="alerts_responder_once"
            ),
            models.CheckConstraint(
                condition=models.Q(team__isnull=False) ^ models.Q(person__isnull=False), name="alerts_responder_one"
            ),
        ]

    @property
    def name(self) -> str:
        """Who it is, for people."""
        asked = self.team or self.person
        return asked.name if asked else ""


class SilenceRows(models.QuerySet["Silence"]):
    def in_force(self, now: datetime) -> SilenceRows:
        """Those that hide something at that moment, in the order in which they were made."""
        return self.lasting(now).filter(starts_at__lte=now).order_by("id")

    def lasting(self, now: datetime) -> SilenceRows:
        """Those in force or to come."""
        return self.filter(models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=now), ended_at__isnull=True)


class Silence(models.Model):
    """What it covers is kept and shown but pages nobody between `starts_at` and `ends_at` (empty: until it is ended).

    `matchers` is a list of `{label, op, value}`; all of them must match (`rules.silences`). `author` is the name of who
    made it where that came through another product's API. A maintenance window is one of another `kind`: planned work,
    whose `scope` names services, integrations and teams beside the matchers (`rules.windows`). `deleted_at`: somebody
    asked for it not to be listed any more.
    """

    FIELD_CLASSES: ClassVar = {
        "none": "id uuid kind key matchers scope starts_at ends_at ended_at owner created_at changed_at deleted_at",
        "personal": "author",
        "content": "reason",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    kind = models.TextField(default=SilenceKind.SILENCE, db_default=SilenceKind.SILENCE)
    key = models.TextField(unique=True)
    matchers = models.JSONField()
    scope = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    reason = models.TextField()
    owner = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    author = models.TextField(blank=True, default="", db_default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    objects = SilenceRows.as_manager()

    class Meta:
        db_table = "alerts_silence"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="alerts_silence_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=list(SilenceKind)), name="alerts_silence_kind"),
            models.CheckConstraint(
                condition=models.Q(kind=SilenceKind.MAINTENANCE) | models.Q(ends_at__isnull=False),
                name="alerts_silence_has_an_end",
            ),
        ]

    @property
    def until(self) -> datetime:
        """When it ends by itself; the end of time where it has no end: silences always have one."""
        return self.ends_at or datetime.max.replace(tzinfo=UTC)


class Heartbeat(models.Model):
    """Something that says every `interval_s` that it lives, else an alert says that it does not (`rules.heartbeats`).

    `due_at` is when it is missed unless it is heard before: empty while it is off, missed, or was never heard.
    """

    FIELD_CLASSES: ClassVar = {
        "none": "id uuid name team service interval_s enabled tags severity last_ping_at due_at missed_at created_at",
        "content": "message",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    name = models.TextField(unique=True)
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="heartbeats")
    service = models.TextField()
    interval_s = models.IntegerField()
    enabled = models.BooleanField(default=True)
    message = models.TextField(blank=True, default="")
    tags = models.JSONField(default=list)
    severity = models.IntegerField(default=1)
    last_ping_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "alerts_heartbeat"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(interval_s__gte=1), name="alerts_heartbeat_interval"),
            models.CheckConstraint(
                condition=models.Q(severity__gte=1, severity__lte=5), name="alerts_heartbeat_severity"
            ),
        ]
        indexes: ClassVar = [
            models.Index("due_at", condition=models.Q(due_at__isnull=False), name="alerts_heartbeat_due"),
        ]
