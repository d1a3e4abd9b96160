"""`/api/v1`: services and what they need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from ninja import Router

from tocsin.accounts.queries import ApiRequest
from tocsin.assets import queries

if TYPE_CHECKING:
    from tocsin.assets.models import Service

router = Router(tags=["services"])


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


@router.get("/services", response=list[ServiceOut])
def list_services(request: ApiRequest, search: str = "") -> list[ServiceOut]:
    """Services by key; `search` looks for a part of the key."""
    return [service_out(row) for row in queries.services(request.auth, search=search)]


@router.get("/services/{key}", response=ServiceDetail)
def show_service(request: ApiRequest, key: str) -> ServiceDetail:
    """One service and its neighbours."""
    row = queries.service_by_key(request.auth, key)
    needs, needed_by = queries.neighbours(request.auth, row)
    return ServiceDetail(service=service_out(row), needs=needs, needed_by=needed_by)


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
