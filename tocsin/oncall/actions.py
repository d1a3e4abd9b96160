"""Changing rotations and who stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import available_timezones

from django.db import transaction

from tocsin.accounts.queries import people_by_login, person_by_login, require_of_owners, team_by_key
from tocsin.accounts.rules import Actor, Verb
from tocsin.core import clock, live
from tocsin.core.errors import InvalidInput, NotFound
from tocsin.journal.actions import record
from tocsin.oncall import facts
from tocsin.oncall.models import Override, Rotation, RotationMember
from tocsin.oncall.queries import rotation_ref
from tocsin.oncall.rules import Weekday

_zones = cache(available_timezones)
"""Finding the zones walks a folder: once a process is enough."""

if TYPE_CHECKING:
    from tocsin.accounts.models import Person, Team


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideDetails:
    """`person` is a login; stamps have a zone."""

    person: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationDetails:
    """A rotation as wanted. `participants` are logins in the order of turns; `overrides` None leaves them alone."""

    key: str
    name: str
    team: str
    zone: str
    handoff_weekday: Weekday
    handoff_time: time
    starts_on: date
    participants: tuple[str, ...]
    overrides: tuple[OverrideDetails, ...] | None = None


@transaction.atomic
def save_rotation(details: RotationDetails, *, actor: Actor) -> Rotation:
    """Add a rotation, or change the one with that key. Unchanged details write nothing."""
    team = team_by_key(details.team)
    row = Rotation.objects.select_for_update().filter(key=details.key).first()
    require_of_owners(actor, Verb.CONFIGURE, team.id, row.team_id if row else team.id)
    if details.zone not in _zones():
        raise InvalidInput(
            "Rotation “{key}”: “{zone}” is not an IANA zone such as Europe/Warsaw.", key=details.key, zone=details.zone
        )
    people = _people(details)
    created = row is None
    row = row or Rotation(key=details.key)
    changed = _apply(row, details, team, created=created)
    if changed:
        row.save()
    changed += _apply_members(row, [people[login] for login in details.participants])
    if details.overrides is not None:
        changed += _apply_overrides(row, details.overrides, people)
    if changed:
        fact = facts.RotationSaved(key=row.key, created=created, changed=changed)
        record(fact, actor=actor, subject=rotation_ref(row))
        live.publish(["oncall"])
    return row


def _people(details: RotationDetails) -> dict[str, Person]:
    wanted = {*details.participants, *(override.person for override in details.overrides or ())}
    people = people_by_login(wanted)
    for login in sorted(wanted - people.keys()):
        raise InvalidInput(
            "Rotation “{key}”: there is no active person with the login “{login}”.", key=details.key, login=login
        )
    return people


def _apply(row: Rotation, details: RotationDetails, team: Team, *, created: bool) -> list[str]:
    values = {
        "name": details.name,
        "team": team,
        "zone": details.zone,
        "handoff_weekday": int(details.handoff_weekday),
        "handoff_time": details.handoff_time,
        "starts_on": details.starts_on,
        "removed_at": None,
    }
    changed = [name for name, value in values.items() if created or getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _apply_members(row: Rotation, people: Sequence[Person]) -> list[str]:
    wanted = [person.id for person in people]
    if list(row.members.order_by("position").values_list("person_id", flat=True)) == wanted:
        return []
    row.members.all().delete()
    RotationMember.objects.bulk_create(
        RotationMember(rotation=row, person_id=person_id, position=position)
        for position, person_id in enumerate(wanted)
    )
    return ["participants"]


def _apply_overrides(row: Rotation, overrides: Sequence[OverrideDetails], people: dict[str, Person]) -> list[str]:
    wanted = {(people[each.person].id, each.starts_at, each.ends_at) for each in overrides}
    have = {(each.person_id, each.starts_at, each.ends_at): each.id for each in row.overrides.all()}
    if wanted == have.keys():
        return []
    Override.objects.filter(id__in=[have[span] for span in have.keys() - wanted]).delete()
    for person_id, starts_at, ends_at in sorted(wanted - have.keys()):
        _insert_override(row, person_id, starts_at, ends_at)
    return ["overrides"]


def _insert_override(row: Rotation, person_id: int, starts_at: datetime, ends_at: datetime) -> Override:
    if ends_at <= starts_at:
        raise InvalidInput("Rotation “{key}”: an override ends after it starts.", key=row.key)
    return Override.objects.create(rotation=row, person_id=person_id, starts_at=starts_at, ends_at=ends_at)


@transaction.atomic
def remove_rotation(key: str, *, actor: Actor) -> None:
    """Take a rotation away. Pages that are running and named it pass it over; saving it again brings it back."""
    row = _locked(key)
    require_of_owners(actor, Verb.CONFIGURE, row.team_id)
    row.removed_at = clock.now()
    row.save(update_fields=["removed_at"])
    record(facts.RotationRemoved(key=key), actor=actor, subject=rotation_ref(row))
    live.publish(["oncall"])


@transaction.atomic
def add_override(key: str, details: OverrideDetails, *, actor: Actor) -> Override:
    """Let somebody stand in. The newest override wins where two overlap. Anybody in the team may arrange it."""
    row = _locked(key)
    require_of_owners(actor, Verb.CONFIGURE, row.team_id)
    person = person_by_login(details.person)
    override = _insert_override(row, person.id, details.starts_at, details.ends_at)
    fact = facts.OverrideAdded(key=key, **_span(override, person))
    record(fact, actor=actor, subject=rotation_ref(row))
    live.publish(["oncall"])
    return override


@transaction.atomic
def remove_override(override_uuid: UUID, *, actor: Actor) -> None:
    """Give the duty back to whoever has the turn."""
    override = Override.objects.select_related("rotation", "person").filter(uuid=override_uuid).first()
    if override is None:
        raise NotFound("There is no such override.")
    row = _locked(override.rotation.key)
    require_of_owners(actor, Verb.CONFIGURE, row.team_id)
    fact = facts.OverrideRemoved(key=row.key, **_span(override, override.person))
    override.delete()
    record(fact, actor=actor, subject=rotation_ref(row))
    live.publish(["oncall"])


def _locked(key: str) -> Rotation:
    row = Rotation.objects.select_for_update().filter(key=key, removed_at__isnull=True).first()
    if row is None:
        raise NotFound("There is no rotation “{key}”.", key=key)
    return row


def _span(override: Override, person: Person) -> dict[str, str]:
    return {
        "person": str(person.uuid),
        "starts_at": override.starts_at.isoformat(),
        "ends_at": override.ends_at.isoformat(),
    }
