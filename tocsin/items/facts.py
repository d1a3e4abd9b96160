"""What happened to items. Texts stay in their rows: a fact holds keys, states and ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSaved:
    kind: ClassVar = "items.project_saved"
    schema_version: ClassVar = 1
    key: str
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCreated:
    kind: ClassVar = "items.item_created"
    schema_version: ClassVar = 1
    key: str
    type: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEdited:
    kind: ClassVar = "items.item_edited"
    schema_version: ClassVar = 1
    key: str
    changed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMoved:
    kind: ClassVar = "items.item_moved"
    schema_version: ClassVar = 1
    key: str
    transition: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAssigned:
    """`before` and `after` are the people's UUIDs as text; empty means nobody."""

    kind: ClassVar = "items.item_assigned"
    schema_version: ClassVar = 1
    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemHandedOver:
    """Another team owns the item now; `before` and `after` are team keys, empty for none."""

    kind: ClassVar = "items.item_handed_over"
    schema_version: ClassVar = 1
    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCommented:
    kind: ClassVar = "items.item_commented"
    schema_version: ClassVar = 1
    key: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLinked:
    kind: ClassVar = "items.item_linked"
    schema_version: ClassVar = 1
    key: str
    link: str
    target_kind: str
    target_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemUnlinked:
    kind: ClassVar = "items.item_unlinked"
    schema_version: ClassVar = 1
    key: str
    link: str
    target_kind: str
    target_id: str
