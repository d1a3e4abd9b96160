"""What happened to alerts, groups, silences and integrations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from tocsin.alerts.facts.suppressing import (
    MaintenanceEnded as MaintenanceEnded,
)
from tocsin.alerts.facts.suppressing import (
    MaintenanceProlonged as MaintenanceProlonged,
)
from tocsin.alerts.facts.suppressing import (
    MaintenanceRemoved as MaintenanceRemoved,
)
from tocsin.alerts.facts.suppressing import (
    MaintenanceSaved as MaintenanceSaved,
)
from tocsin.alerts.facts.suppressing import (
    SilenceEnded as SilenceEnded,
)
from tocsin.alerts.facts.suppressing import (
    SilenceSaved as SilenceSaved,
)


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
class AlertAmended:
    """Somebody changed what the sender says; `changed` names title, description or severity."""

    kind: ClassVar = "alerts.alert_amended"
    schema_version: ClassVar = 1
    title: str
    changed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTagged:
    kind: ClassVar = "alerts.alert_tagged"
    schema_version: ClassVar = 1
    title: str
    added: list[str]
    removed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRelabelled:
    """Names of labels that were set, and of those taken away."""

    kind: ClassVar = "alerts.alert_relabelled"
    schema_version: ClassVar = 1
    title: str
    added: list[str]
    removed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertNoted:
    """`note` is its UUID; the words are not in the journal."""

    kind: ClassVar = "alerts.alert_noted"
    schema_version: ClassVar = 1
    title: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAssigned:
    """`owner` is a person's UUID, empty: nobody's any more."""

    kind: ClassVar = "alerts.alert_assigned"
    schema_version: ClassVar = 1
    title: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertResponderAdded:
    """Somebody was asked to help: `team` a key, or `person` a UUID."""

    kind: ClassVar = "alerts.alert_responder_added"
    schema_version: ClassVar = 1
    title: str
    team: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEscalated:
    """`policy` is the key of the policy that is followed now."""

    kind: ClassVar = "alerts.alert_escalated"
    schema_version: ClassVar = 1
    title: str
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertActionAsked:
    """One of the actions its sender offers was asked for, by its name."""

    kind: ClassVar = "alerts.alert_action_asked"
    schema_version: ClassVar = 1
    title: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAttached:
    """A file was put beside it; `attachment` is its UUID."""

    kind: ClassVar = "alerts.alert_attached"
    schema_version: ClassVar = 1
    title: str
    attachment: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDetached:
    """A file was taken away, for good."""

    kind: ClassVar = "alerts.alert_detached"
    schema_version: ClassVar = 1
    title: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDeleted:
    """It is closed, and gone from where alerts can be deleted; its record stays."""

    kind: ClassVar = "alerts.alert_deleted"
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
class HeartbeatSaved:
    kind: ClassVar = "alerts.heartbeat_saved"
    schema_version: ClassVar = 1
    name: str
    created: bool
    changed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatRemoved:
    kind: ClassVar = "alerts.heartbeat_removed"
    schema_version: ClassVar = 1
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatMissed:
    """Nothing was heard for `interval_s`; an alert says so. `last_ping_at` is when it was heard before."""

    kind: ClassVar = "alerts.heartbeat_missed"
    schema_version: ClassVar = 1
    name: str
    interval_s: int
    last_ping_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatReturned:
    """It was missed, and is heard again; its alert is over."""

    kind: ClassVar = "alerts.heartbeat_returned"
    schema_version: ClassVar = 1
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolDrained:
    """What a node kept on its disk while the database was away is here: `events`, the first of them from `since`."""

    kind: ClassVar = "alerts.spool_drained"
    schema_version: ClassVar = 1
    node: str
    events: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusingBegan:
    """Deliveries of an integration are refused, or held back in a flood; `refusal` says why (`rules.refusals`)."""

    kind: ClassVar = "alerts.refusing_began"
    schema_version: ClassVar = 1
    integration: str
    refusal: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusingEnded:
    """Nothing was refused or held back for a while: `count` deliveries were, from `since` to `last_at`."""

    kind: ClassVar = "alerts.refusing_ended"
    schema_version: ClassVar = 1
    integration: str
    refusal: str
    count: int
    since: datetime
    last_at: datetime


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
