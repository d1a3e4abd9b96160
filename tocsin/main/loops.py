"""What a loop of the engine is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """`work` returns how much it did; at nothing, the loop pauses for `pause_s` or until notified on `wakes_on`.

    `end` brings to its end what is under way when the engine is told to stop.
    """

    name: str
    work: Callable[[], int]
    pause_s: float
    wakes_on: str = ""
    end: Callable[[], None] | None = None
