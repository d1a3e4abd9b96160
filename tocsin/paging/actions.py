"""Opening, answering, stopping and moving pages; the doors of the ticker, the auditor and the policies too."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Q, QuerySet

from tocsin.accounts.queries import actor_for_person, keyring, person_by_uuid, require
from tocsin.accounts.rules import Actor, ActorKind, Scope, Verb
from tocsin.channels.rules import DeliveryState
from tocsin.core import clock, live
from tocsin.core.errors import Conflict, NotFound
from tocsin.core.refs import Ref
from tocsin.journal.actions import record
from tocsin.journal.facts import Fact
from tocsin.paging import facts
from tocsin.paging.audit import audit
from tocsin.paging.choosing import one_person
from tocsin.paging.ladders import ladder_from, ladder_of, person_first, place_of, policy_of, put
from tocsin.paging.links import read_token
from tocsin.paging.models import Notification, Page, Policy
from tocsin.paging.policies import PolicyDetails, StepDetails, TargetDetails, remove_policy, save_policy
from tocsin.paging.rules import (
    UNANSWERED,
    Because,
    Ladder,
    Move,
    PageState,
    Purpose,
    Sentence,
    SentenceKind,
    StopReason,
    Urgency,
    Why,
    first_place,
    hastened,
    next_step_now,
)
from tocsin.paging.telling import tell_again, wake
from tocsin.paging.ticker import carry_out, live_topic, run_due, step_taken

if TYPE_CHECKING:
    from tocsin.accounts.models import Person, Team

__all__ = [
    "PolicyDetails",
    "StepDetails",
    "TargetDetails",
    "acknowledge_by_link",
    "acknowledge_for",
    "acknowledge_page",
    "audit",
    "escalate_now",
    "hasten",
    "leave_page",
    "move_page",
    "open_page",
    "page_again",
    "page_person",
    "remove_policy",
    "retell",
    "run_due",
    "save_policy",
    "stop_for",
]

_ALIVE = ~Q(state=PageState.STOPPED)
_LAST_WORDS = {StopReason.RESOLVED: SentenceKind.RESOLVED, StopReason.MERGED: SentenceKind.MERGED}


@transaction.atomic
def open_page(*, subject: Ref, team: Team, sentence: Sentence, urgency: Urgency = Urgency.PAGE, actor: Actor) -> Page:
    """Call for a human of `team` about `subject`. The next tick takes the first step.

    There is one living page for each subject and team: asked again, it comes back as it is, answered or not.
    """
    require(actor, Verb.RESPOND, Scope(team_ids=frozenset({team.id})))
    policy = policy_of(team)
    return _open(subject, team, sentence, urgency, policy, ladder_of(policy), actor)[0]


def _open(
    subject: Ref, team: Team, sentence: Sentence, urgency: Urgency, policy: Policy | None, ladder: Ladder, actor: Actor
) -> tuple[Page, bool]:
    now = clock.now()
    page, created = Page.objects.filter(_ALIVE).get_or_create(
        subject_kind=subject.kind,
        subject_id=subject.id,
        team=team,
        defaults={
            "policy": policy,
            "ladder": msgspec.to_builtins(ladder),
            "urgency": urgency,
            "sentence": msgspec.to_builtins(sentence),
            "round_began_at": now,
            "next_step_at": first_place(ladder, now).due_at,
            "opened_at": now,
        },
    )
    if created:
        fact = facts.PageOpened(**_about(page), team=team.key, policy=ladder.policy_key, urgency=urgency)
        _tell_journal(page, fact, actor)
    return page, created


@transaction.atomic
def page_again(*, subject: Ref, team: Team, sentence: Sentence, actor: Actor) -> Page:
    """Somebody asks for whoever is on call in a team. An answered page makes way for a new one, an exhausted one begins
    its ladder again; one that waits for its answer is a Conflict: they are being paged as it is.
    """
    require(actor, Verb.RESPOND, Scope(team_ids=frozenset({team.id})))
    for page in _lock(_subject(subject) & Q(team=team)):
        if page.state == PageState.OPEN:
            raise Conflict("{team} is being paged already: escalate its page to wake the next.", team=team.name)
        if page.state == PageState.EXHAUSTED:
            return escalate_now(page.uuid, actor=actor)
        _stop(page, StopReason.REPEATED, None, actor)
    return open_page(subject=subject, team=team, sentence=sentence, actor=actor)


@transaction.atomic
def page_person(*, subject: Ref, team: Team, person: Person, sentence: Sentence, actor: Actor) -> Page:
    """Call one person at once. If no page of the team is alive, one is opened whose ladder goes on to the team's own
    policy when that person does not answer."""
    require(actor, Verb.RESPOND, Scope(team_ids=frozenset({team.id})))
    policy = policy_of(team)
    ladder = person_first(person.uuid, ladder_of(policy))
    page, created = _open(subject, team, sentence, Urgency.PAGE, policy, ladder, actor)
    if created:
        return page
    page = _lock(Q(id=page.id))[0]
    now = clock.now()
    page.telling += 1  # so that neither the step they are asked at nor a second asking counts as told already
    people = one_person(person, Why.ASKED_FOR)
    if not people.choice.chosen:
        raise Conflict("{name} cannot be reached: add a contact first.", name=person.name)
    wake(page, people, now)
    page.save(update_fields=["telling"])
    _tell_journal(page, step_taken(page, people, Because.ASKED_FOR), actor)
    return page


@transaction.atomic
def acknowledge_page(page_uuid: UUID, *, actor: Actor, via: str) -> Page:
    """Answer a page: nobody more is woken. Answered twice, the first answer stands; a stopped page is a Conflict.

    Whoever the page has woken may answer it, whatever their role.
    """
    page = _one(page_uuid)
    _require_answer(page, actor)
    if page.state == PageState.STOPPED:
        raise Conflict("This page was stopped already: nobody needs to answer it.")
    _acknowledge(page, clock.now(), actor=actor, via=via)
    return page


@transaction.atomic
def acknowledge_by_link(token: str) -> Page:
    """Answer a page by its signed link, as the person it was sent to."""
    link = read_token(keyring(), token)
    if link is None:
        raise NotFound("This link is not one of ours, or it was cut off on its way.")
    person = person_by_uuid(str(link.person))
    if not person.is_active:
        raise NotFound("This link is not valid any more.")
    return acknowledge_page(link.page, actor=actor_for_person(person), via="link")


@transaction.atomic
def acknowledge_for(subject: Ref, *, actor: Actor, via: str) -> list[Page]:
    """Answer every page about a subject that waits for an answer; returns those."""
    pages = [page for page in _lock(_subject(subject)) if page.state in UNANSWERED]
    now = clock.now()
    for page in pages:
        _require_answer(page, actor)
        _acknowledge(page, now, actor=actor, via=via)
    return pages


def _require_answer(page: Page, actor: Actor) -> None:
    woken = actor.kind is ActorKind.PERSON and Notification.objects.filter(page=page, person__uuid=actor.id).exists()
    if not woken:
        require(actor, Verb.RESPOND, Scope(team_ids=frozenset({page.team_id})))


def _acknowledge(page: Page, now: datetime, *, actor: Actor, via: str) -> None:
    if page.state not in UNANSWERED:
        return
    page.state, page.next_step_at = PageState.ACKNOWLEDGED, None
    page.acknowledged_at, page.acknowledged_via = now, via
    page.acknowledged_by, page.acknowledged_by_id = actor.label, actor.id
    page.save()
    waited_s = (now - page.opened_at).total_seconds()
    _tell_journal(page, facts.PageAcknowledged(**_about(page), team=page.team.key, via=via, waited_s=waited_s), actor)


@transaction.atomic
def stop_for(subject: Ref, *, reason: StopReason, actor: Actor, into: str = "") -> list[Page]:
    """Stop every living page about a subject; returns those. Whoever was woken is told of an end, and of what the
    subject goes on as: `into`, the key of the incident it was merged with."""
    pages = _lock(_subject(subject))
    for page in pages:
        require(actor, Verb.RESPOND, Scope(team_ids=frozenset({page.team_id})))
        kind = _LAST_WORDS.get(reason)
        words = Sentence(kind=kind, params=page.sentence["params"] | {"into": into}) if kind else None
        _stop(page, reason, words, actor)
    return pages


def _stop(page: Page, reason: StopReason, words: Sentence | None, actor: Actor) -> None:
    now = clock.now()
    if words is not None:
        tell_again(page, words, Purpose.NOTICE, now)
    page.state, page.next_step_at, page.stopped_at, page.stop_reason = PageState.STOPPED, None, now, reason
    page.save()
    _tell_journal(page, facts.PageStopped(**_about(page), team=page.team.key, why=reason), actor)


@transaction.atomic
def retell(subject: Ref, sentence: Sentence, *, actor: Actor) -> list[Page]:
    """Change what the living pages about a subject say, and tell those they have woken; the same words tell nobody."""
    words = msgspec.to_builtins(sentence)
    pages = [page for page in _lock(_subject(subject)) if page.sentence != words]
    for page in pages:
        require(actor, Verb.RESPOND, Scope(team_ids=frozenset({page.team_id})))
        page.sentence = words
        people = tell_again(page, sentence, Purpose.UPDATE, clock.now())
        page.save(update_fields=["sentence", "telling"])
        _tell_journal(page, facts.PageRetold(**_about(page), sentence=sentence.kind, people=people), actor)
    return pages


@transaction.atomic
def move_page(subject: Ref, team: Team, sentence: Sentence, *, actor: Actor) -> Page:
    """The cause is another team's: page them. Where `team` has a living page, it is told the new sentence instead."""
    leave_page(subject, team, sentence, actor=actor)
    return open_page(subject=subject, team=team, sentence=sentence, actor=actor)


