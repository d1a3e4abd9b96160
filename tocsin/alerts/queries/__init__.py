"""Every read of this room, for an actor."""

from tocsin.alerts.queries.administration import (
    IntegrationRow,
    integration_by_key,
    integration_keys,
    integration_secrets,
    integrations,
    silence_by_id,
    silence_by_key,
    silences,
)
from tocsin.alerts.queries.behind import Behind, behind
from tocsin.alerts.queries.calls import calls_before, team_to_call
from tocsin.alerts.queries.deliveries import Outcome, Told, deliveries_of, is_digested, newest_waiting, outcome_of
from tocsin.alerts.queries.finding import (
    ORDERS,
    Wanted,
    alert_named,
    attachment_of,
    attachments_of,
    count_alerts,
    find_alerts,
    notes_of,
    responders_of,
)
from tocsin.alerts.queries.firing import Firing, firing_alerts
from tocsin.alerts.queries.groups import (
    AlertRow,
    CauseView,
    EvidenceView,
    GroupDetail,
    alert_by_id,
    alerts_of_group,
    alerts_of_service,
    detail_of,
    group_detail,
    groups_of_incident,
    row_of,
)
from tocsin.alerts.queries.heartbeats import heartbeat_by_name, heartbeats
from tocsin.alerts.queries.histogram import Bucket, histogram, installation_histogram
from tocsin.alerts.queries.inbox import Inbox, InboxFilter, InboxRow, RowKind, StateFilter, inbox, inbox_counts, newer
from tocsin.alerts.queries.late import Late, late_alerts, left_alerts
from tocsin.alerts.queries.ledger import Ledger, LedgerLine, ledger, whole_ledger
from tocsin.alerts.queries.maintenance import (
    Covered,
    covered_now,
    window_by_id,
    window_by_key,
    windows,
    windows_ended,
    windows_over_service,
)
from tocsin.alerts.queries.own import LowDisk, low_disks
from tocsin.alerts.queries.rises import rises
from tocsin.alerts.queries.scope import visible_group as group_by_id
from tocsin.alerts.queries.storm import Storm, storm

__all__ = [
    "ORDERS",
    "AlertRow",
    "Behind",
    "Bucket",
    "CauseView",
    "Covered",
    "EvidenceView",
    "Firing",
    "GroupDetail",
    "Inbox",
    "InboxFilter",
    "InboxRow",
    "IntegrationRow",
    "Late",
    "Ledger",
    "LedgerLine",
    "LowDisk",
    "Outcome",
    "RowKind",
    "StateFilter",
    "Storm",
    "Told",
    "Wanted",
    "alert_by_id",
    "alert_named",
    "alerts_of_group",
    "alerts_of_service",
    "attachment_of",
    "attachments_of",
    "behind",
    "calls_before",
    "count_alerts",
    "covered_now",
    "deliveries_of",
    "detail_of",
    "find_alerts",
    "firing_alerts",
    "group_by_id",
    "group_detail",
    "groups_of_incident",
    "heartbeat_by_name",
    "heartbeats",
    "histogram",
    "inbox",
    "inbox_counts",
    "installation_histogram",
    "integration_by_key",
    "integration_keys",
    "integration_secrets",
    "integrations",
    "is_digested",
    "late_alerts",
    "ledger",
    "left_alerts",
    "low_disks",
    "newer",
    "newest_waiting",
    "notes_of",
    "outcome_of",
    "responders_of",
    "rises",
    "row_of",
    "silence_by_id",
    "silence_by_key",
    "silences",
    "storm",
    "team_to_call",
    "whole_ledger",
    "window_by_id",
    "window_by_key",
    "windows",
    "windows_ended",
    "windows_over_service",
]
