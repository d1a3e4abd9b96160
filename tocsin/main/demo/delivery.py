"""What a sender says at one moment, and the truth about it that is never sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """How bad the sender thinks it is, as the five priorities of the wire."""

    CRITICAL = 1
    MAJOR = 2
    WARNING = 3
    MINOR = 4
    INFO = 5


class Sender(StrEnum):
    """The wire format a delivery goes out in."""

    OPSGENIE = "opsgenie"
    ALERTMANAGER = "alertmanager"
    PAGERDUTY = "pagerduty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert, once delivered. All times are seconds of event time since the scenario's start.

    ``offset_s`` is when it happened by the sender's own clock, ``began_s`` when the condition it repeats began by that
    clock, ``arrival_s`` when it leaves for Tocsin. ``fingerprint`` tells conditions apart and is the same for all
    deliveries of one. ``labels`` may hold ``peer``: the service the sender complains about.
    """

    offset_s: float
    began_s: float
    arrival_s: float
    integration: str
    sender: Sender
    service: str
    name: str
    severity: Severity
    firing: bool
    labels: Mapping[str, str]
    text: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueCause:
    """One failure that really happened: what failed, how, when, and how many services it took along."""

    id: str
    service: str
    kind: str
    starts_s: float
    services: int


NOISE_STANDING = "standing"
NOISE_BLIP = "blip"
NOISE_KINDS = frozenset({NOISE_STANDING, NOISE_BLIP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The failures, and for each delivery in order the id of its cause or the kind of noise it is."""

    causes: tuple[TrueCause, ...]
    belongs_to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Deliveries in the order they arrive, how long they last in event time, and the truth about them."""

    name: str
    duration_s: float
    deliveries: tuple[Delivery, ...]
    truth: Truth
