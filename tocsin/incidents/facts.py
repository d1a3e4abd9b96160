"""What happened to incidents. The subject is the incident; its item's facts (comments, assignee) are the item's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened:
    """`cause` is a service key and `team` a team key, either may be empty; `origin` is engine or person."""

    kind: ClassVar = "incidents.incident_opened"
    schema_version: ClassVar = 1
    key: str
    origin: str
    severity: int
    cause: str
    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentAcknowledged:
    """`via`: screen, link, api, alert or cli."""

    kind: ClassVar = "incidents.incident_acknowledged"
    schema_version: ClassVar = 1
    key: str
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentWorkBegun:
    kind: ClassVar = "incidents.incident_work_begun"
    schema_version: ClassVar = 1
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentWatched:
    """The failure is over for the machines; people watch whether it stays so."""

    kind: ClassVar = "incidents.incident_watched"
    schema_version: ClassVar = 1
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentResolved:
    kind: ClassVar = "incidents.incident_resolved"
    schema_version: ClassVar = 1
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReopened:
    """`recurred`: the machines complained again; else a person found that it was not over."""

    kind: ClassVar = "incidents.incident_reopened"
    schema_version: ClassVar = 1
    key: str
    recurred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSeverityChanged:
    kind: ClassVar = "incidents.incident_severity_changed"
    schema_version: ClassVar = 1
    key: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCommanded:
    """Somebody took command; `commander` is the person's UUID."""

    kind: ClassVar = "incidents.incident_commanded"
    schema_version: ClassVar = 1
    key: str
    commander: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCauseNamed:
    """`before` and `after` are service keys; `before` is empty when none was named yet, and the same when a
    person agrees."""

    kind: ClassVar = "incidents.incident_cause_named"
    schema_version: ClassVar = 1
    key: str
    before: str
    after: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMerged:
    """The incident turned out to be the same trouble as `into` (a human key), which goes on."""

    kind: ClassVar = "incidents.incident_merged"
    schema_version: ClassVar = 1
    key: str
    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRequeued:
    """The auditor found that a call for people was not heard and heard it itself; `flaw` says what was wrong."""

    kind: ClassVar = "incidents.incident_requeued"
    schema_version: ClassVar = 1
    key: str
    flaw: str
    late_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentUnattended:
    """Nobody could be paged, because no team exists; `why` says it."""

    kind: ClassVar = "incidents.incident_unattended"
    schema_version: ClassVar = 1
    key: str
    why: str
