"""Every write of this room but the digest: what people and timers do to alerts, groups, silences, integrations.

Locks are taken in one order: incident, group, alert, page.
"""

from tocsin.alerts.actions.administration import IntegrationDetails, remove_integration, save_integration
from tocsin.alerts.actions.alerts import (
    acknowledge,
    close,
    expire_due,
    reopen,
    snooze,
    stop_helping,
    unacknowledge,
    wake_snoozed,
)
from tocsin.alerts.actions.amending import Amendment, amend, ask_action, assign, delete, note, relabel, tag
from tocsin.alerts.actions.attaching import SIZE_MOST as ATTACHMENT_MOST
from tocsin.alerts.actions.attaching import attach, detach
from tocsin.alerts.actions.bulk import Change, Outcome, Target, change_all
from tocsin.alerts.actions.disk import DiskNews, tell_disk
from tocsin.alerts.actions.groups import (
    attach_incident,
    belong_together,
    calm,
    close_group,
    confirm_cause,
    keep_apart,
    reject_cause,
    withdraw_verdict,
)
from tocsin.alerts.actions.heartbeats import (
    HeartbeatDetails,
    miss_heartbeats,
    remove_heartbeat,
    save_heartbeat,
    switch_heartbeat,
)
from tocsin.alerts.actions.helping import ask_person, ask_team, escalate
from tocsin.alerts.actions.maintenance import (
    MaintenanceDetails,
    end_maintenance,
    prolong_maintenance,
    remove_maintenance,
    save_maintenance,
)
from tocsin.alerts.actions.partitions import drop_oldest_day, maintain_partitions
from tocsin.alerts.actions.refusals import note_refusals
from tocsin.alerts.actions.silences import SilenceDetails, end_silence, revise_silence, save_silence
from tocsin.alerts.actions.spools import note_drained_spools

__all__ = [
    "ATTACHMENT_MOST",
    "Amendment",
    "Change",
    "DiskNews",
    "HeartbeatDetails",
    "IntegrationDetails",
    "MaintenanceDetails",
    "Outcome",
    "SilenceDetails",
    "Target",
    "acknowledge",
    "amend",
    "ask_action",
    "ask_person",
    "ask_team",
    "assign",
    "attach",
    "attach_incident",
    "belong_together",
    "calm",
    "change_all",
    "close",
    "close_group",
    "confirm_cause",
    "delete",
    "detach",
    "drop_oldest_day",
    "end_maintenance",
    "end_silence",
    "escalate",
    "expire_due",
    "keep_apart",
    "maintain_partitions",
    "miss_heartbeats",
    "note",
    "note_drained_spools",
    "note_refusals",
    "prolong_maintenance",
    "reject_cause",
    "relabel",
    "remove_heartbeat",
    "remove_integration",
    "remove_maintenance",
    "reopen",
    "revise_silence",
    "save_heartbeat",
    "save_integration",
    "save_maintenance",
    "save_silence",
    "snooze",
    "stop_helping",
    "switch_heartbeat",
    "tag",
    "tell_disk",
    "unacknowledge",
    "wake_snoozed",
    "withdraw_verdict",
]
