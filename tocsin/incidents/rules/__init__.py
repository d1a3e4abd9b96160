"""What an incident may do, how long it took, and how far it reaches. Pure."""

from tocsin.incidents.rules.clock import Clock, Leg, Stamp, percentile
from tocsin.incidents.rules.hearing import Heard, Unheard, unheard
from tocsin.incidents.rules.reach import Alerting, Need, Node, Reach, reach
from tocsin.incidents.rules.states import (
    INCIDENT,
    PROJECT_KEY,
    PROJECT_NAME,
    WORKFLOW,
    CauseState,
    IncidentState,
    Origin,
    SentenceKind,
    Transition,
    parse_severity,
    wants_page,
)

__all__ = [
    "INCIDENT",
    "PROJECT_KEY",
    "PROJECT_NAME",
    "WORKFLOW",
    "Alerting",
    "CauseState",
    "Clock",
    "Heard",
    "IncidentState",
    "Leg",
    "Need",
    "Node",
    "Origin",
    "Reach",
    "SentenceKind",
    "Stamp",
    "Transition",
    "Unheard",
    "parse_severity",
    "percentile",
    "reach",
    "unheard",
    "wants_page",
]
