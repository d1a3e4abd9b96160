"""What happened to what only other products' APIs know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearchSaved:
    kind: ClassVar = "gateways.saved_search_saved"
    schema_version: ClassVar = 1
    name: str
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearchRemoved:
    kind: ClassVar = "gateways.saved_search_removed"
    schema_version: ClassVar = 1
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDescribed:
    """Another product's client declared an incident, with so many tags and details of its own."""

    kind: ClassVar = "gateways.incident_described"
    schema_version: ClassVar = 1
    tags: int
    details: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDeleted:
    """Another product's client deleted an incident: it is resolved, and those clients see it no more."""

    kind: ClassVar = "gateways.incident_deleted"
    schema_version: ClassVar = 1
    key: str
