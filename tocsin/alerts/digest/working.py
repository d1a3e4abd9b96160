"""An alert while it is being digested."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tocsin.alerts.rules import Edits, Life, Severity

Key = tuple[int, str]
"""Integration and fingerprint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What the latest firing says, as people edited it. `service` is a key, `labels` JSON text."""

    severity: Severity
    title: str
    description: str
    name: str
    service: str
    peer: str
    labels: str
    source: str


@dataclass(slots=True, kw_only=True)
class Working:
    """Mutable on purpose: a turn folds thousands of events into these. `id` is 0 until it is written."""

    id: int
    uuid: UUID
    key: Key
    life: Life
    content: Content
    edits: Edits = field(default_factory=dict)
    group_id: int | None = None
    set_aside: str = ""
    hushed_by_id: int | None = None
    expires_at: datetime | None = None
    follows_at: datetime | None = None
    superseded_at: datetime | None = None
    said_at: datetime | None = None
    is_new: bool = False
    was_open: bool = False
    content_changed: bool = False
