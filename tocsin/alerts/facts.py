"""What happened to alerts, groups, silences and integrations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsOpened:
    """One digest opened these alerts of one integration (the subject)."""

    kind: ClassVar = "alerts.alerts_opened"
    schema_version: ClassVar = 1
    integration: str
    alerts: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsClosed:
    """One digest closed these alerts of one integration (the subject); `why` is resolved or expired."""

    kind: ClassVar = "alerts.alerts_closed"
    schema_version: ClassVar = 1
    integration: str
    why: str
    alerts: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAcknowledged:
    """`of_cause`: the alert's service is the cause of its group, so the page of the group was acknowledged too."""

    kind: ClassVar = "alerts.alert_acknowledged"
    schema_version: ClassVar = 1
    title: str
    of_cause: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertUnacknowledged:
    kind: ClassVar = "alerts.alert_unacknowledged"
    schema_version: ClassVar = 1
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSnoozed:
    kind: ClassVar = "alerts.alert_snoozed"
    schema_version: ClassVar = 1
    title: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertWoken:
    """A snooze ran out while the alert was still firing."""

    kind: ClassVar = "alerts.alert_woken"
    schema_version: ClassVar = 1
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertClosedByHand:
    kind: ClassVar = "alerts.alert_closed_by_hand"
    schema_version: ClassVar = 1
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertReopened:
    kind: ClassVar = "alerts.alert_reopened"
    schema_version: ClassVar = 1
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOpened:
    """The subject is the group; `cause` a service key."""

    kind: ClassVar = "alerts.group_opened"
    schema_version: ClassVar = 1
    cause: str
    confidence: float
    alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNeedsPeople:
    """Somebody should be woken. `team` is the key of the cause's owner, else of the sender's team, else empty.

    `why` and `params` are the reason's kind and parameters (`rules.urgency`).
    """

    kind: ClassVar = "alerts.group_needs_people"
    schema_version: ClassVar = 1
    cause: str
    team: str
    urgency: str
    severity: int
    confidence: float
    first_at: datetime
    why: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCauseMoved:
    """`before` and `after` are service keys; `team` owns the new cause."""

    kind: ClassVar = "alerts.group_cause_moved"
    schema_version: ClassVar = 1
    before: str
    after: str
    team: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCauseConfirmed:
    kind: ClassVar = "alerts.group_cause_confirmed"
    schema_version: ClassVar = 1
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCauseRejected:
    """`rejected` is not the cause; `cause` is who is suspected instead (the same when nobody else is)."""

    kind: ClassVar = "alerts.group_cause_rejected"
    schema_version: ClassVar = 1
    rejected: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupVerdictWithdrawn:
    """What a person said of the cause is taken back; `cause` is suspected, and the engine may move it again."""

    kind: ClassVar = "alerts.group_verdict_withdrawn"
    schema_version: ClassVar = 1
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWorsened:
    """After people were called, a graver alert came: severities, 1 is the gravest."""

    kind: ClassVar = "alerts.group_worsened"
    schema_version: ClassVar = 1
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupClosed:
    """Everything in the group is over."""

    kind: ClassVar = "alerts.group_closed"
    schema_version: ClassVar = 1
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsMerged:
    """The subject absorbed the group with the UUID `merged`."""

    kind: ClassVar = "alerts.groups_merged"
    schema_version: ClassVar = 1
    merged: str
    alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSplit:
    """Alerts left the subject: to the group with the UUID `into`, or (empty) to stand alone."""

    kind: ClassVar = "alerts.group_split"
    schema_version: ClassVar = 1
    into: str
    alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceSaved:
    kind: ClassVar = "alerts.silence_saved"
    schema_version: ClassVar = 1
    key: str
    created: bool
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceEnded:
    kind: ClassVar = "alerts.silence_ended"
    schema_version: ClassVar = 1
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolDrained:
    """What a node kept on its disk while the database was away is here: `events`, the first of them from `since`."""

    kind: ClassVar = "alerts.spool_drained"
    schema_version: ClassVar = 1
    node: str
    events: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationSaved:
    kind: ClassVar = "alerts.integration_saved"
    schema_version: ClassVar = 1
    key: str
    created: bool
    changed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationRemoved:
    kind: ClassVar = "alerts.integration_removed"
    schema_version: ClassVar = 1
    key: str
