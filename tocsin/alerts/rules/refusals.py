"""What became no alert although a sender we know told it, refused or held back: how grave that is, when it is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from tocsin.alerts.rules.states import Severity

FINGERPRINT = "refused:"
"""How that of an alert about refusals begins; kind and integration follow."""

QUIET_AFTER = timedelta(minutes=3)
"""Refusing has ended when nothing was refused for this long: senders try again within it."""

LOSS_STAYS = timedelta(days=1)
"""For so long the alert about what was put aside stays open: nobody's next try ends that."""

TELL_EVERY = timedelta(minutes=1)
"""How often the alert says the new count."""

LASTING = timedelta(minutes=1)
"""A queue that is full for longer than this is no burst."""


class RefusalKind(StrEnum):
    """Why a delivery was refused; also the code of its refusal. FLOOD alone is accepted: it is stored and held back.

    PUT_ASIDE was accepted too, and could neither be read nor stored when the database was back: a file of the spool.
    """

    QUEUE_FULL = "queue_full"
    SPOOL_FULL = "spool_full"
    DISK_FAILED = "disk_failed"
    NOT_STORED = "not_stored"
    DISK_FULL = "disk_full"
    FLOOD = "flood"
    PUT_ASIDE = "put_aside"


def severity(kind: RefusalKind, *, lasted: timedelta) -> Severity:
    """A burst that fills the queue is taken when its senders try again; all else may already have cost an alert."""
    if kind is RefusalKind.QUEUE_FULL and lasted < LASTING:
        return Severity.MAJOR
    return Severity.CRITICAL


def is_over(kind: RefusalKind, *, last_at: datetime, now: datetime) -> bool:
    """Whether refusing has ended; `last_at`: when something was last refused, or told."""
    return now - last_at >= (LOSS_STAYS if kind is RefusalKind.PUT_ASIDE else QUIET_AFTER)


def fingerprint(kind: RefusalKind, integration: str) -> str:
    """Of the alert that says so."""
    return f"{FINGERPRINT}{kind}:{integration}"
