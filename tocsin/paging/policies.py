"""Changing policies. A page that runs keeps the ladder it was opened with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from tocsin.accounts.queries import people_by_login, require_of_owners, team_by_key
from tocsin.accounts.rules import Actor, Verb
from tocsin.core import clock, live
from tocsin.core.errors import InvalidInput, NotFound
from tocsin.core.refs import Ref
from tocsin.journal.actions import record
from tocsin.oncall.queries import rotation_uuids
from tocsin.paging import facts
from tocsin.paging.models import Policy
from tocsin.paging.rules import TargetKind


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetDetails:
    """A rotation by key, or a person by login: exactly one of them."""

    rotation: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDetails:
    """Due `after_s` seconds after the page was opened or repeated."""

    after_s: int
    notify: tuple[TargetDetails, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDetails:
    """A policy as wanted; `repeat` more rounds when nobody answers."""

    key: str
    name: str
    team: str
    steps: tuple[StepDetails, ...]
    repeat: int = 0


@transaction.atomic
def save_policy(details: PolicyDetails, *, actor: Actor) -> Policy:
    """Add a policy, or change the one with that key. Unchanged details write nothing."""
    team = team_by_key(details.team)
    row = Policy.objects.select_for_update().filter(key=details.key).first()
    require_of_owners(actor, Verb.CONFIGURE, team.id, row.team_id if row else team.id)
    _check(details)
    values = {
        "name": details.name,
        "team": team,
        "repeat": details.repeat,
        "steps": _steps(details),
        "removed_at": None,
    }
    created = row is None
    row = row or Policy(key=details.key, version=0)
    changed = [name for name, value in values.items() if created or getattr(row, name) != value]
    if changed:
        for name in changed:
            setattr(row, name, values[name])
        row.version, row.updated_at = row.version + 1, clock.now()
        row.save()
        fact = facts.PolicySaved(key=row.key, created=created, version=row.version, changed=changed)
        record(fact, actor=actor, subject=policy_ref(row))
        live.publish(["oncall"])
    return row


@transaction.atomic
def remove_policy(key: str, *, actor: Actor) -> None:
    """Take a policy away; pages that run keep their ladder, and saving it again brings it back."""
    row = Policy.objects.select_for_update().filter(key=key, removed_at__isnull=True).first()
    if row is None:
        raise NotFound("There is no policy “{key}”.", key=key)
    require_of_owners(actor, Verb.CONFIGURE, row.team_id)
    row.removed_at = clock.now()
    row.save(update_fields=["removed_at"])
    record(facts.PolicyRemoved(key=key), actor=actor, subject=policy_ref(row))


def policy_ref(policy: Policy) -> Ref:
    return Ref("paging.policy", policy.uuid)


def _check(details: PolicyDetails) -> None:
    key = details.key
    delays = [step.after_s for step in details.steps]
    if not delays:
        raise InvalidInput("Policy “{key}” needs at least one step.", key=key)
    if delays[0] < 0 or delays != sorted(delays):
        raise InvalidInput(
            "Policy “{key}”: after_s counts from the beginning of the round, so it never goes down.", key=key
        )
    if not 0 <= details.repeat <= 20:
        raise InvalidInput("Policy “{key}”: repeat is between 0 and 20.", key=key)
    if any(not step.notify for step in details.steps):
        raise InvalidInput("Policy “{key}”: each step says whom to notify.", key=key)


def _steps(details: PolicyDetails) -> list[dict[str, Any]]:
    """The steps as stored: targets by UUID, so that a renamed login or key still means the same."""
    targets = [target for step in details.steps for target in step.notify]
    rotations = rotation_uuids(each.rotation for each in targets)
    people = {login: person.uuid for login, person in people_by_login(each.person for each in targets).items()}
    return [
        {
            "after_s": step.after_s,
            "targets": [_target(details.key, target, rotations, people) for target in step.notify],
        }
        for step in details.steps
    ]


def _target(key: str, target: TargetDetails, rotations: dict[str, UUID], people: dict[str, UUID]) -> dict[str, str]:
    if bool(target.rotation) == bool(target.person):
        raise InvalidInput("Policy “{key}”: a target is either a rotation or a person.", key=key)
    if target.rotation:
        if target.rotation not in rotations:
            raise InvalidInput("Policy “{key}”: there is no rotation “{rotation}”.", key=key, rotation=target.rotation)
        return {"kind": TargetKind.ROTATION.value, "id": str(rotations[target.rotation])}
    if target.person not in people:
        raise InvalidInput(
            "Policy “{key}”: there is no active person with the login “{login}”.", key=key, login=target.person
        )
    return {"kind": TargetKind.PERSON.value, "id": str(people[target.person])}
