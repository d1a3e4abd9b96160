"""The words of this room, and the workflow of an incident."""

from __future__ import annotations

from enum import StrEnum

from tocsin.core.errors import InvalidInput
from tocsin.items import rules as items
from tocsin.items.rules import Category, ItemType, State, Workflow

PROJECT_KEY = "INC"
PROJECT_NAME = "Incidents"


class IncidentState(StrEnum):
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    FIXING = "fixing"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class Transition(StrEnum):
    """RECUR is the engine's: the failure came back. REOPEN is a person's: it was never over."""

    ACKNOWLEDGE = "acknowledge"
    BEGIN = "begin"
    WATCH = "watch"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    RECUR = "recur"


class Origin(StrEnum):
    """Who opened the incident."""

    ENGINE = "engine"
    PERSON = "person"


class CauseState(StrEnum):
    """What people think of the named cause. UNKNOWN: none is named."""

    UNKNOWN = "unknown"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class SentenceKind(StrEnum):
    """The one sentence that says what an incident is, in the kinds that `paging` puts into words."""

    CAUSE = "cause"
    CAUSE_MOVED = "cause_moved"
    DECLARED = "declared"


_S = IncidentState
_OPEN = frozenset({_S.TRIGGERED, _S.ACKNOWLEDGED, _S.FIXING, _S.MONITORING})


def _transition(key: Transition, sources: frozenset[IncidentState], target: IncidentState) -> items.Transition:
    return items.Transition(key=key, sources=frozenset(state.value for state in sources), target=target)


# Acknowledged is not yet work: the clock's last leg ends when somebody begins, or takes command.
WORKFLOW = Workflow(
    states=(
        State(key=_S.TRIGGERED, category=Category.TODO),
        State(key=_S.ACKNOWLEDGED, category=Category.TODO),
        State(key=_S.FIXING, category=Category.IN_PROGRESS),
        State(key=_S.MONITORING, category=Category.IN_PROGRESS),
        State(key=_S.RESOLVED, category=Category.DONE),
    ),
    transitions=(
        _transition(Transition.ACKNOWLEDGE, frozenset({_S.TRIGGERED}), _S.ACKNOWLEDGED),
        _transition(Transition.BEGIN, _OPEN - {_S.FIXING}, _S.FIXING),
        _transition(Transition.WATCH, _OPEN - {_S.MONITORING}, _S.MONITORING),
        _transition(Transition.RESOLVE, _OPEN, _S.RESOLVED),
        _transition(Transition.REOPEN, frozenset({_S.RESOLVED}), _S.ACKNOWLEDGED),
        _transition(Transition.RECUR, frozenset({_S.MONITORING, _S.RESOLVED}), _S.TRIGGERED),
    ),
)
INCIDENT = ItemType(key="incident", workflow=WORKFLOW)


def wants_page(urgency: str) -> bool:
    """Whether a group that needs people gets an incident and wakes somebody; less is seen in the inbox."""
    return urgency == "page"


def parse_severity(severity: int) -> int:
    """1 (critical) to 5 (info); InvalidInput for anything else."""
    if not 1 <= severity <= 5:
        raise InvalidInput("severity: 1 (critical) to 5 (info).")
    return severity
