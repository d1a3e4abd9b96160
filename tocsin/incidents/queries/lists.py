"""Incidents in lists, and one by its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from tocsin.accounts.queries import require_visible, visible_teams
from tocsin.accounts.rules import Actor
from tocsin.core.errors import NotFound
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.queries.refs import incident_ref
from tocsin.incidents.rules import WORKFLOW, CauseState, Clock, IncidentState, Origin
from tocsin.items.queries import scope_of
from tocsin.items.rules import Category, moves_from, parse_human_key
from tocsin.paging.queries import exhausted_about


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFilter:
    """Which incidents are wanted; an empty field asks for nothing. `at_least`: this severity or graver."""

    open_only: bool = False
    state: str = ""
    at_least: int = 5
    team: str = ""
    assignee: str = ""
    service: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A person as lists show them."""

    login: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """An incident in a list. `place` orders lists; `moves` are the transitions it may take now.

    `unanswered`: it is paged for, and in all rounds of the policy nobody has answered.

    `sentence` is `{kind, params}`: what failed, what it touches, since when, to be put into the reader's words.
    """

    place: int
    id: UUID
    key: str
    title: str
    description: str
    state: IncidentState
    is_open: bool
    unanswered: bool
    severity: int
    origin: Origin
    team: str
    team_name: str
    team_id: UUID | None
    assignee: Who | None
    commander: Who | None
    cause: str
    cause_name: str
    cause_state: CauseState
    confidence: float
    sentence: dict[str, Any]
    group: UUID | None
    clock: Clock
    opened_at: datetime
    resolved_at: datetime | None
    moves: tuple[str, ...]


def incidents(
    actor: Actor, wanted: IncidentFilter, *, before: int | None = None, limit: int = 100
) -> tuple[list[IncidentRow], int | None]:
    """Incidents this actor may see, newest first. Returns the rows and the `before` of the next stretch, or None."""
    rows = _filtered(_rows().filter(visible_teams(actor, "item__team")), wanted)
    if before is not None:
        rows = rows.filter(item_id__lt=before)
    found = list(rows.order_by("-item_id")[: limit + 1])
    shown = found[:limit]
    return rows_of(shown), shown[-1].item_id if len(found) > limit else None


def incident_by_key(actor: Actor, key: str) -> IncidentRow:
    """The incident INC-12, when this actor may see it."""
    return row_of(detail_by_key(actor, key))


def incident_by_uuid(actor: Actor, uuid: UUID) -> IncidentRow:
    """The incident that other rooms know by this UUID, when this actor may see it."""
    detail = _rows().filter(item__uuid=uuid).first()
    if detail is None:
        raise NotFound("There is no such incident.")
    require_visible(actor, scope_of(detail.item), "There is no such incident.")
    return row_of(detail)


def open_incidents(actor: Actor) -> int:
    """How many incidents this actor may see are not resolved."""
    return _rows().filter(visible_teams(actor, "item__team")).exclude(item__category=Category.DONE).count()


def detail_by_key(actor: Actor, key: str) -> IncidentDetail:
    """The row of an incident this actor may see."""
    parsed = parse_human_key(key)
    if parsed is None:
        raise NotFound("“{key}” is no key of an incident; one looks like INC-12.", key=key)
    detail = _rows().filter(item__project__key=parsed[0], item__number=parsed[1]).first()
    if detail is None:
        raise NotFound("There is no incident {key}.", key=key.upper())
    require_visible(actor, scope_of(detail.item), "There is no such incident.")
    return detail


def _rows() -> QuerySet[IncidentDetail]:
    return IncidentDetail.objects.select_related("item__project", "item__team", "item__assignee", "cause", "commander")


def _filtered(rows: QuerySet[IncidentDetail], wanted: IncidentFilter) -> QuerySet[IncidentDetail]:
    exact = {
        "item__state": wanted.state,
        "item__team__key": wanted.team,
        "item__assignee__login": wanted.assignee,
        "cause__key": wanted.service,
    }
    rows = rows.filter(severity__lte=wanted.at_least, **{field: value for field, value in exact.items() if value})
    if wanted.open_only:
        rows = rows.exclude(item__category=Category.DONE)
    return rows.filter(item__title__icontains=wanted.search) if wanted.search else rows


def row_of(detail: IncidentDetail) -> IncidentRow:
    """The row as the head of the screen shows it."""
    return rows_of([detail])[0]


def rows_of(details: Sequence[IncidentDetail]) -> list[IncidentRow]:
    """The rows as lists show them."""
    unanswered = exhausted_about(incident_ref(detail.item.uuid) for detail in details)
    return [_row(detail, unanswered=incident_ref(detail.item.uuid) in unanswered) for detail in details]


def _row(detail: IncidentDetail, *, unanswered: bool) -> IncidentRow:
    item, cause, team = detail.item, detail.cause, detail.item.team
    return IncidentRow(
        place=item.id,
        id=item.uuid,
        key=item.key,
        title=item.title,
        description=item.description,
        state=IncidentState(item.state),
        is_open=item.category != Category.DONE,
        unanswered=unanswered,
        severity=detail.severity,
        origin=Origin(detail.origin),
        team=team.key if team else "",
        team_name=team.name if team else "",
        team_id=team.uuid if team else None,
        assignee=Who(login=item.assignee.login, name=item.assignee.name) if item.assignee else None,
        commander=Who(login=detail.commander.login, name=detail.commander.name) if detail.commander else None,
        cause=cause.key if cause else "",
        cause_name=cause.name if cause else "",
        cause_state=CauseState(detail.cause_state),
        confidence=detail.confidence,
        sentence=detail.sentence,
        group=detail.group_id,
        clock=detail.clock,
        opened_at=item.created_at,
        resolved_at=detail.resolved_at,
        moves=moves_from(WORKFLOW, item.state),
    )
