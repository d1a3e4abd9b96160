"""Opsgenie's Maintenance API: Tocsin's maintenance windows, under its names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import msgspec

from tocsin.accounts.queries import teams as known_teams
from tocsin.accounts.rules import ENGINE
from tocsin.alerts import actions, queries
from tocsin.alerts.actions import MaintenanceDetails
from tocsin.alerts.intake.decoding import decoded
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.rules import Scope, WindowState, window_state
from tocsin.alerts.rules.windows import REASON_MOST
from tocsin.core import clock
from tocsin.core.errors import NotFound
from tocsin.gateways.opsgenie.call import Answer, Call, View
from tocsin.paging.queries import policies

if TYPE_CHECKING:
    from tocsin.alerts.models import Silence

TimeType = Literal["for-5-minutes", "for-30-minutes", "for-1-hour", "indefinitely", "schedule"]
_LASTS = {
    "for-5-minutes": timedelta(minutes=5),
    "for-30-minutes": timedelta(minutes=30),
    "for-1-hour": timedelta(hours=1),
}
_STATUS = {
    WindowState.PLANNED: "planned",
    WindowState.RUNNING: "active",
    WindowState.OVER: "past",
    WindowState.CANCELLED: "cancelled",
}
UNNAMED = "Maintenance"
"""What stands for the description that Opsgenie lets be left out."""


class Time(msgspec.Struct, rename="camel"):
    type: TimeType
    start_date: datetime | None = None
    end_date: datetime | None = None


class Entity(msgspec.Struct):
    id: str
    type: Literal["integration", "policy"]


class Rule(msgspec.Struct):
    entity: Entity
    state: Literal["enabled", "disabled"] | None = None


class Body(msgspec.Struct):
    """What is sent to create or update one."""

    time: Time
    rules: list[Rule]
    description: str = ""


class NewEnd(msgspec.Struct, rename="camel"):
    end_date: datetime


_BODY, _NEW_END = msgspec.json.Decoder(Body), msgspec.json.Decoder(NewEnd)


def _create(call: Call) -> Answer:
    details = _details(decoded(_BODY, call.request.body), None)
    row = actions.save_maintenance(details, actor=call.actor)
    return Answer(value={"data": _meta(row)}, status=201)


def _list(call: Call) -> Answer:
    kind = call.choice("type", ("all", "non-expired", "past"))
    rows = queries.windows(call.actor) if kind != "past" else []
    if kind != "non-expired":
        rows += queries.windows(call.actor, over=True)
    return Answer(value={"data": [_meta(row) for row in rows]})


def _get(call: Call) -> Answer:
    row = _named(call)
    return Answer(value={"data": _meta(row) | {"rules": _rules(row)}})


def _update(call: Call) -> Answer:
    before = _named(call)
    details = _details(decoded(_BODY, call.request.body), before)
    return Answer(value={"data": _meta(actions.save_maintenance(details, actor=call.actor))})


def _change_end(call: Call) -> Answer:
    until = _utc(decoded(_NEW_END, call.request.body).end_date)
    return Answer(value={"data": _meta(actions.prolong_maintenance(_named(call).key, until=until, actor=call.actor))})


def _cancel(call: Call) -> Answer:
    actions.end_maintenance(_named(call).key, actor=call.actor)
    return Answer(value={"result": "Cancelled"})


def _delete(call: Call) -> Answer:
    actions.remove_maintenance(_named(call).key, actor=call.actor)
    return Answer(value={"result": "Deleted"})


MAINTENANCE_VIEWS: Mapping[str, View] = {
    "create_maintenance": _create,
    "list_maintenance": _list,
    "get_maintenance": _get,
    "update_maintenance": _update,
    "change_end_of_maintenance": _change_end,
    "cancel_maintenance": _cancel,
    "delete_maintenance": _delete,
}


def _named(call: Call) -> Silence:
    try:
        return queries.window_by_id(call.actor, UUID(call.path["id"]))
    except ValueError:
        raise NotFound("There is no such maintenance.") from None


def _details(body: Body, before: Silence | None) -> MaintenanceDetails:
    """What the body asks for. An update keeps what this API has no words for: services, teams whose pages follow no
    policy of theirs, matchers."""
    starts_at, ends_at = _stretch(body.time, before)
    integrations, teams = _covered(body.rules)
    scope = Scope.of(before.scope) if before is not None else Scope()
    teams += _unnamed(scope)
    reason = _line(body.description) or (before.reason if before is not None else UNNAMED)
    return MaintenanceDetails(
        key=before.key if before is not None else MaintenanceDetails.new_key(reason),
        reason=reason,
        starts_at=starts_at,
        ends_at=ends_at,
        services=scope.services,
        dependents=scope.dependents,
        integrations=integrations,
        teams=teams,
        matchers=before.matchers if before is not None else (),
    )


def _line(description: str) -> str:
    """A description as a reason: on one line, and not longer than one may be. A NUL is left in it, to be refused."""
    line = " ".join(description.split())
    return "".join(each for each in line if each.isprintable() or each == "\0")[:REASON_MOST].strip()


def _stretch(time: Time, before: Silence | None) -> tuple[datetime, datetime | None]:
    """From when until when. One that began already keeps its beginning, and so does one that stays without an end."""
    now = clock.now()
    if time.type == "schedule":
        if time.start_date is None or time.end_date is None:
            raise Refusal("a schedule needs startDate and endDate")
        return _utc(time.start_date), _utc(time.end_date)
    is_endless = time.type == "indefinitely"
    is_kept = before is not None and (before.starts_at <= now or (is_endless and before.ends_at is None))
    began = before.starts_at if before is not None and is_kept else now
    return began, None if is_endless else now + _LASTS[time.type]


def _covered(rules: Sequence[Rule]) -> tuple[list[str], list[str]]:
    """The integrations, and the teams whose policies are disabled."""
    if not rules:
        raise Refusal("rules: there must be at least one")
    if any(rule.state == "enabled" for rule in rules):
        raise Refusal("rules: Tocsin's integrations and policies are always enabled; a maintenance disables them")
    integrations, teams = list[str](), list[str]()
    for rule in rules:
        if rule.entity.type == "integration":
            integrations.append(_known(rule.entity.id, _integrations(), "integration"))
        elif rule.state is None:
            raise Refusal("rules: the state of a policy must be given")
        else:
            teams.append(_known(rule.entity.id, _policies(), "policy"))
    return integrations, teams


def _integrations() -> dict[str, str]:
    """Keys by what an integration may be called: its id or its key."""
    rows = queries.integrations(ENGINE)
    return {row.key: row.key for row in rows} | {str(row.id): row.key for row in rows}


def _policies() -> dict[str, str]:
    """Teams by the key of the policy that pages to them follow."""
    return {policy.key: policy.team.key for policy in policies(ENGINE) if policy.own}


def _unnamed(scope: Scope) -> list[str]:
    """The teams of a window that no rule of this API can name."""
    named = set(_policies().values())
    return [team.key for team in known_teams(ENGINE) if team.key in scope.teams and team.key not in named]


def _known(entity: str, known: Mapping[str, str], what: str) -> str:
    if entity not in known:
        raise Refusal(f"rules: there is no {what} {entity[:80]} that could be disabled")
    return known[entity]


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise Refusal("time: a date needs its offset from UTC")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Refusal("time: a date is out of range") from None


def _meta(row: Silence) -> dict[str, Any]:
    ends_at = min(filter(None, (row.ended_at, row.ends_at)), default=None)
    time = {"type": "schedule" if row.ends_at else "indefinitely", "startDate": _stamp(row.starts_at)}
    state = window_state(starts_at=row.starts_at, ends_at=row.ends_at, ended_at=row.ended_at, now=clock.now())
    return {
        "id": str(row.uuid),
        "status": _STATUS[state],
        "description": row.reason,
        "time": time | ({"endDate": _stamp(max(ends_at, row.starts_at))} if ends_at else {}),
    }


def _rules(row: Silence) -> list[dict[str, Any]]:
    scope = Scope.of(row.scope)
    ids = {each.key: str(each.id) for each in queries.integrations(ENGINE)}
    own = {team: policy for policy, team in _policies().items()}
    named = [("integration", ids[key]) for key in scope.integrations if key in ids]
    named += [("policy", own[key]) for key in scope.teams if key in own]
    return [{"state": "disabled", "entity": {"type": kind, "id": entity}} for kind, entity in named]


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
