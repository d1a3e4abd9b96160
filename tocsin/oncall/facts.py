"""What happened to rotations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationSaved:
    kind: ClassVar = "oncall.rotation_saved"
    schema_version: ClassVar = 1
    key: str
    created: bool
    changed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationRemoved:
    kind: ClassVar = "oncall.rotation_removed"
    schema_version: ClassVar = 1
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideAdded:
    """`person` is a UUID; stamps are ISO 8601 in UTC."""

    kind: ClassVar = "oncall.override_added"
    schema_version: ClassVar = 1
    key: str
    person: str
    starts_at: str
    ends_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideRemoved:
    kind: ClassVar = "oncall.override_removed"
    schema_version: ClassVar = 1
    key: str
    person: str
    starts_at: str
    ends_at: str
