"""Reading rotations: who is on call now, at any instant, and in any span. The deciding is done by `rules`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from tocsin.accounts.queries import require_visible, visible_teams
from tocsin.accounts.rules import Actor, Scope
from tocsin.core import clock
from tocsin.core.errors import NotFound
from tocsin.core.refs import Ref
from tocsin.oncall import rules
from tocsin.oncall.models import Override, Rotation, RotationMember

if TYPE_CHECKING:
    from tocsin.accounts.models import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Who is on call in a rotation from `since` up to `until` (None: unbounded), and because of what.

    `person` None: nobody, or somebody who is no longer active (`inactive` then names them).
    """

    rotation: Rotation
    person: Person | None
    inactive: Person | None
    since: datetime | None
    until: datetime | None
    because: rules.Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCallNow:
    """One line of "on call now": the duty that runs, and the one that follows it (None: nothing changes)."""

    now: Duty
    following: Duty | None


def rotation_ref(rotation: Rotation) -> Ref:
    return Ref("oncall.rotation", rotation.uuid)


def rotations(actor: Actor) -> list[Rotation]:
    """The rotations this actor may see, by team and name, with participants and overrides."""
    return list(_rows().filter(visible_teams(actor), removed_at__isnull=True).order_by("team__name", "name"))


def rotation_by_key(actor: Actor, key: str) -> Rotation:
    """One rotation this actor may see."""
    row = _rows().filter(key=key, removed_at__isnull=True).first()
    if row is None:
        raise NotFound("There is no rotation “{key}”.", key=key)
    require_visible(actor, Scope(team_ids=frozenset({row.team_id})), "There is no such rotation.")
    return row


def on_call_now(actor: Actor, *, at: datetime | None = None) -> list[OnCallNow]:
    """Who is on call in every rotation the actor may see, now or at another instant, and who follows."""
    at = at or clock.now()
    return [now_and_next(row, at) for row in rotations(actor)]


def now_and_next(row: Rotation, at: datetime) -> OnCallNow:
    """Who is on call in a loaded rotation at an instant, and who follows."""
    duty = duty_of(row, at)
    return OnCallNow(now=duty, following=duty_of(row, duty.until) if duty.until else None)


def on_call_for(rotation_uuid: UUID, at: datetime) -> Duty | None:
    """For the engine: who is on call there at an instant; None when the rotation is gone."""
    row = _rows().filter(uuid=rotation_uuid, removed_at__isnull=True).first()
    return duty_of(row, at) if row else None


def rotation_uuids(keys: Iterable[str]) -> dict[str, UUID]:
    """For rooms that refer to rotations: the UUIDs of those that exist, by key."""
    rows = Rotation.objects.filter(key__in=list(keys), removed_at__isnull=True)
    return dict(rows.values_list("key", "uuid"))


def rotation_labels(uuids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """Key and name of those rotations that exist, by UUID."""
    rows = Rotation.objects.filter(uuid__in=list(uuids), removed_at__isnull=True)
    return {uuid: (key, name) for uuid, key, name in rows.values_list("uuid", "key", "name")}


def duty_of(row: Rotation, at: datetime) -> Duty:
    """Who is on call in a loaded rotation at an instant."""
    return _duty(row, rules.on_call_at(as_rules(row), at), _people(row))


def shifts(row: Rotation, starts_at: datetime, ends_at: datetime) -> list[Duty]:
    """Who is on call in a loaded rotation between two instants: no holes, no overlaps."""
    people = _people(row)
    return [_duty(row, shift, people) for shift in rules.shifts(as_rules(row), starts_at, ends_at)]


def as_rules(row: Rotation) -> rules.Rotation:
    """The row as the pure rules know it. Overrides stand in the order they were made: the newest wins."""
    return rules.Rotation(
        zone=row.zone,
        handoff=rules.Handoff(weekday=rules.Weekday(row.handoff_weekday), time=row.handoff_time),
        starts_on=row.starts_on,
        participants=tuple(member.person_id for member in row.members.all()),
        overrides=tuple(
            rules.Override(person=each.person_id, starts_at=each.starts_at, ends_at=each.ends_at)
            for each in row.overrides.all()
        ),
    )


def _duty(row: Rotation, answer: rules.OnCall, people: dict[rules.PersonId, Person]) -> Duty:
    person = people[answer.person] if answer.person is not None else None
    active = person is not None and person.is_active
    return Duty(
        rotation=row,
        person=person if active else None,
        inactive=None if active else person,
        since=answer.since,
        until=answer.until,
        because=answer.because,
    )


def _people(row: Rotation) -> dict[rules.PersonId, Person]:
    people: dict[rules.PersonId, Person] = {member.person_id: member.person for member in row.members.all()}
    return people | {each.person_id: each.person for each in row.overrides.all()}


def _rows() -> QuerySet[Rotation]:
    return Rotation.objects.select_related("team").prefetch_related(
        Prefetch("members", RotationMember.objects.select_related("person").order_by("position")),
        Prefetch("overrides", Override.objects.select_related("person").order_by("id")),
    )
