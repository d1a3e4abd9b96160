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
