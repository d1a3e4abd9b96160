"""Changing incidents. Resolving one stops its pages, and acknowledging one acknowledges them, in one transaction.

Locks are taken in one order: incident, group, alert, page.
"""

from tocsin.incidents.actions.cause import (
    cause_moved,
    confirm_cause,
    name_cause,
    note_verdict,
    reject_cause,
    withdraw_verdict,
)
from tocsin.incidents.actions.life import (
    acknowledge,
    begin_work,
    group_closed,
    group_reopened,
    note_page_acknowledged,
    note_paged,
    reopen,
    resolve,
    watch,
)
from tocsin.incidents.actions.opening import Declaration, declare, group_called, groups_merged, open_for_group
from tocsin.incidents.actions.roles import (
    assign,
    comment,
    edit,
    escalate,
    link,
    page_person,
    page_team,
    take_command,
)
from tocsin.incidents.actions.severity import group_worsened, set_severity

__all__ = [
    "Declaration",
    "acknowledge",
    "assign",
    "begin_work",
    "cause_moved",
    "comment",
    "confirm_cause",
    "declare",
    "edit",
    "escalate",
    "group_called",
    "group_closed",
    "group_reopened",
    "group_worsened",
    "groups_merged",
    "link",
    "name_cause",
    "note_page_acknowledged",
    "note_paged",
    "note_verdict",
    "open_for_group",
    "page_person",
    "page_team",
    "reject_cause",
    "reopen",
    "resolve",
    "set_severity",
    "take_command",
    "watch",
    "withdraw_verdict",
]
