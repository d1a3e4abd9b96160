"""Services as the API and the command line tell them: plain values, no rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from tocsin.assets.models import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOut:
    """A service. Tier 1 matters most, 4 least; `source` is given (by people) or seen (in alerts)."""

    id: UUID
    key: str
    name: str
    team: str | None
    tier: int
    kind: str
    site: str
    source: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDetail:
    """A service with its neighbours on the map: the keys of those it needs, and of those that need it."""

    service: ServiceOut
    needs: list[str]
    needed_by: list[str]


def service_out(row: Service) -> ServiceOut:
    return ServiceOut(
        id=row.uuid,
        key=row.key,
        name=row.name,
        team=row.team.key if row.team else None,
        tier=row.tier,
        kind=row.kind,
        site=row.site,
        source=row.source,
        first_seen_at=row.first_seen_at,
    )
