"""The values that go in and out of the correlation engine.

Times are epoch seconds. Services are opaque keys: nothing here or elsewhere in the package gives a name a meaning.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from itertools import islice
from typing import TypeAlias

Param: TypeAlias = str | int | float


class Severity(IntEnum):
    """1 is the gravest."""

    CRITICAL = 1
    MAJOR = 2
    MINOR = 3
    WARNING = 4
    INFO = 5


class Reason(StrEnum):
    """Why a delivery belongs to no incident; a host may hand in reasons of its own (silenced, maintenance)."""

    STANDING = "standing"
    FLAPPING = "flapping"
    BRIEF = "brief"
    LOOSE = "loose"
    STALE = "stale"


class EvidenceKind(StrEnum):
    """What speaks for or against a cause; the parameters of each kind are listed in `text.py`."""

    OWN_SIGNAL = "own_signal"
    CALLERS_FAIL = "callers_fail"
    CALLERS_NAME_IT = "callers_name_it"
    TRAFFIC_FALLS = "traffic_falls"
    SAME_BURST = "same_burst"
    CHANGED = "changed"
    CAME_FIRST = "came_first"
    CAME_LATE = "came_late"
    SILENT = "silent"
    CALLERS_QUIET = "callers_quiet"
    FAR = "far"
    # Why an alert is in a cluster
    MEMBER_CAUSE = "member_cause"
    MEMBER_NAMES = "member_names"
    MEMBER_CALLS = "member_calls"
    MEMBER_CALLED = "member_called"
    MEMBER_BURST = "member_burst"


class ClusterState(StrEnum):
    """A resolved cluster absorbs nothing new; it is reported once more, then forgotten."""

    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One delivery of one alert. `key` is the caller's id of it; the same key may be observed many times."""

    key: str
    fingerprint: str
    service: str
    name: str
    severity: Severity
    at: float
    arrival: float
    firing: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    source: str = ""
    set_aside: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`caller` depends on `callee`. Confidence 0..1 scales everything inferred along the edge."""

    caller: str
    callee: str
    source: str = "given"
    age_s: float = 0.0
    confidence: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A deployment, a configuration change or a flag, on one service."""

    at: float
    service: str
    kind: str = "change"
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A kind with its parameters, worth `points` (natural log odds) for or against a cause; 0 on a member."""

    kind: EvidenceKind
    points: float = 0.0
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A suspected service. `score` is the sum of the points of its evidence, to the last bit."""

    service: str
    score: float
    confidence: float
    evidence: tuple[Evidence, ...]


class Members(Mapping[str, Evidence]):
    """Delivery key -> why it is in the cluster. A view: 25,000 keys cost nothing until somebody looks."""

    __slots__ = ("_index", "_parts")

    def __init__(self, parts: Sequence[tuple[Mapping[str, None], int, Evidence]]) -> None:
        self._parts = tuple(parts)
        self._index: dict[str, Evidence] | None = None

    def __getitem__(self, key: str) -> Evidence:
        if self._index is None:
            self._index = {k: why for keys, n, why in self._parts for k in islice(keys, n)}
        return self._index[key]

    def __iter__(self) -> Iterator[str]:
        for keys, n, _ in self._parts:
            yield from islice(keys, n)

    def __len__(self) -> int:
        return sum(n for _, n, _ in self._parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """What is believed to be one failure: `causes` best first, `members` with a reason each.

    `opened_at` is when the cluster was first reported, `decided_at` when its first cause last changed (both in the
    time handed to `decide`); `first_at` and `last_at` span the members' event times. Of the `services`
    touched, `failing` depend on the cause by a known path; the others get less work or began in
    the same burst. `again_of` is the id of a
    resolved cluster with the same cause, if one is remembered.
    """

    id: str
    causes: tuple[Cause, ...]
    members: Mapping[str, Evidence]
    opened_at: float
    decided_at: float
    first_at: float
    last_at: float
    services: int
    failing: int
    severity: Severity
    state: ClusterState = ClusterState.OPEN
    again_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Deliveries that belong to no incident, and the one reason they share."""

    reason: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Clusters `old` and `new` share alerts: `old` was merged into `new`, or `new` was split from `old`."""

    kind: str
    old: str
    new: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Incidents, most important first; what was set aside; and what was merged or split since the last decision."""

    incidents: tuple[Cluster, ...]
    set_aside: tuple[SetAside, ...]
    moves: tuple[Move, ...] = ()
