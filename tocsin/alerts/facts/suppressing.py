"""What happened to silences and maintenance windows; the subject of each is the silence or window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceSaved:
    kind: ClassVar = "alerts.silence_saved"
    schema_version: ClassVar = 1
    key: str
    created: bool
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceEnded:
    kind: ClassVar = "alerts.silence_ended"
    schema_version: ClassVar = 1
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceSaved:
    """A maintenance window was planned or changed. `ends_at` is empty when it lasts until somebody ends it; `scope`
    is what it names, `matchers` (`{label, op, value}`) what an alert of that must match."""

    kind: ClassVar = "alerts.maintenance_saved"
    schema_version: ClassVar = 1
    key: str
    created: bool
    starts_at: datetime
    ends_at: datetime | None
    scope: dict[str, Any]
    matchers: list[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceProlonged:
    """A maintenance window got another end, `until`; empty: until somebody ends it."""

    kind: ClassVar = "alerts.maintenance_prolonged"
    schema_version: ClassVar = 1
    key: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceEnded:
    """A maintenance window was ended by hand; `cancelled`: before it had begun."""

    kind: ClassVar = "alerts.maintenance_ended"
    schema_version: ClassVar = 1
    key: str
    cancelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceRemoved:
    """A maintenance window is not listed any more; its record and what it hid stay."""

    kind: ClassVar = "alerts.maintenance_removed"
    schema_version: ClassVar = 1
    key: str
