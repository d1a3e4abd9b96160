"""What time it is for the correlation.

Deliveries may be late or replayed: what counts is the sender's time. The clock shows the newest time any sender has
told, and runs on from there at the pace of ours. Where senders tell the time as it is, it shows ours.
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.alerts.digest.reading import Event
from tocsin.alerts.rules import AlertAction


@dataclass(slots=True)
class EventClock:
    """Epoch seconds throughout. `told` is the newest sender's time, `heard` ours when it came."""

    told: float | None = None
    heard: float = 0.0

    def hear(self, event: Event) -> float:
        """Take the event's time into account; returns when it arrived, by this clock."""
        received = event.received_at.timestamp()
        return self.hear_at(received, _stated(event, received))

    def hear_at(self, received: float, stated: float | None) -> float:
        """The same from what the sender's clock showed, as far as known, when something was received."""
        if stated is not None and (self.told is None or stated > self.at(received)):
            self.told, self.heard = stated, received
        return self.at(received)

    def at(self, ours: float) -> float:
        """What this clock shows when ours shows `ours`; ours as long as nobody has told a time."""
        if self.told is None:
            return ours
        return self.told + max(ours - self.heard, 0.0)


def _stated(event: Event, received: float) -> float | None:
    """The sender's clock as far as the event gives it away, never ahead of ours."""
    if event.at is not None:
        return min(event.at.timestamp(), received)
    if event.began_at is not None:
        return min(event.began_at.timestamp(), received)
    return received if event.action is AlertAction.FIRE else None
