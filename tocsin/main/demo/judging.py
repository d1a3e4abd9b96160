"""The recorded cases, one after the other: what the running system names for each, beside what was labelled."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import queries as alerts
from tocsin.main.demo.delivery import Delivery, TrueCause
from tocsin.main.demo.real import RealCases
from tocsin.main.demo.replay import Tally
from tocsin.main.demo.report import Judged
from tocsin.main.demo.session import Session

_DECIDED_WITHIN_S = 4.0
_LOOK_EVERY_S = 0.1


def judge(session: Session, cases: RealCases) -> tuple[list[Tally], tuple[Judged, ...]]:
    """Send each case while it fires, look at what is named, then let it recover."""
    tallies: list[Tally] = []
    judged: list[Judged] = []
    pairs = list(zip(cases.scenario.deliveries, cases.scenario.truth.belongs_to, strict=True))
    for cause in cases.scenario.truth.causes:
        mine = [delivery for delivery, case in pairs if case == cause.id]
        firing = [delivery for delivery in mine if delivery.firing]
        tallies.append(session.send(firing, title=cause.id))
        judged.append(_judged(cause, firing))
        tallies.append(session.send([one for one in mine if not one.firing], title=f"{cause.id}, recovering"))
    return tallies, tuple(judged)


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
    return Judged(case=cause.id, true=cause.service, named=ranking[0] if ranking else None, place=place)


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
