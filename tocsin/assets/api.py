"""`/api/v1`: services and what they need."""

from __future__ import annotations

from ninja import Router

from tocsin.accounts.queries import ApiRequest
from tocsin.assets import queries
from tocsin.assets.shapes import ServiceDetail, ServiceOut, service_out

router = Router(tags=["services"])


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
