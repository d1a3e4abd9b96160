"""What happened to services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSaved:
    kind: ClassVar = "assets.service_saved"
    schema_version: ClassVar = 1
    key: str
    created: bool
    changed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRemoved:
    kind: ClassVar = "assets.service_removed"
    schema_version: ClassVar = 1
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSeen:
    """An alert named a service nobody had entered; it now exists with source "seen"."""

    kind: ClassVar = "assets.service_seen"
    schema_version: ClassVar = 1
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DependenciesSaved:
    kind: ClassVar = "assets.dependencies_saved"
    schema_version: ClassVar = 1
    key: str
    added: list[str]
    removed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapImported:
    """Hosts and what they need were taken from a monitoring system; each has a fact of its own too."""

    kind: ClassVar = "assets.map_imported"
    schema_version: ClassVar = 1
    monitor: str
    services: int
    dependencies: int
