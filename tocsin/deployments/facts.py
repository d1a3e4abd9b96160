"""What happened to change events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecorded:
    """Something was changed at `changed_at`, by the clock of whoever told; `service` may be empty."""

    kind: ClassVar = "deployments.change_recorded"
    schema_version: ClassVar = 1
    summary: str
    service: str
    changed_at: datetime
