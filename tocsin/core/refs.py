"""A link to a record of any room, for links that point upward or sideways."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Ref:
    """`kind` is `room.noun` ("alerts.group"), `id` the record's UUID."""

    kind: str
    id: UUID

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"
