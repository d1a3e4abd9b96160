"""Whoever was woken: the band above the incident, the ladder beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from tocsin.channels.wording import channel_word
from tocsin.incidents.queries import HeadPart, Responders
from tocsin.incidents.rules import IncidentState
from tocsin.paging.queries import LedgerRow
from tocsin.paging.rules import UNANSWERED, PageState, Purpose
from tocsin.paging.wording import stop_words, via_words, why_words
from tocsin.ui import components as c
from tocsin.ui.wording import duration

LOST = frozenset({"failed", "dropped", "unknown"})
"""States of a delivery that woke nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderView:
    """One page: to which team, how it stands in words, and everybody on its ladder. `is_bad`: nobody answered."""

    team: str
    state: str
    is_bad: bool
    rungs: tuple[c.Rung, ...]
    escalate_url: str


def ack_band(part: HeadPart) -> c.AckBand | None:
    """What asks this reader for an answer: their own page, else an incident that nobody has yet."""
    key = part.head.key
    mine = next((each for each in part.responders if each.page.uuid == part.mine), None)
    if mine is None and not (part.may_respond and part.head.state is IncidentState.TRIGGERED):
        return None
    shown = mine or next((each for each in part.responders if each.page.state in UNANSWERED), None)
    upcoming = shown.upcoming if shown else None
    title = gettext("You are paged: %(team)s") % {"team": mine.page.team.name} if mine else gettext("Nobody has it yet")
    return c.AckBand(
        title=title,
        acknowledge_url=reverse("incidents:do", args=[key, "acknowledge"]),
        next_name=", ".join(person.name for person in upcoming.people) if upcoming else "",
        next_at=upcoming.at if upcoming else None,
        escalate_url=_escalate_url(key, shown) if shown and part.may_respond else "",
    )


def ladders(part: HeadPart, now: datetime) -> tuple[LadderView, ...]:
    """Every page of the incident, the newest first."""
    return tuple(_ladder(part, each, now) for each in reversed(part.responders))


def _ladder(part: HeadPart, each: Responders, now: datetime) -> LadderView:
    waits = each.page.state in UNANSWERED
    return LadderView(
        team=each.page.team.name,
        state=_state(each),
        is_bad=each.page.state is PageState.EXHAUSTED,
        rungs=(*_told(each, now), *_next(each)),
        escalate_url=_escalate_url(part.head.key, each) if waits and part.may_respond and part.head.is_open else "",
    )


def _escalate_url(key: str, each: Responders) -> str:
    return f"{reverse('incidents:do', args=[key, 'escalate'])}?page={each.page.uuid}"


def _state(each: Responders) -> str:
    page = each.page
    if page.state is PageState.ACKNOWLEDGED:
        return gettext("Answered by %(name)s %(via)s") % {
            "name": page.acknowledged_by,
            "via": via_words(page.acknowledged_via),
        }
    if page.state is PageState.STOPPED:
        return gettext("Stopped. %(why)s") % {"why": stop_words(page.stop_reason)}
    if page.state is PageState.EXHAUSTED:
        return gettext("Nobody answered: the lead and the administrators are called every half hour.")
    return pgettext("state of a page", "Waits for an answer")


def _told(each: Responders, now: datetime) -> Iterable[c.Rung]:
    """One rung a person, at the first time they were woken, with every channel they were told on."""
    by_person: dict[str, list[LedgerRow]] = {}
    for row in each.told:
        if row.purpose is Purpose.PAGE:
            by_person.setdefault(row.person.name, []).append(row)
    for name, rows in by_person.items():
        yield _rung(name, rows, each, now)


def _rung(name: str, rows: list[LedgerRow], each: Responders, now: datetime) -> c.Rung:
    first = rows[0]
    channels = ", ".join(dict.fromkeys(channel_word(row.channel) for row in rows if row.channel))
    why = why_words(first.why, first.params)
    answered = next((row.answered_at for row in rows if row.answered_at), None)
    lost = all(not row.channel or row.delivery_state in LOST for row in rows)
    state, detail = _standing(first, answered, lost, each, now)
    return c.Rung(name=name, note=" · ".join(filter(None, (why, channels))), state=state, detail=detail)


def _standing(
    first: LedgerRow, answered: datetime | None, lost: bool, each: Responders, now: datetime
) -> tuple[c.RungState, str]:
    if answered is not None:
        took = duration((answered - first.at).total_seconds())
        return c.RungState.REACHED, gettext("after %(time)s") % {"time": took}
    if lost:
        return c.RungState.FAILED, pgettext("a page", "not reached")
    if each.page.state in UNANSWERED:
        waited = duration((now - first.at).total_seconds())
        return c.RungState.WAITING, gettext("waits %(time)s") % {"time": waited}
    return c.RungState.REACHED, pgettext("a page", "told")


def _next(each: Responders) -> Iterable[c.Rung]:
    """Whom the next step wakes; the countdown says when."""
    upcoming = each.upcoming
    if upcoming is None:
        return
    for person in upcoming.people:
        yield c.Rung(
            name=person.name, note=gettext("next, if nobody answers"), state=c.RungState.NEXT, until=upcoming.at
        )
