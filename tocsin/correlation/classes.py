"""What an alert says about the service that raised it, and in which direction such trouble travels.

The class is read from the rule's name first and from the text when the name says nothing. It is the only place
where words of a sender matter; everything after it is arithmetic.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class AlertClass(StrEnum):
    """`ERROR` to `DOWN` and `POOL` climb to callers, `TRAFFIC` descends to callees, the others stay where they are."""

    ERROR = "error"
    LATENCY = "latency"
    CLIENT = "client"
    QUEUE = "queue"
    LOG = "log"
    TRAFFIC = "traffic"
    DOWN = "down"
    SATURATION = "saturation"
    POOL = "pool"
    CRASH = "crash"
    NETWORK = "network"
    ROUTINE = "routine"
    OTHER = "other"


CLIMBING = frozenset({
    AlertClass.ERROR, AlertClass.LATENCY, AlertClass.CLIENT, AlertClass.QUEUE, AlertClass.LOG, AlertClass.DOWN,
    AlertClass.POOL,
})  # fmt: skip
LOCAL = frozenset({AlertClass.SATURATION, AlertClass.POOL, AlertClass.CRASH, AlertClass.NETWORK, AlertClass.DOWN})

# First match wins, so the order is from the specific to the general.
_WORDS: tuple[tuple[AlertClass, str], ...] = (
    (AlertClass.ROUTINE, r"cert|expir|batch|backup|job late|cron|disk usage|disk space|license|quota warn|retention"),
    (AlertClass.ROUTINE, r"fan\b|temperature|battery|humidity"),
    (AlertClass.TRAFFIC, r"traffic|request rate|rate low|no request|requests? (low|drop|stopp)|throughput|workload"),
    (AlertClass.TRAFFIC, r"no database operation|no operations?|no data|volume|no messages|calls low|ops low"),
    (AlertClass.CLIENT, r"client|upstream|dependency|downstream|egress"),
    (AlertClass.QUEUE, r"queue|backlog|lag\b|consumer|pending"),
    (AlertClass.CRASH, r"crash|oom|waiting|failed pods?|restart|evict|reboot|panic|segfault|killed|exit code"),
    (AlertClass.NETWORK, r"packet|link\b|uplink|bgp|interface|carrier|network|loss|dns|port\b|optic|lacp|ospf"),
    (AlertClass.DOWN, r"not ready|readiness|down\b|unreachable|dead\b|heartbeat|missing|replica|unavailable|offline"),
    (AlertClass.DOWN, r"not respond|no response|no answer|ping\b|scrape"),
    (AlertClass.SATURATION, r"exhaust|too many connections|connection limit"),
    (AlertClass.POOL, r"pool|connections?|threads?\b|workers?\b|file descriptor|in.?flight"),
    (AlertClass.SATURATION, r"cpu|memory|mem\b|disk|io wait|saturat|throttl|gc\b|heap|load\b|inode|swap|capacity"),
    (AlertClass.LOG, r"log\b|exception|stack ?trace"),
    (AlertClass.ERROR, r"error|availab|5xx|4xx|fail|success rate|timeout|refus|reject|denied|abort|probe|fault"),
    (AlertClass.ERROR, r"lost\b|drop|reset|disconnect|retr(?:y|ies)|declin|undeliver|flap"),
    (AlertClass.LATENCY, r"latenc|slow|p9\d|p50|duration|response time|apdex|delay|rtt|jitter|span"),
)
_PATTERNS = tuple((kind, re.compile(rf"\b(?:{words})")) for kind, words in _WORDS)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\-./:]+")


@lru_cache(maxsize=65_536)
def classify(name: str, text: str = "") -> AlertClass:
    """The class of an alert from its rule name, else from its text, else OTHER."""
    for source in (_CAMEL.sub(" ", name).lower(), text.lower()):
        for kind, pattern in _PATTERNS:
            if pattern.search(source):
                return kind
    return AlertClass.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """P(alert of this class | cause), for the cause itself, a caller one hop up, a callee; and without a cause."""

    own: float
    up: float
    down: float
    background: float
    weight: float


LAWS: dict[AlertClass, Law] = {
    AlertClass.ERROR: Law(own=0.70, up=0.55, down=0.05, background=0.020, weight=1.0),
    AlertClass.LATENCY: Law(own=0.70, up=0.55, down=0.05, background=0.060, weight=0.9),
    AlertClass.CLIENT: Law(own=0.08, up=0.60, down=0.03, background=0.040, weight=0.9),
    AlertClass.QUEUE: Law(own=0.50, up=0.40, down=0.10, background=0.040, weight=0.8),
    AlertClass.LOG: Law(own=0.60, up=0.20, down=0.05, background=0.015, weight=1.00),
    AlertClass.TRAFFIC: Law(own=0.30, up=0.12, down=0.45, background=0.050, weight=0.6),
    AlertClass.SATURATION: Law(own=0.85, up=0.06, down=0.03, background=0.015, weight=1.2),
    AlertClass.CRASH: Law(own=0.85, up=0.05, down=0.03, background=0.010, weight=1.3),
    AlertClass.NETWORK: Law(own=0.80, up=0.10, down=0.10, background=0.015, weight=1.2),
    AlertClass.DOWN: Law(own=0.80, up=0.30, down=0.03, background=0.015, weight=1.2),
    AlertClass.POOL: Law(own=0.75, up=0.12, down=0.03, background=0.020, weight=1.1),
    AlertClass.ROUTINE: Law(own=0.10, up=0.02, down=0.02, background=0.100, weight=0.3),
    AlertClass.OTHER: Law(own=0.50, up=0.20, down=0.05, background=0.060, weight=0.7),
}
