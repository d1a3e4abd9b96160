"""`/api/v1/maintenance`."""

from __future__ import annotations

from ninja import Router, Schema, Status
from pydantic import AwareDatetime

from tocsin.accounts.queries import ApiRequest, require_visible
from tocsin.accounts.rules import ORGANISATION
from tocsin.alerts import actions, queries
from tocsin.alerts.actions import MaintenanceDetails
from tocsin.alerts.queries import Covered
from tocsin.alerts.rules import Scope, parse_matchers
from tocsin.alerts.shapes import WindowOut, window_out

router = Router(tags=["maintenance"])


class Label(Schema):
    """`op` is = (is), != (is not), ^= (begins with), *= (contains), =~ or !~ (a regular expression of RE2, or not)."""

    label: str
    op: str
    value: str


class Planned(Schema):
    """What is maintained, by keys: `services` (with `dependents`, all that depends on them too), `integrations`,
    `teams` (the services they own). Where any are named, an alert must be of one of them; all `matchers` must match."""

    services: tuple[str, ...] = ()
    dependents: bool = False
    integrations: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    matchers: tuple[Label, ...] = ()


class NewWindow(Planned):
    """A window with a key of your choice; the same key again changes it. Without `ends_at` it lasts until it is ended;
    `owner` is the login of who plans it."""

    key: str
    reason: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None = None
    owner: str = ""


class NewEnd(Schema):
    """`until` has a zone and lies ahead; null: until somebody ends it."""

    until: AwareDatetime | None


@router.get("/maintenance", response=list[WindowOut])
def list_maintenance(request: ApiRequest, over: bool = False) -> list[WindowOut]:
    """Windows that run or are planned, by their beginning; with `over` those that are over instead."""
    require_visible(request.auth, ORGANISATION, "There is no such record.")
    return [window_out(row) for row in queries.windows(request.auth, over=over)]


@router.post("/maintenance", response=WindowOut)
def save_maintenance(request: ApiRequest, new: NewWindow) -> WindowOut:
    """Plan work: alerts of what is covered are kept and shown, and page nobody until it is over."""
    require_visible(request.auth, ORGANISATION, "There is no such record.")
    actions.save_maintenance(MaintenanceDetails(**new.dict()), actor=request.auth)
    return _window(request, new.key)


@router.post("/maintenance/preview", response=Covered)
def preview_maintenance(request: ApiRequest, planned: Planned) -> Covered:
    """What a window like this would cover if it ran now; nothing is saved."""
    require_visible(request.auth, ORGANISATION, "There is no such record.")
    values = planned.dict()
    matchers = values.pop("matchers")
    parse_matchers(matchers, narrowing=True)
    return queries.covered_now(request.auth, Scope.of(values), matchers)


@router.get("/maintenance/{key}", response=WindowOut)
def show_maintenance(request: ApiRequest, key: str) -> WindowOut:
    """One window: when, what, why, and who planned it."""
    return _window(request, key)


@router.post("/maintenance/{key}/prolong", response=WindowOut)
def prolong_maintenance(request: ApiRequest, key: str, end: NewEnd) -> WindowOut:
    """Give it another end, later or earlier."""
    require_visible(request.auth, ORGANISATION, "There is no such maintenance.")
    actions.prolong_maintenance(key, until=end.until, actor=request.auth)
    return _window(request, key)


@router.post("/maintenance/{key}/end", response=WindowOut)
def end_maintenance(request: ApiRequest, key: str) -> WindowOut:
    """End it now; one that has not begun is cancelled."""
    require_visible(request.auth, ORGANISATION, "There is no such maintenance.")
    actions.end_maintenance(key, actor=request.auth)
    return _window(request, key)


@router.delete("/maintenance/{key}", response={204: None})
def remove_maintenance(request: ApiRequest, key: str) -> Status[None]:
    """Take it from the lists, ending it where it runs; its record stays."""
    require_visible(request.auth, ORGANISATION, "There is no such maintenance.")
    actions.remove_maintenance(key, actor=request.auth)
    return Status(204, None)


def _window(request: ApiRequest, key: str) -> WindowOut:
    require_visible(request.auth, ORGANISATION, "There is no such maintenance.")
    return window_out(queries.window_by_key(request.auth, key))
