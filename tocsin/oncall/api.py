"""`/api/v1`: who is on call."""

from __future__ import annotations

from datetime import datetime

from ninja import Router

from tocsin.accounts.queries import ApiRequest
from tocsin.core.errors import InvalidInput
from tocsin.oncall import queries
from tocsin.oncall.shapes import OnCallOut, on_call_out

router = Router(tags=["on call"])


@router.get("/oncall", response=list[OnCallOut])
def list_on_call(request: ApiRequest, at: datetime | None = None) -> list[OnCallOut]:
    """Who is on call in every rotation, now or `at` another moment, and who follows."""
    if at is not None and at.tzinfo is None:
        raise InvalidInput("at: needs a zone, such as 2026-03-04T03:04:05Z.")
    return [on_call_out(line) for line in queries.on_call_now(request.auth, at=at)]
