"""The decisions of this room: pure functions over values; nothing here knows of Django or of a database."""

from tocsin.alerts.rules.labels import SERVICE_LABELS, peer_of, service_of
from tocsin.alerts.rules.leading import Leader, leader, may_move
from tocsin.alerts.rules.life import Life, Told, acknowledge, close_by_hand, expire, fold, reopen, snooze, unacknowledge
from tocsin.alerts.rules.severity import from_opsgenie, from_pagerduty, from_word
from tocsin.alerts.rules.silences import Matchable, Matcher, Operator, expression, matches, parse_matchers
from tocsin.alerts.rules.states import (
    AlertAction,
    AlertState,
    AsideReason,
    CauseState,
    CloseReason,
    GroupState,
    Severity,
    Urgency,
)
from tocsin.alerts.rules.urgency import (
    ALONE,
    HELD_BACK,
    MAY_BE_CLAIMED,
    Readiness,
    Standing,
    Urging,
    Why,
    ready_to_page,
    stands_alone,
    urgency,
)

__all__ = [
    "ALONE",
    "HELD_BACK",
    "MAY_BE_CLAIMED",
    "SERVICE_LABELS",
    "AlertAction",
    "AlertState",
    "AsideReason",
    "CauseState",
    "CloseReason",
    "GroupState",
    "Leader",
    "Life",
    "Matchable",
    "Matcher",
    "Operator",
    "Readiness",
    "Severity",
    "Standing",
    "Told",
    "Urgency",
    "Urging",
    "Why",
    "acknowledge",
    "close_by_hand",
    "expire",
    "expression",
    "fold",
    "from_opsgenie",
    "from_pagerduty",
    "from_word",
    "leader",
    "matches",
    "may_move",
    "parse_matchers",
    "peer_of",
    "ready_to_page",
    "reopen",
    "service_of",
    "snooze",
    "stands_alone",
    "unacknowledge",
    "urgency",
]
