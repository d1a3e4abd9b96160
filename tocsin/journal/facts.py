"""What a fact is. Rooms declare theirs as frozen dataclasses with these two class attributes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol
from uuid import UUID

from tocsin.core.refs import Ref


class Fact(Protocol):
    """`kind` is `room.past_tense` ("paging.page_acknowledged"); fields hold ids and parameters, never sentences."""

    kind: ClassVar[str]
    schema_version: ClassVar[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A fact as read back: `data` is its fields as plain JSON values."""

    id: int
    uuid: UUID
    kind: str
    schema_version: int
    at: datetime
    actor_kind: str
    actor_id: str
    actor_label: str
    subject: Ref
    reason: str
    data: dict[str, Any]