@transaction.atomic
def leave_page(subject: Ref, team: Team, sentence: Sentence, *, actor: Actor) -> None:
    """A subject is a team's from now on: the others' pages that wait for an answer stop, and those woken hear who has
    taken over; pages that somebody has answered say the new sentence."""
    require(actor, Verb.RESPOND, Scope(team_ids=frozenset({team.id})))
    away = Sentence(kind=SentenceKind.MOVED_AWAY, params=sentence.params | {"team": team.name})
    for page in _lock(_subject(subject) & Q(state__in=UNANSWERED) & ~Q(team=team)):
        _stop(page, StopReason.MOVED, away, actor)
    retell(subject, sentence, actor=actor)


@transaction.atomic
def escalate_now(page_uuid: UUID, *, actor: Actor) -> Page:
    """Take the next step of a page at once. An exhausted page begins its ladder again."""
    page = _one(page_uuid)
    require(actor, Verb.RESPOND, Scope(team_ids=frozenset({page.team_id})))
    now = clock.now()
    decision = next_step_now(ladder_from(page), place_of(page), now)
    if decision.move is not Move.TAKE:
        raise Conflict("This page is {state}: only a page that waits for an answer can be escalated.", state=page.state)
    carry_out(page, decision, now, actor=actor)
    return page


