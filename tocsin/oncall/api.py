"""`/api/v1`: who is on call."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Router, Schema, Status

from tocsin.accounts.queries import ApiRequest, require_visible
from tocsin.accounts.rules import ORGANISATION
from tocsin.core.errors import InvalidInput
from tocsin.oncall import actions, queries
from tocsin.oncall.shapes import OnCallOut, StandInOut, on_call_out, stand_in_out

router = Router(tags=["on call"])


class NewStandIn(Schema):
    """Who stands in (a login), from when until when; both with a zone."""

    login: str
    starts_at: datetime
    ends_at: datetime


@router.get("/oncall", response=list[OnCallOut])
def list_on_call(request: ApiRequest, at: datetime | None = None) -> list[OnCallOut]:
    """Who is on call in every rotation, now or `at` another moment, and who follows."""
    if at is not None and at.tzinfo is None:
        raise InvalidInput("at: needs a zone, such as 2026-03-04T03:04:05Z.")
    return [on_call_out(line) for line in queries.on_call_now(request.auth, at=at)]


@router.post("/rotations/{key}/overrides", response={201: StandInOut})
def add_override(request: ApiRequest, key: str, new: NewStandIn) -> Status[StandInOut]:
    """Let somebody stand in for whoever has the turn. Where two overlap, the later made wins."""
    require_visible(request.auth, ORGANISATION, "There is no such rotation.")
    if new.starts_at.tzinfo is None or new.ends_at.tzinfo is None:
        raise InvalidInput("starts_at, ends_at: need a zone, such as 2026-03-04T03:04:05Z.")
    details = actions.OverrideDetails(person=new.login, starts_at=new.starts_at, ends_at=new.ends_at)
    return Status(201, stand_in_out(actions.add_override(key, details, actor=request.auth), new.login))


@router.delete("/overrides/{override_id}", response={204: None})
def remove_override(request: ApiRequest, override_id: UUID) -> Status[None]:
    """Give the duty back to whoever has the turn."""
    require_visible(request.auth, ORGANISATION, "There is no such override.")
    actions.remove_override(override_id, actor=request.auth)
    return Status(204, None)
