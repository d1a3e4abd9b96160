"""Incidents as the API and the command line tell them: plain values, no rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.accounts.rules import Actor
from tocsin.alerts.queries import CauseView, Ledger
from tocsin.incidents import queries
from tocsin.incidents.queries import IncidentRow, Responders, TimelineEntry
from tocsin.incidents.rules import Leg, Reach
from tocsin.items.rules import LinkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentList:
    """One stretch of incidents, newest first. Pass `next` as `before`."""

    results: Sequence[IncidentRow]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Woken:
    """Somebody told by a page, over one channel."""

    login: str
    name: str
    channel: str
    at: datetime
    sent_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBrief:
    """A page of the incident: its state, whom it told, and whom it wakes next (logins); more is at /pages/{id}."""

    id: UUID
    team: str
    state: str
    told: list[Woken]
    next_at: datetime | None
    next_people: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOut:
    """`inverse`: the other record is the one that points here. `target` is `kind:uuid`, `label` its key and title."""

    kind: LinkKind
    target: str
    inverse: bool
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReport:
    """What the screen of an incident shows, but its timeline, which has an address of its own."""

    incident: IncidentRow
    summary: str
    legs: Sequence[Leg]
    total_s: float
    cause: CauseView | None
    runner_up: CauseView | None
    ledger: Ledger | None
    reach: Reach
    pages: list[PageBrief]
    links: list[LinkOut]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What happened, newest first: kinds and parameters; comments carry `html`."""

    results: Sequence[TimelineEntry]


def incident_report(actor: Actor, key: str, *, language: str, zone: str) -> IncidentReport:
    """The report of an incident this actor may see, its summary for a reader of that language and zone."""
    screen = queries.incident_screen(actor, key)
    return IncidentReport(
        incident=screen.head,
        summary=queries.summary(screen.head, language=language, zone=zone),
        legs=screen.head.clock.legs(),
        total_s=screen.head.clock.total_s,
        cause=screen.cause.cause if screen.cause else None,
        runner_up=screen.cause.runner_up if screen.cause else None,
        ledger=screen.ledger,
        reach=screen.reach,
        pages=[_page(each) for each in screen.responders],
        links=[
            LinkOut(kind=link.kind, target=str(link.target), inverse=link.inverse, label=link.label)
            for link in screen.links
        ],
    )


def _page(responders: Responders) -> PageBrief:
    page, upcoming = responders.page, responders.upcoming
    return PageBrief(
        id=page.uuid,
        team=page.team.key,
        state=page.state,
        told=[
            Woken(
                login=row.person.login,
                name=row.person.name,
                channel=row.channel,
                at=row.at,
                sent_at=row.sent_at,
                answered_at=row.answered_at,
            )
            for row in responders.told
        ],
        next_at=upcoming.at if upcoming else None,
        next_people=[person.login for person in upcoming.people] if upcoming else [],
    )
