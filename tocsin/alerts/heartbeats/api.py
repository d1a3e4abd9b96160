"""`/api/v1/heartbeats`."""

from __future__ import annotations

from ninja import Router, Schema, Status

from tocsin.accounts.queries import ApiRequest, require_visible
from tocsin.accounts.rules import ORGANISATION
from tocsin.alerts import actions, queries
from tocsin.alerts.actions import HeartbeatDetails
from tocsin.alerts.rules import Severity
from tocsin.alerts.shapes import HeartbeatOut, heartbeat_out

router = Router(tags=["heartbeats"])


class NewHeartbeat(Schema):
    """What must be heard at least every `interval_s`; the same name again changes it. `team` and `service` are keys."""

    name: str
    interval_s: int
    team: str = ""
    service: str = ""
    enabled: bool = True
    message: str = ""
    tags: tuple[str, ...] = ()
    severity: Severity = Severity.CRITICAL


@router.get("/heartbeats", response=list[HeartbeatOut])
def list_heartbeats(request: ApiRequest) -> list[HeartbeatOut]:
    """What must be heard regularly, the missed first."""
    return [heartbeat_out(row) for row in queries.heartbeats(request.auth)]


@router.post("/heartbeats", response=HeartbeatOut)
def save_heartbeat(request: ApiRequest, new: NewHeartbeat) -> HeartbeatOut:
    """Add a heartbeat, or change the one of that name. It is watched from its first ping on."""
    require_visible(request.auth, ORGANISATION, "There is no such record.")
    actions.save_heartbeat(HeartbeatDetails(**new.dict()), actor=request.auth)
    return heartbeat_out(queries.heartbeat_by_name(request.auth, new.name))


@router.get("/heartbeats/{name}", response=HeartbeatOut)
def show_heartbeat(request: ApiRequest, name: str) -> HeartbeatOut:
    """One heartbeat: how it stands, when it was heard, when it is due."""
    return heartbeat_out(queries.heartbeat_by_name(request.auth, name))


@router.post("/heartbeats/{name}/enable", response=HeartbeatOut)
def enable_heartbeat(request: ApiRequest, name: str) -> HeartbeatOut:
    """Watch it (again); it has its whole interval from now."""
    actions.switch_heartbeat(name, enabled=True, actor=request.auth)
    return heartbeat_out(queries.heartbeat_by_name(request.auth, name))


@router.post("/heartbeats/{name}/disable", response=HeartbeatOut)
def disable_heartbeat(request: ApiRequest, name: str) -> HeartbeatOut:
    """Watch it no more; its alert is over."""
    actions.switch_heartbeat(name, enabled=False, actor=request.auth)
    return heartbeat_out(queries.heartbeat_by_name(request.auth, name))


@router.delete("/heartbeats/{name}", response={204: None})
def remove_heartbeat(request: ApiRequest, name: str) -> Status[None]:
    """Forget it; its alert is over."""
    actions.remove_heartbeat(name, actor=request.auth)
    return Status(204, None)
