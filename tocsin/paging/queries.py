"""Reading policies, pages and the ledger of whom they told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q, QuerySet

from tocsin.accounts.queries import keyring, people_by_uuid, visible_teams
from tocsin.accounts.rules import Actor, ActorKind
from tocsin.channels.ports import Wanted
from tocsin.core.errors import NotFound
from tocsin.core.refs import Ref
from tocsin.paging.choosing import people_at
from tocsin.paging.ladders import ladder_from, place_of
from tocsin.paging.links import read_token
from tocsin.paging.messages import Words, render
from tocsin.paging.models import Notification, Page
from tocsin.paging.policy_views import PolicyView, StepView, TargetView, policies, policy_by_key
from tocsin.paging.rules import UNANSWERED, PageState, Purpose, Sentence, StopReason, Why

if TYPE_CHECKING:
    from tocsin.accounts.models import Person, Team

__all__ = [
    "LedgerRow",
    "PageView",
    "PolicyView",
    "StepView",
    "TargetView",
    "Told",
    "Upcoming",
    "Words",
    "exhausted_about",
    "ledger",
    "page_for",
    "page_for_link",
    "pages",
    "pages_about",
    "policies",
    "policy_by_key",
    "still_wanted",
    "told_about",
    "unanswered",
    "upcoming",
    "words_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """A page as screens show it. `step` and `round` count from 0 and are the next to be taken.

    `policy_changed`: the policy has been edited, or taken away, since the page was opened.
    """

    uuid: UUID
    subject: Ref
    team: Team
    policy_key: str
    policy_changed: bool
    state: PageState
    urgency: str
    sentence: Sentence
    opened_at: datetime
    round: int
    rounds: int
    step: int
    steps: int
    next_step_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    acknowledged_by_id: str
    acknowledged_via: str
    exhausted_at: datetime | None
    stopped_at: datetime | None
    stop_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One person told, over one channel: why they were chosen, and what became of the message.

    `channel` "" and `delivery_state` "" mean that they could not be reached. `answered_at` is set on the rows of
    whoever acknowledged the page.
    """

    at: datetime
    round: int
    step: int
    purpose: Purpose
    person: Person
    why: Why
    params: dict[str, Any]
    channel: str
    delivery_state: str
    delivery_reason: str
    delivery_error: str
    tries: int
    sent_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """The next step of an unanswered page: when, and whom it would wake as things stand."""

    at: datetime
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A page, everybody it has told in the order of telling, and what it does next if nobody answers."""

    page: PageView
    told: tuple[LedgerRow, ...]
    upcoming: Upcoming | None


def page_for(actor: Actor, page_uuid: UUID) -> PageView:
    """One page this actor may see, or was woken by."""
    return _view(_visible(actor, page_uuid))


def pages(
    actor: Actor, *, states: Iterable[PageState] = (), before: UUID | None = None, limit: int = 100
) -> list[PageView]:
    """Pages this actor may see, newest first; by keyset: pass the `uuid` of the last as `before`."""
    rows = _rows().filter(_visible_to(actor))
    if wanted := list(states):
        rows = rows.filter(state__in=wanted)
    if before is not None:
        last = _visible(actor, before)
        rows = rows.filter(Q(opened_at=last.opened_at, id__lt=last.id) | Q(opened_at__lt=last.opened_at))
    return [_view(row) for row in rows.order_by("-opened_at", "-id")[:limit]]


def pages_about(actor: Actor, subjects: Iterable[Ref]) -> list[PageView]:
    """Every page about any of these records, oldest first."""
    return [_view(row) for row in _rows_about(actor, subjects)]


def told_about(actor: Actor, subjects: Iterable[Ref]) -> list[Told]:
    """The same with whom each has told, and tells next."""
    return [Told(page=_view(row), told=_told(row), upcoming=_upcoming(row)) for row in _rows_about(actor, subjects)]


def unanswered(actor: Actor) -> list[PageView]:
    """Pages that wait for an answer, exhausted ones first: nobody of their policies has given one."""
    found = pages(actor, states=UNANSWERED, limit=500)
    return sorted(found, key=lambda page: page.state is not PageState.EXHAUSTED)


def exhausted_about(subjects: Iterable[Ref]) -> set[Ref]:
    """Those of these records about which a page went through all its rounds without an answer. The caller may see
    the records."""
    wanted = set(subjects)
    rows = Page.objects.filter(state=PageState.EXHAUSTED, subject_id__in=[subject.id for subject in wanted])
    return wanted & {Ref(kind, id_) for kind, id_ in rows.values_list("subject_kind", "subject_id")}


def ledger(actor: Actor, page_uuid: UUID) -> list[LedgerRow]:
    """Everybody a page has told, in the order of telling, with what became of each message."""
    return list(_told(_visible(actor, page_uuid)))


def upcoming(actor: Actor, page_uuid: UUID) -> Upcoming | None:
    """What a page does next if nobody answers; None when it waits for nothing."""
    return _upcoming(_visible(actor, page_uuid))


def _told(page: Page) -> tuple[LedgerRow, ...]:
    rows = Notification.objects.filter(page=page).select_related("person", "contact", "delivery").order_by("id")
    return tuple(_ledger_row(page, row) for row in rows)


def _upcoming(page: Page) -> Upcoming | None:
    if page.next_step_at is None:
        return None
    people = people_at(ladder_from(page), place_of(page), page.team, page.next_step_at)
    chosen = [people.by_uuid[each.person] for each in people.choice.chosen if each.person is not None]
    return Upcoming(at=page.next_step_at, people=tuple(chosen))


def words_of(sentence: Sentence, *, language: str, zone: str) -> Words:
    """A page's sentence for one reader."""
    return render(sentence, language=language, zone=zone)


