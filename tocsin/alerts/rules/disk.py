"""What a disk that fills up means: people are told, the event log is kept for less, at last the least is refused."""

from __future__ import annotations

from enum import StrEnum

from tocsin.alerts.rules.states import Severity

FINGERPRINT = "disk:"
"""How that of an alert about a disk begins; the name of its node follows."""

EASED = 0.02
"""A disk is no longer low when it is this far below the mark: otherwise one at the mark would be told of for ever."""


class DiskState(StrEnum):
    """LOW: people are told. SHORT: the event log is kept for less as well. FULL: the least important is refused too."""

    ROOM = "room"
    LOW = "low"
    SHORT = "short"
    FULL = "full"


def state_of(fill: float, *, low: float, full: float, has_database: bool, was_low: bool) -> DiskState:
    """`fill` of a disk and the marks are 0 to 1. Of a disk without the database nothing can be done but tell."""
    if fill < low - (EASED if was_low else 0):
        return DiskState.ROOM
    if not has_database:
        return DiskState.LOW
    return DiskState.SHORT if fill < full else DiskState.FULL


def least_taken(fill: float, *, full: float) -> Severity:
    """The least severity still taken: warnings go first; the last of what is left above the mark is for the gravest."""
    if fill < full:
        return Severity.INFO
    over = (fill - full) / (1 - full) if full < 1 else 1.0
    if over < 0.4:
        return Severity.MINOR
    return Severity.MAJOR if over < 0.8 else Severity.CRITICAL
