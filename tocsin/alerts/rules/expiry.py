"""When a sender's promise to repeat counts as broken: only if we would have heard the repeat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

EXPIRY_GRACE = timedelta(seconds=30)
"""A sender's promise to repeat may be broken this long before the alert counts as over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The stretch in which whatever senders said was taken and digested, without a break: `since` ... `until`. Broken
    is what was due to be kept at `latest_due` and is no longer than `longest`.

    Nobody repeats to us while we are away, and what was repeated may still wait: so a promise is judged by this stretch
    alone, and a sender has as long as it promised from the moment we are back.
    """

    since: datetime
    until: datetime

    @property
    def latest_due(self) -> datetime:
        """Promises up to then can be judged."""
        return self.until - EXPIRY_GRACE

    @property
    def longest(self) -> timedelta:
        """How long a promise may be to have had its time since we are back; negative: none has."""
        return self.latest_due - self.since