def page_for_link(token: str) -> tuple[PageView, Person]:
    """The page behind a signed link, and the person it was sent to; looking answers nothing."""
    link = read_token(keyring(), token)
    page = _rows().filter(uuid=link.page).first() if link else None
    person = people_by_uuid([link.person]).get(link.person) if link else None
    if page is None or person is None or not person.is_active:
        raise NotFound("This link is not one of ours, or it was cut off on its way.")
    return _view(page), person


def still_wanted(about: UUID, person: UUID) -> Wanted:
    """For `channels`: whether the person still wants the message of a notification.

    A page is wanted until somebody answers or stops it; one that somebody asked for by name, until it is stopped.
    """
    row = Notification.objects.select_related("page").filter(uuid=about, person__uuid=person).first()
    if row is None:
        return Wanted(wanted=False, reason="gone")
    state, page = PageState(row.page.state), row.page
    if row.purpose == Purpose.NOTICE:
        return Wanted(wanted=True, reason="notice")
    if state is PageState.STOPPED:
        return Wanted(wanted=False, reason=page.stop_reason or StopReason.WITHDRAWN)
    asked = row.purpose == Purpose.UPDATE or row.why == Why.ASKED_FOR
    if state is PageState.ACKNOWLEDGED and not asked:
        return Wanted(wanted=False, reason=state.value)
    return Wanted(wanted=True, reason=state.value)


def _rows() -> QuerySet[Page]:
    return Page.objects.select_related("team__lead", "policy")


def _rows_about(actor: Actor, subjects: Iterable[Ref]) -> QuerySet[Page]:
    about = Q(pk__in=[])
    for subject in subjects:
        about |= Q(subject_kind=subject.kind, subject_id=subject.id)
    return _rows().filter(about & _visible_to(actor)).order_by("id")


def _visible_to(actor: Actor) -> Q:
    if actor.kind is not ActorKind.PERSON:
        return visible_teams(actor)
    woken = Notification.objects.filter(person__uuid=actor.id).values("page")
    seen = visible_teams(actor)
    return seen | Q(id__in=woken) if seen else seen


def _visible(actor: Actor, page_uuid: UUID) -> Page:
    page = _rows().filter(_visible_to(actor), uuid=page_uuid).first()
    if page is None:
        raise NotFound("There is no such page.")
    return page


def _view(row: Page) -> PageView:
    ladder = ladder_from(row)
    return PageView(
        uuid=row.uuid,
        subject=Ref(row.subject_kind, row.subject_id),
        team=row.team,
        policy_key=ladder.policy_key,
        policy_changed=_policy_changed(row, ladder.version),
        state=PageState(row.state),
        urgency=row.urgency,
        sentence=Sentence(**row.sentence),
        opened_at=row.opened_at,
        round=row.round,
        rounds=ladder.repeat + 1,
        step=row.step,
        steps=len(ladder.steps),
        next_step_at=row.next_step_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        acknowledged_by_id=row.acknowledged_by_id,
        acknowledged_via=row.acknowledged_via,
        exhausted_at=row.exhausted_at,
        stopped_at=row.stopped_at,
        stop_reason=row.stop_reason,
    )


def _policy_changed(row: Page, version: int) -> bool:
    if row.policy is None:
        return False
    return row.policy.version != version or row.policy.removed_at is not None


def _ledger_row(page: Page, row: Notification) -> LedgerRow:
    delivery = row.delivery
    return LedgerRow(
        at=row.created_at,
        round=row.round,
        step=row.step,
        purpose=Purpose(row.purpose),
        person=row.person,
        why=Why(row.why),
        params=row.params,
        channel=row.contact.channel if row.contact else "",
        delivery_state=delivery.state if delivery else "",
        delivery_reason=delivery.reason if delivery else "",
        delivery_error=delivery.last_error if delivery else "",
        tries=delivery.tries if delivery else 0,
        sent_at=delivery.finished_at if delivery and delivery.state == "sent" else None,
        answered_at=page.acknowledged_at if page.acknowledged_by_id == str(row.person.uuid) else None,
    )
