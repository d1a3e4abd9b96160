"""Every write of this room but the digest: what people and timers do to alerts, groups, silences, integrations.

Locks are taken in one order: incident, group, alert, page.
"""

from tocsin.alerts.actions.administration import (
    IntegrationDetails,
    SilenceDetails,
    end_silence,
    remove_integration,
    save_integration,
    save_silence,
)
from tocsin.alerts.actions.alerts import (
    acknowledge,
    close,
    expire_due,
    reopen,
    snooze,
    unacknowledge,
    wake_snoozed,
)
from tocsin.alerts.actions.bulk import Change, Outcome, Target, change_all
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
from tocsin.alerts.actions.partitions import maintain_partitions
from tocsin.alerts.actions.spools import note_drained_spools

__all__ = [
    "Change",
    "IntegrationDetails",
    "Outcome",
    "SilenceDetails",
    "Target",
    "acknowledge",
    "attach_incident",
    "belong_together",
    "calm",
    "change_all",
    "close",
    "close_group",
    "confirm_cause",
    "end_silence",
    "expire_due",
    "keep_apart",
    "maintain_partitions",
    "note_drained_spools",
    "reject_cause",
    "remove_integration",
    "reopen",
    "save_integration",
    "save_silence",
    "snooze",
    "unacknowledge",
    "wake_snoozed",
    "withdraw_verdict",
]
