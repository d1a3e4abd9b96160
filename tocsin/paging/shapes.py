"""Pages as the API and the command line tell them: plain values, no rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.accounts.rules import Actor
from tocsin.paging import queries
from tocsin.paging.queries import LedgerRow, PageView
from tocsin.paging.rules import Purpose, Sentence, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOut:
    """A page. `about` is `kind:uuid`; `sentence` a kind with parameters; steps and rounds count from 0."""

    id: UUID
    about: str
    team: str
    policy: str
    state: str
    urgency: str
    sentence: Sentence
    opened_at: datetime
    round: int
    step: int
    next_step_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    acknowledged_via: str
    exhausted_at: datetime | None
    stopped_at: datetime | None
    stop_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOut:
    """One person told over one channel: why they were chosen, and what became of the message."""

    at: datetime
    round: int
    step: int
    purpose: Purpose
    login: str
    name: str
    why: Why
    channel: str
    delivery_state: str
    delivery_error: str
    sent_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReport:
    """A page in the reader's words, everybody it told, and whom it wakes next (logins) unless somebody answers."""

    page: PageOut
    title: str
    text: str
    told: list[ToldOut]
    next_at: datetime | None
    next_people: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageList:
    """One stretch of pages, newest first. Pass `next` as `before`."""

    results: list[PageOut]
    next: UUID | None


def page_report(actor: Actor, page_uuid: UUID, *, language: str, zone: str) -> PageReport:
    """Everything about one page this actor may see, for a reader of that language and zone."""
    page = queries.page_for(actor, page_uuid)
    words = queries.words_of(page.sentence, language=language, zone=zone)
    upcoming = queries.upcoming(actor, page_uuid)
    return PageReport(
        page=page_out(page),
        title=words.title,
        text=words.text,
        told=[_told(row) for row in queries.ledger(actor, page_uuid)],
        next_at=upcoming.at if upcoming else None,
        next_people=[person.login for person in upcoming.people] if upcoming else [],
    )


def page_out(page: PageView) -> PageOut:
    """A page without whom it told."""
    return PageOut(
        id=page.uuid,
        about=str(page.subject),
        team=page.team.key,
        policy=page.policy_key,
        state=page.state,
        urgency=page.urgency,
        sentence=page.sentence,
        opened_at=page.opened_at,
        round=page.round,
        step=page.step,
        next_step_at=page.next_step_at,
        acknowledged_at=page.acknowledged_at,
        acknowledged_by=page.acknowledged_by,
        acknowledged_via=page.acknowledged_via,
        exhausted_at=page.exhausted_at,
        stopped_at=page.stopped_at,
        stop_reason=page.stop_reason,
    )


def _told(row: LedgerRow) -> ToldOut:
    return ToldOut(
        at=row.at,
        round=row.round,
        step=row.step,
        purpose=row.purpose,
        login=row.person.login,
        name=row.person.name,
        why=row.why,
        channel=row.channel,
        delivery_state=row.delivery_state,
        delivery_error=row.delivery_error,
        sent_at=row.sent_at,
        answered_at=row.answered_at,
    )
