"""Whom a step wakes: asks who is on call, who is active and who can be reached; `rules.choose` decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from tocsin.accounts.queries import administrators, people_by_uuid
from tocsin.channels.models import Contact
from tocsin.channels.queries import usable_contacts
from tocsin.oncall.queries import Duty, on_call_for
from tocsin.oncall.rules import ReasonKind
from tocsin.paging.rules import Candidate, Choice, Ladder, LastCall, Place, Target, TargetKind, Why, choose, last_call

if TYPE_CHECKING:
    from tocsin.accounts.models import Person, Team


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """A choice with the rows behind it: people by UUID, contacts by person's id, best first."""

    choice: Choice
    by_uuid: dict[UUID, Person]
    contacts: dict[int, list[Contact]]

    def contacts_of(self, person: UUID) -> list[Contact]:
        return self.contacts.get(self.by_uuid[person].id, [])


def people_at(ladder: Ladder, place: Place, team: Team, at: datetime) -> People:
    """Whom the step that a page to `team` stands on wakes at an instant, and why.

    The first of the last calls is for whoever is on call by then too: that may be another than in the night.
    """
    known: dict[UUID, Person] = {}
    last = last_call(ladder, place)
    targets = ladder.steps[0 if last is not None else place.step].targets
    candidates = [_candidate(target, at, known) for target in targets]
    lead, administrators = _lead(team, known), _administrators(known)
    if last is LastCall.LEAD:
        return _chosen([*candidates, *lead], [administrators], known)
    if last is LastCall.ADMINISTRATORS:
        return _chosen(administrators, [[*lead, *candidates]], known)
    return _chosen(candidates, [lead, administrators], known)


def _chosen(candidates: list[Candidate], fallback: list[list[Candidate]], known: dict[UUID, Person]) -> People:
    contacts = usable_contacts(person.id for person in known.values())
    reachable = frozenset(uuid for uuid, person in known.items() if person.id in contacts)
    choice = choose(candidates, reachable=reachable, fallback=fallback)
    return People(choice=choice, by_uuid=known, contacts=contacts)


def one_person(person: Person, why: Why) -> People:
    """A choice of one, made by somebody."""
    candidate = Candidate(person=person.uuid, why=why)
    contacts = usable_contacts([person.id])
    choice = choose([candidate], reachable=frozenset({person.uuid} if contacts else ()), fallback=())
    return People(choice=choice, by_uuid={person.uuid: person}, contacts=contacts)


def _candidate(target: Target, at: datetime, known: dict[UUID, Person]) -> Candidate:
    if target.kind is TargetKind.PERSON:
        person = people_by_uuid([target.id]).get(target.id)
        if person is None:
            return Candidate(person=None, why=Why.GONE, params={"person": str(target.id)})
        known[person.uuid] = person
        return Candidate(person=person.uuid, why=Why.NAMED if person.is_active else Why.INACTIVE)
    duty = on_call_for(target.id, at)
    if duty is None:
        return Candidate(person=None, why=Why.GONE, params={"rotation": str(target.id)})
    return _on_duty(duty, known)


def _on_duty(duty: Duty, known: dict[UUID, Person]) -> Candidate:
    params = {"rotation": duty.rotation.key, "rotation_name": duty.rotation.name}
    if duty.inactive is not None:
        known[duty.inactive.uuid] = duty.inactive
        return Candidate(person=duty.inactive.uuid, why=Why.INACTIVE, params=params)
    if duty.person is None:
        return Candidate(person=None, why=Why.NOBODY_ON_CALL, params=params | {"because": duty.because.kind.value})
    known[duty.person.uuid] = duty.person
    if duty.until is not None:
        params["until"] = duty.until.isoformat()
    why = Why.OVERRIDE if duty.because.kind is ReasonKind.OVERRIDE else Why.ON_CALL
    return Candidate(person=duty.person.uuid, why=why, params=params)


def _lead(team: Team, known: dict[UUID, Person]) -> list[Candidate]:
    if team.lead is None or not team.lead.is_active:
        return []
    return _all([team.lead], Why.TEAM_LEAD, known)


def _administrators(known: dict[UUID, Person]) -> list[Candidate]:
    return _all(administrators(), Why.ADMINISTRATOR, known)


def _all(people: list[Person], why: Why, known: dict[UUID, Person]) -> list[Candidate]:
    known.update((person.uuid, person) for person in people)
    return [Candidate(person=person.uuid, why=why) for person in people]
