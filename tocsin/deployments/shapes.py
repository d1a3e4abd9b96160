"""Change events as the API and the command line tell them: plain values, no rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from tocsin.deployments.models import ChangeEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOut:
    """A link of a change: to a build, a commit, a ticket."""

    href: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOut:
    """Something that was changed. `changed_at` is by the teller's clock, `received_at` by Tocsin's."""

    id: UUID
    summary: str
    service: str | None
    source: str
    links: list[LinkOut]
    details: dict[str, str]
    changed_at: datetime
    received_at: datetime


def change_out(row: ChangeEvent) -> ChangeOut:
    return ChangeOut(
        id=row.uuid,
        summary=row.summary,
        service=row.service.key if row.service else None,
        source=row.source,
        links=[LinkOut(href=link["href"], text=link["text"]) for link in row.links],
        details=row.details,
        changed_at=row.changed_at,
        received_at=row.received_at,
    )
