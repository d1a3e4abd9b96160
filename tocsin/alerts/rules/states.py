"""The words of this room: states, severities, urgencies, and why an alert was set aside."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class AlertState(StrEnum):
    """An alert's own life. Everything but CLOSED is open: the machine still complains."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Severity(IntEnum):
    """1 is the gravest."""

    CRITICAL = 1
    MAJOR = 2
    MINOR = 3
    WARNING = 4
    INFO = 5


class GroupState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class CauseState(StrEnum):
    """Whether people agree with the named cause."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Urgency(StrEnum):
    """What a group asks of people: PAGE wakes somebody, LOOK is seen at the next glance, QUIET is kept."""

    PAGE = "page"
    LOOK = "look"
    QUIET = "quiet"


class AsideReason(StrEnum):
    """Why an alert is in no group. The first five are the correlation's words, the others this room's own."""

    STANDING = "standing"
    FLAPPING = "flapping"
    BRIEF = "brief"
    LOOSE = "loose"
    STALE = "stale"
    SILENCED = "silenced"
    MAINTENANCE = "maintenance"
    KEPT_APART = "kept_apart"


HUSHED = frozenset({AsideReason.SILENCED, AsideReason.MAINTENANCE})
"""What people asked for, until a set time: the alert is kept and shown, and pages nobody."""


class AlertAction(StrEnum):
    """What a delivery asks for."""

    FIRE = "fire"
    RESOLVE = "resolve"
    ACKNOWLEDGE = "acknowledge"
    NOTE = "note"
    """Somebody's words about it, and no change of its state."""


ITSELF = "tocsin-itself"
"""Key and kind of the integration under which Tocsin raises alerts of its own."""


class CloseReason(StrEnum):
    """Why an alert is closed."""

    RESOLVED = "resolved"
    EXPIRED = "expired"
    BY_HAND = "by_hand"
