"""What an operator did to the installation itself, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskLow:
    """The disk on which a node keeps its data is nearly full: it was `percent` full when that was seen."""

    kind: ClassVar = "main.disk_low"
    schema_version: ClassVar = 1
    node: str
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskEased:
    """That disk has room again."""

    kind: ClassVar = "main.disk_eased"
    schema_version: ClassVar = 1
    node: str
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLogShortened:
    """`day` of the event log was dropped early, for the disk was `percent` full; `days` past ones are left."""

    kind: ClassVar = "main.event_log_shortened"
    schema_version: ClassVar = 1
    node: str
    day: str
    days: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionRetried:
    """Somebody gave a reaction that was given up another try. The subject is that of the fact it reacts to.

    `reaction` is the kind of its job, `attempts` how often it had failed. Its error stays with the job: it may hold
    what people wrote.
    """

    kind: ClassVar = "main.reaction_retried"
    schema_version: ClassVar = 1
    job: int
    reaction: str
    attempts: int
