"""What the buttons of an incident do: one function a verb, from the posted form to one action and what to say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from tocsin.accounts.queries import people, person_by_login, person_by_uuid, team_by_key, teams
from tocsin.accounts.requests import actor_of
from tocsin.core.errors import InvalidInput
from tocsin.incidents import actions
from tocsin.incidents.forms import AssignForm, CommentForm, PageForm, ReasonForm, SeverityForm
from tocsin.incidents.queries import IncidentRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What to say, where on the screen to go on, and the address that takes it back (empty: it stays)."""

    text: str
    anchor: str = ""
    undo: str = ""


Verb = Callable[[HttpRequest, IncidentRow], Done]


def _address(row: IncidentRow, verb: str, **query: str) -> str:
    address = reverse("incidents:do", args=[row.key, verb])
    return f"{address}?{urlencode(query)}" if query else address


def acknowledge(request: HttpRequest, row: IncidentRow) -> Done:
    actions.acknowledge(row.id, actor=actor_of(request), via="screen")
    return Done(text=gettext("You have %(key)s. Nobody more is paged for it.") % {"key": row.key})


def begin(request: HttpRequest, row: IncidentRow) -> Done:
    actions.begin_work(row.id, actor=actor_of(request), via="screen")
    return Done(text=gettext("Work on %(key)s has begun.") % {"key": row.key})


def command(request: HttpRequest, row: IncidentRow) -> Done:
    actor = actor_of(request)
    actions.take_command(row.id, person_by_uuid(actor.id), actor=actor, via="screen")
    return Done(text=gettext("You are in command of %(key)s.") % {"key": row.key})


def watch(request: HttpRequest, row: IncidentRow) -> Done:
    actions.watch(row.id, actor=actor_of(request))
    undo = _address(row, "begin")
    return Done(text=gettext("%(key)s is being watched.") % {"key": row.key}, undo=undo)


def resolve(request: HttpRequest, row: IncidentRow) -> Done:
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    actions.resolve(row.id, actor=actor_of(request), reason=reason)
    said = gettext("%(key)s is resolved; its pages have stopped.") % {"key": row.key}
    return Done(text=said, undo=_address(row, "reopen"))


def reopen(request: HttpRequest, row: IncidentRow) -> Done:
    actions.reopen(row.id, actor=actor_of(request))
    return Done(text=gettext("%(key)s is open again. Nobody is paged by this.") % {"key": row.key})


def severity(request: HttpRequest, row: IncidentRow) -> Done:
    form = SeverityForm(request.POST, current=row.severity)
    if not form.is_valid():
        raise InvalidInput("Choose a severity and say why it changes.")
    values = form.cleaned_data
    actions.set_severity(row.id, int(values["severity"]), reason=values["reason"], actor=actor_of(request))
    return Done(text=gettext("%(key)s is now SEV %(level)s.") % {"key": row.key, "level": values["severity"]})


def assign(request: HttpRequest, row: IncidentRow) -> Done:
    actor = actor_of(request)
    form = AssignForm(request.POST, people=people(actor))
    if not form.is_valid():
        raise InvalidInput("Choose somebody from the list.")
    login = form.cleaned_data["assignee"]
    person = person_by_login(login) if login else None
    actions.assign(row.id, person, actor=actor)
    if person is None:
        return Done(text=gettext("Nobody has %(key)s any more.") % {"key": row.key})
    return Done(text=gettext("%(name)s has %(key)s now.") % {"name": person.name, "key": row.key})


def page(request: HttpRequest, row: IncidentRow) -> Done:
    actor = actor_of(request)
    form = PageForm(request.POST, teams=teams(actor), people=people(actor))
    if not form.is_valid():
        raise InvalidInput("Choose a team or a person from the list.")
    kind, _, key = form.cleaned_data["whom"].partition(":")
    if kind == "team":
        team = team_by_key(key)
        actions.page_team(row.id, team, actor=actor)
        return Done(text=gettext("Paging whoever is on call in %(name)s.") % {"name": team.name}, anchor="responders")
    person = person_by_login(key)
    actions.page_person(row.id, person, actor=actor)
    return Done(text=gettext("Paging %(name)s.") % {"name": person.name}, anchor="responders")


def escalate(request: HttpRequest, row: IncidentRow) -> Done:
    try:
        wanted = UUID(request.GET.get("page", ""))
    except ValueError:
        raise InvalidInput("Say which page to escalate.") from None
    actions.escalate(row.id, wanted, actor=actor_of(request))
    return Done(text=gettext("The next on the ladder is being paged."), anchor="responders")


def comment(request: HttpRequest, row: IncidentRow) -> Done:
    form = CommentForm(request.POST)
    if not form.is_valid():
        raise InvalidInput("Write something first.")
    actions.comment(row.id, form.cleaned_data["body"], actor=actor_of(request))
    return Done(text="", anchor="timeline")


def confirm_cause(request: HttpRequest, row: IncidentRow) -> Done:
    """The named cause, or `service` of the suspects."""
    service = request.POST.get("service", "")
    actions.confirm_cause(row.id, service_key=service, actor=actor_of(request))
    undo = _address(row, "withdraw-cause", service=row.cause)
    return Done(
        text=gettext("Cause confirmed: %(cause)s.") % {"cause": service or row.cause}, anchor="cause", undo=undo
    )


def reject_cause(request: HttpRequest, row: IncidentRow) -> Done:
    detail = actions.reject_cause(row.id, actor=actor_of(request))
    now = detail.cause.key if detail.cause else ""
    told = {"rejected": row.cause, "cause": now}
    if now == row.cause:
        text = gettext("It is not %(rejected)s; nothing else is suspected.") % told
    else:
        text = gettext("It is not %(rejected)s; %(cause)s is suspected now.") % told
    return Done(text=text, anchor="cause", undo=_address(row, "withdraw-cause", service=row.cause))


def withdraw_cause(request: HttpRequest, row: IncidentRow) -> Done:
    service = request.GET.get("service", "")
    actions.withdraw_verdict(row.id, service_key=service, actor=actor_of(request))
    return Done(text=gettext("Taken back: the cause is a proposal again."), anchor="cause")


VERBS: Mapping[str, Verb] = {
    "acknowledge": acknowledge,
    "begin": begin,
    "command": command,
    "watch": watch,
    "resolve": resolve,
    "reopen": reopen,
    "severity": severity,
    "assign": assign,
    "page": page,
    "escalate": escalate,
    "comment": comment,
    "confirm-cause": confirm_cause,
    "reject-cause": reject_cause,
    "withdraw-cause": withdraw_cause,
}
"""By the last part of the address."""
