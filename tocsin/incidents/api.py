"""`/api/v1`: incidents, by their human key."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.utils import timezone, translation
from ninja import Query, Router, Schema, Status

from tocsin.accounts.queries import ApiRequest, person_by_login, person_by_uuid, require_visible, team_by_key
from tocsin.accounts.rules import ORGANISATION, ActorKind
from tocsin.core.errors import InvalidInput
from tocsin.incidents import actions, queries
from tocsin.incidents.actions import Declaration
from tocsin.incidents.queries import IncidentFilter, Pace
from tocsin.incidents.rules import IncidentState
from tocsin.incidents.shapes import IncidentList, IncidentReport, Timeline, incident_report

router = Router(tags=["incidents"])


class NewIncident(Schema):
    """`service` and `team` are keys; without a team the service's owner has it. `page` wakes whoever is on call."""

    title: str
    severity: int
    description: str = ""
    service: str = ""
    team: str = ""
    page: bool = False


class Edit(Schema):
    """What to change; null leaves it. `description` is Markdown."""

    title: str | None = None
    description: str | None = None


class Because(Schema):
    """Why; may be empty."""

    reason: str = ""


class NewSeverity(Schema):
    """1 (critical) to 5 (info), and why."""

    severity: int
    reason: str


class NewComment(Schema):
    """Markdown."""

    body: str


class NewAssignee(Schema):
    """A login; null takes the incident from whoever has it."""

    login: str | None


class NewCommander(Schema):
    """A login; empty is oneself."""

    login: str = ""


class NamedCause(Schema):
    """`service` (a key) names another cause than the one proposed; empty agrees with it."""

    service: str = ""


class WithdrawnVerdict(Schema):
    """`service` (a key) is the cause to go back to; empty keeps the one that is named."""

    service: str = ""


class Called(Schema):
    """The team (a key) whose on-call is woken, or the person (a login) who is: one of them."""

    team: str = ""
    person: str = ""


