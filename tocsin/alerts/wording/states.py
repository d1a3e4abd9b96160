"""States, reasons and the ledger's lines as words."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext

from tocsin.alerts.queries import LedgerLine
from tocsin.alerts.rules import AlertState, AsideReason, CauseState, GroupState, Operator, WindowState
from tocsin.alerts.rules.heartbeats import Pulse


def state_word(state: str) -> str:
    """The state of an alert."""
    return {
        AlertState.OPEN: pgettext("state of an alert", "Open"),
        AlertState.ACKNOWLEDGED: pgettext("state of an alert", "Acknowledged"),
        AlertState.SNOOZED: pgettext("state of an alert", "Snoozed"),
        AlertState.CLOSED: pgettext("state of an alert", "Closed"),
    }[AlertState(state)]


def group_state_word(state: str) -> str:
    """The state of a group."""
    return {
        GroupState.OPEN: pgettext("state of a group", "Open"),
        GroupState.CLOSED: pgettext("state of a group", "Closed"),
    }[GroupState(state)]


def cause_state_word(state: str) -> str:
    """What people think of the named cause."""
    return {
        CauseState.PROPOSED: pgettext("a cause", "Proposed by Tocsin, nobody has judged it"),
        CauseState.CONFIRMED: pgettext("a cause", "Confirmed"),
        CauseState.REJECTED: pgettext("a cause", "Rejected, and no other is known"),
    }[CauseState(state)]


def pulse_word(state: Pulse) -> str:
    """How a heartbeat stands."""
    return {
        Pulse.OFF: pgettext("state of a heartbeat", "Off"),
        Pulse.WAITING: pgettext("state of a heartbeat", "Waits for its first ping"),
        Pulse.BEATING: pgettext("state of a heartbeat", "Beating"),
        Pulse.MISSED: pgettext("state of a heartbeat", "Missed"),
    }[state]


def window_state_word(state: WindowState) -> str:
    """How a maintenance window stands."""
    return {
        WindowState.PLANNED: pgettext("state of works", "Planned"),
        WindowState.RUNNING: pgettext("state of works", "Running"),
        WindowState.OVER: pgettext("state of works", "Over"),
        WindowState.CANCELLED: pgettext("state of works", "Cancelled"),
    }[state]


def confidence_words(confidence: float) -> str:
    """ "87 % sure": never a bare figure that looks like a measurement."""
    return gettext("%(percent)s %% sure") % {"percent": round(100 * confidence)}


def aside_words(reason: str) -> str:
    """Why an alert is in no group; empty when nothing was said."""
    return {
        AsideReason.STANDING.value: gettext("has stood there for long"),
        AsideReason.FLAPPING.value: gettext("comes and goes"),
        AsideReason.BRIEF.value: gettext("was over at once"),
        AsideReason.LOOSE.value: gettext("tied to nothing else"),
        AsideReason.STALE.value: gettext("not told again for long"),
        AsideReason.SILENCED.value: gettext("silenced"),
        AsideReason.MAINTENANCE.value: gettext("in maintenance"),
        AsideReason.KEPT_APART.value: gettext("kept apart by hand"),
    }.get(reason, reason)


def line_words(line: LedgerLine, cause: str = "") -> str:
    """What a line of the ledger counts; `cause` is the name of the cause."""
    return {
        LedgerLine.EVIDENCE: gettext("On the cause itself"),
        LedgerLine.SYMPTOMS: gettext("Downstream of %(cause)s") % {"cause": cause or gettext("the cause")},
        LedgerLine.REPEATS: gettext("Repeats of an alert already known"),
        LedgerLine.RECOVERIES: gettext("Ends told by the senders"),
        LedgerLine.OTHER_GROUPS: gettext("Of another failure at the same time"),
        LedgerLine.STANDING: gettext("Standing since before"),
        LedgerLine.FLAPPING: gettext("Flapping"),
        LedgerLine.SILENCED: gettext("Silenced"),
        LedgerLine.MAINTENANCE: gettext("In maintenance"),
        LedgerLine.BRIEF: gettext("Over at once"),
        LedgerLine.FLOOD: gettext("Held back in a flood"),
        LedgerLine.UNRELATED: gettext("Not related: still in your inbox"),
    }[line]


def line_note(line: LedgerLine) -> str:
    """A word of explanation beside a line, where it needs one."""
    return {
        LedgerLine.EVIDENCE: gettext("kept as evidence"),
        LedgerLine.SYMPTOMS: gettext("first of each kind"),
        LedgerLine.REPEATS: gettext("same fingerprint"),
        LedgerLine.STANDING: gettext("not new"),
        LedgerLine.FLAPPING: gettext("comes and goes"),
        LedgerLine.SILENCED: gettext("by a person, until a set time"),
        LedgerLine.MAINTENANCE: gettext("planned work"),
        LedgerLine.FLOOD: gettext("too many of its source were open"),
    }.get(line, "")


def operator_word(operator: str) -> str:
    """How a silence's matcher compares."""
    return {
        Operator.IS: pgettext("comparison", "is"),
        Operator.IS_NOT: pgettext("comparison", "is not"),
        Operator.BEGINS: pgettext("comparison", "begins with"),
        Operator.CONTAINS: pgettext("comparison", "contains"),
        Operator.LIKE: pgettext("comparison", "matches the expression"),
        Operator.UNLIKE: pgettext("comparison", "does not match the expression"),
    }[Operator(operator)]
