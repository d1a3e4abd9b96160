"""The recorded cases, one after the other: what the running system names for each, beside what was labelled."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import queries as alerts
from tocsin.main.demo.delivery import Delivery, TrueCause
from tocsin.main.demo.real import RealCases
from tocsin.main.demo.replay import Tally
from tocsin.main.demo.report import Judged
from tocsin.main.demo.session import Session
from tocsin.main.progress import measured

_DECIDED_WITHIN_S = 4.0
_LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was sent, what was named for each case, and how long the cases last together, in event seconds."""

    tallies: tuple[Tally, ...]
    cases: tuple[Judged, ...]
    event_s: float


def judge(session: Session, cases: RealCases) -> Sent:
    """Send each case while it fires, look at what is named, then let it recover."""
    tallies: list[Tally] = []
    judged: list[Judged] = []
    event_s = 0.0
    pairs = list(zip(cases.scenario.deliveries, cases.scenario.truth.belongs_to, strict=True))
    with measured(session.console, "Alerts sent, case by case", len(pairs)) as progress:
        for cause in cases.scenario.truth.causes:
            mine = [delivery for delivery, case in pairs if case == cause.id]
            firing = [delivery for delivery in mine if delivery.firing]
            tallies.append(session.send(firing, progress))
            judged.append(_judged(cause, firing))
            tallies.append(session.send([one for one in mine if not one.firing], progress))
            event_s += mine[-1].arrival_s - mine[0].arrival_s
    return Sent(tallies=tuple(tallies), cases=tuple(judged), event_s=event_s)


def _judged(cause: TrueCause, firing: Sequence[Delivery]) -> Judged:
    """Look until two looks a while apart agree, or the patience is over."""
    deadline = time.monotonic() + _DECIDED_WITHIN_S
    ranking: list[str] = []
    since = time.monotonic()
    while time.monotonic() < deadline:
        found = _ranking({delivery.service for delivery in firing})
        if found != ranking:
            ranking, since = found, time.monotonic()
        if ranking and time.monotonic() - since > 1.5:
            break
        time.sleep(_LOOK_EVERY_S)
    place = ranking.index(cause.service) + 1 if cause.service in ranking else None
    named = _unprefixed(ranking[0]) if ranking else None
    return Judged(case=cause.id, true=_unprefixed(cause.service), named=named, place=place)


def _unprefixed(service: str) -> str:
    """Give a recorded service its own name back."""
    return service.partition("/")[2]


def _ranking(services: set[str]) -> list[str]:
    """Give the causes of the group that holds most of the services' alerts, best first."""
    groups: Counter[UUID] = Counter()
    for service in services:
        groups.update(row.group for row in alerts.alerts_of_service(SYSTEM, service)[0] if row.group is not None)
    if not groups:
        return []
    largest, _ = groups.most_common(1)[0]
    detail = alerts.group_detail(SYSTEM, largest)
    return [detail.cause.service, *(suspect.service for suspect in detail.suspects)]
