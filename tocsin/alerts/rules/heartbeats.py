"""When a heartbeat is due, and what is said when it is missed."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

SHORTEST_S = 10
LONGEST_S = 366 * 86_400
NAME_MOST = 199
MESSAGE_MOST = 512
TAGS_MOST = 20
TAG_MOST = 64


class Pulse(StrEnum):
    """How a heartbeat stands. WAITING: it was never heard, so it cannot be missed."""

    OFF = "off"
    WAITING = "waiting"
    BEATING = "beating"
    MISSED = "missed"


def is_name(text: str) -> bool:
    """Whether a heartbeat may be called so: its name is one part of an address, and a service's key."""
    return _is_line(text, NAME_MOST) and "/" not in text


def is_message(text: str) -> bool:
    """Whether an alert may say so."""
    return _is_line(text, MESSAGE_MOST)


def is_tag(text: str) -> bool:
    """Whether this is one tag: lists of them are written with commas."""
    return _is_line(text, TAG_MOST) and "," not in text


def _is_line(text: str, most: int) -> bool:
    return 0 < len(text) <= most and text.isprintable() and text == text.strip()


def due_at(*, enabled: bool, last_ping_at: datetime | None, interval_s: int, since: datetime) -> datetime | None:
    """When it is missed unless it is heard before. `since`: what was not watched before that is not missed for it."""
    if not enabled or last_ping_at is None:
        return None
    return max(last_ping_at, since) + timedelta(seconds=interval_s)


def pulse(*, enabled: bool, last_ping_at: datetime | None, missed_at: datetime | None) -> Pulse:
    """How a heartbeat stands."""
    if not enabled:
        return Pulse.OFF
    if missed_at is not None:
        return Pulse.MISSED
    return Pulse.WAITING if last_ping_at is None else Pulse.BEATING


def fingerprint(name: str) -> str:
    """Of the alert that says a heartbeat is missed."""
    return f"heartbeat:{name}"