@transaction.atomic
def hasten(notification_uuid: UUID, *, actor: Actor) -> bool:
    """A message of a page failed. If none of its step can arrive any more, what follows does not wait for answers."""
    row = Notification.objects.select_related("page").filter(uuid=notification_uuid, purpose=Purpose.PAGE).first()
    if row is None:
        return False
    page = _one(row.page.uuid)
    now = clock.now()
    place = hastened(ladder_from(page), place_of(page), round_taken=row.round, step_taken=row.step, now=now)
    if place is None or _may_arrive(row):
        return False
    put(page, place, now)
    page.save()
    _tell_journal(page, facts.PageHastened(**_about(page), round=row.round, step=row.step), actor)
    return True


def _may_arrive(row: Notification) -> bool:
    lost = (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.DROPPED)
    same_step = Notification.objects.filter(page=row.page, purpose=Purpose.PAGE, round=row.round, step=row.step)
    return same_step.filter(delivery__isnull=False).exclude(delivery__state__in=lost).exists()


def _rows() -> QuerySet[Page]:
    return Page.objects.select_for_update(of=("self",)).select_related("team__lead")


def _one(page_uuid: UUID) -> Page:
    page = _rows().filter(uuid=page_uuid).first()
    if page is None:
        raise NotFound("There is no such page.")
    return page


def _lock(which: Q) -> list[Page]:
    """Living pages, locked in the order of their ids."""
    return list(_rows().filter(which & _ALIVE).order_by("id"))


def _subject(subject: Ref) -> Q:
    return Q(subject_kind=subject.kind, subject_id=subject.id)


def _about(page: Page) -> dict[str, str]:
    return {"about_kind": page.subject_kind, "about_id": str(page.subject_id)}


def _tell_journal(page: Page, fact: Fact, actor: Actor) -> None:
    record(fact, actor=actor, subject=Ref("paging.page", page.uuid))
    live.publish(["pages", live_topic(page)])