@router.get("/incidents", response=IncidentList)
def list_incidents(
    request: ApiRequest,
    open_only: bool = False,
    state: IncidentState | None = None,
    at_least: Annotated[int, Query(ge=1, le=5)] = 5,
    team: str = "",
    assignee: str = "",
    service: str = "",
    search: str = "",
    before: int | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> IncidentList:
    """Incidents, newest first. `at_least` is a severity; `service` is the cause's key."""
    wanted = IncidentFilter(
        open_only=open_only,
        state=state or "",
        at_least=at_least,
        team=team,
        assignee=assignee,
        service=service,
        search=search,
    )
    rows, cursor = queries.incidents(request.auth, wanted, before=before, limit=limit)
    return IncidentList(results=rows, next=cursor)


@router.post("/incidents", response={201: IncidentReport})
def declare_incident(request: ApiRequest, new: NewIncident) -> Status[IncidentReport]:
    """Declare an incident."""
    require_visible(request.auth, ORGANISATION, "There is no such record.")
    detail = actions.declare(Declaration(**new.dict()), actor=request.auth)
    return Status(201, _report(request, detail.item.key))


@router.get("/incidents/paces", response=list[Pace])
def list_paces(request: ApiRequest, days: Annotated[int, Query(ge=1, le=3650)] = 30) -> list[Pace]:
    """The three-minute clock over the incidents of the last days: medians and 95th percentiles."""
    return queries.paces(request.auth, days=days)


@router.get("/incidents/{key}", response=IncidentReport)
def show_incident(request: ApiRequest, key: str) -> IncidentReport:
    """What is known of an incident: its clock, cause with evidence, ledger, reach, pages, links."""
    return _report(request, key)


@router.patch("/incidents/{key}", response=IncidentReport)
def edit_incident(request: ApiRequest, key: str, edit: Edit) -> IncidentReport:
    """Change title or description."""
    actions.edit(_id(request, key), title=edit.title, description=edit.description, actor=request.auth)
    return _report(request, key)


@router.get("/incidents/{key}/timeline", response=Timeline)
def show_timeline(request: ApiRequest, key: str) -> Timeline:
    """What happened, newest first."""
    return Timeline(results=queries.incident_timeline(request.auth, key))


@router.post("/incidents/{key}/acknowledge", response=IncidentReport)
def acknowledge_incident(request: ApiRequest, key: str) -> IncidentReport:
    """Say that somebody has it; its pages are answered."""
    actions.acknowledge(_id(request, key), actor=request.auth, via="api")
    return _report(request, key)


@router.post("/incidents/{key}/begin", response=IncidentReport)
def begin_work(request: ApiRequest, key: str) -> IncidentReport:
    """Say that work has begun."""
    actions.begin_work(_id(request, key), actor=request.auth, via="api")
    return _report(request, key)


@router.post("/incidents/{key}/watch", response=IncidentReport)
def watch_incident(request: ApiRequest, key: str) -> IncidentReport:
    """Say that it is fixed as far as one can tell, and watched."""
    actions.watch(_id(request, key), actor=request.auth)
    return _report(request, key)


@router.post("/incidents/{key}/resolve", response=IncidentReport)
def resolve_incident(request: ApiRequest, key: str, because: Because) -> IncidentReport:
    """Say that it is over; its pages stop."""
    actions.resolve(_id(request, key), reason=because.reason, actor=request.auth)
    return _report(request, key)


@router.post("/incidents/{key}/reopen", response=IncidentReport)
def reopen_incident(request: ApiRequest, key: str, because: Because) -> IncidentReport:
    """Say that it was not over."""
    actions.reopen(_id(request, key), reason=because.reason, actor=request.auth)
    return _report(request, key)


@router.post("/incidents/{key}/comments", response={201: Timeline})
def comment_on_incident(request: ApiRequest, key: str, new: NewComment) -> Status[Timeline]:
    """Write into the timeline."""
    actions.comment(_id(request, key), new.body, actor=request.auth)
    return Status(201, Timeline(results=queries.incident_timeline(request.auth, key)))


@router.post("/incidents/{key}/severity", response=IncidentReport)
def set_severity(request: ApiRequest, key: str, new: NewSeverity) -> IncidentReport:
    """Say that it is graver or less grave than thought, and why."""
    actions.set_severity(_id(request, key), new.severity, reason=new.reason, actor=request.auth)
    return _report(request, key)


@router.post("/incidents/{key}/assign", response=IncidentReport)
def assign_incident(request: ApiRequest, key: str, new: NewAssignee) -> IncidentReport:
    """Give it to somebody, or to nobody."""
    uuid = _id(request, key)
    actions.assign(uuid, person_by_login(new.login) if new.login else None, actor=request.auth)
    return _report(request, key)


@router.post("/incidents/{key}/command", response=IncidentReport)
def take_command(request: ApiRequest, key: str, new: NewCommander) -> IncidentReport:
    """Take command, or give it to somebody; with that, work has begun."""
    uuid = _id(request, key)
    if not new.login and request.auth.kind is not ActorKind.PERSON:
        raise InvalidInput("login: a key is nobody; say who takes command.")
    commander = person_by_login(new.login) if new.login else person_by_uuid(request.auth.id)
    actions.take_command(uuid, commander, actor=request.auth, via="api")
    return _report(request, key)


@router.post("/incidents/{key}/confirm-cause", response=IncidentReport)
def confirm_cause(request: ApiRequest, key: str, named: NamedCause) -> IncidentReport:
    """Agree with the named cause, or name another."""
    actions.confirm_cause(_id(request, key), service_key=named.service, actor=request.auth)
    return _report(request, key)


@router.post("/incidents/{key}/reject-cause", response=IncidentReport)
def reject_cause(request: ApiRequest, key: str) -> IncidentReport:
    """Say that it is not this; the next suspect is named and its owner paged."""
    actions.reject_cause(_id(request, key), actor=request.auth)
    return _report(request, key)


@router.post("/incidents/{key}/withdraw-verdict", response=IncidentReport)
def withdraw_verdict(request: ApiRequest, key: str, withdrawn: WithdrawnVerdict) -> IncidentReport:
    """Take back what was said of the cause; the engine may move it again."""
    actions.withdraw_verdict(_id(request, key), service_key=withdrawn.service, actor=request.auth)
    return _report(request, key)


@router.post("/incidents/{key}/page", response=IncidentReport)
def call_people(request: ApiRequest, key: str, called: Called) -> IncidentReport:
    """Wake whoever is on call in one more team, or one person by name."""
    uuid = _id(request, key)
    if bool(called.team) == bool(called.person):
        raise InvalidInput("team, person: name one of them.")
    if called.team:
        actions.page_team(uuid, team_by_key(called.team), actor=request.auth)
    else:
        actions.page_person(uuid, person_by_login(called.person), actor=request.auth)
    return _report(request, key)


def _id(request: ApiRequest, key: str) -> UUID:
    return queries.incident_by_key(request.auth, key).id


def _report(request: ApiRequest, key: str) -> IncidentReport:
    language, zone = translation.get_language() or "en", timezone.get_current_timezone_name()
    return incident_report(request.auth, key, language=language, zone=zone)
