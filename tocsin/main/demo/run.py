"""The demonstration from an empty node to the closing report. Django is set up by the time this is loaded."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.console import Console

from tocsin.accounts import actions as accounts
from tocsin.accounts.rules import SYSTEM
from tocsin.assets import actions as assets
from tocsin.core import clock
from tocsin.core.config import Config
from tocsin.main.apply import execute
from tocsin.main.apply.document import Service
from tocsin.main.demo import figures
from tocsin.main.demo.judging import judge
from tocsin.main.demo.node import wait_ready
from tocsin.main.demo.prepare import ADMINISTRATOR, Prepared, Wish
from tocsin.main.demo.replay import Tally
from tocsin.main.demo.report import Counts, Judged, Report, Speed
from tocsin.main.demo.session import Session, combined
from tocsin.main.progress import measured

PAGED_WITHIN_S = 40.0
"""Time for a better suspect to hold (15 s) after the last alert, and for the page to follow it."""
QUIET_FOR_S = 12.0
"""Longer than anything may wait before it wakes somebody, which is 8 s, and a little for the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Played:
    """What sending and waiting came to; `event_s` is how long it all lasts by the senders' clocks."""

    event_s: float
    tally: Tally
    digest_wall_s: float
    cases: tuple[Judged, ...] = ()


def run(config: Config, prepared: Prepared, wish: Wish, console: Console) -> Report:
    """Apply the company file, replay the scenario, wait for its effect, and count."""
    path = config.data_dir / "company.yaml"
    path.write_text(prepared.company_file, encoding="utf-8")
    with measured(console, "Company applied") as progress:
        applied = execute.apply(prepared.company_file, file=str(path), actor=SYSTEM, progress=progress)
    if prepared.cases is not None:
        _add_services(prepared.cases.services)
    wait_ready(config)
    began = clock.now()
    session = Session(url=config.url, secrets=applied.secrets, epoch=began - _length(prepared), console=console)
    played = _judged(session, prepared) if prepared.cases is not None else _replayed(session, prepared, wish)
    return _report(config, prepared, played, began)


def _add_services(services: Sequence[Service]) -> None:
    """Enter the map of recorded cases. Real maps may have circles, which a company file may not."""
    details = [
        assets.ServiceDetails(key=one.key, name=one.name, team=one.team or "", tier=one.tier) for one in services
    ]
    assets.save_services(details, actor=SYSTEM)
    assets.save_dependencies({one.key: one.depends_on for one in services}, actor=SYSTEM)


def _length(prepared: Prepared) -> timedelta:
    """How long before now event time has to begin, so that nothing comes from the future."""
    return timedelta(seconds=max(one.arrival_s for one in prepared.scenario.deliveries))


def _replayed(session: Session, prepared: Prepared, wish: Wish) -> _Played:
    scenario = prepared.scenario
    with measured(session.console, "Alerts sent", len(scenario.deliveries)) as progress:
        tally = session.send(scenario.deliveries, progress, speed=wish.speed)
    session.wait_digested(tally.accepted)
    digest_wall_s = time.perf_counter() - tally.last_answer_at
    fires = len(scenario.truth.causes)
    if fires:
        session.wait_settled(lambda now: now.woken >= fires, within_s=PAGED_WITHIN_S)
    else:
        session.wait_settled(lambda _: False, within_s=QUIET_FOR_S)
    event_s = max(one.arrival_s for one in scenario.deliveries)
    return _Played(event_s=event_s, tally=tally, digest_wall_s=digest_wall_s)


def _judged(session: Session, prepared: Prepared) -> _Played:
    assert prepared.cases is not None
    sent = judge(session, prepared.cases)
    tally = combined(sent.tallies)
    digest_wall_s = session.wait_digested(tally.accepted)
    return _Played(event_s=sent.event_s, tally=tally, digest_wall_s=digest_wall_s, cases=sent.cases)


def _report(config: Config, prepared: Prepared, played: _Played, began: datetime) -> Report:
    stored, fates = figures.fates(began)
    tally, scenario = played.tally, prepared.scenario
    return Report(
        scenario=scenario.name,
        counts=Counts(
            sent=tally.sent,
            accepted=tally.accepted,
            stored=stored,
            retries=tally.retries,
            distinct=figures.distinct(),
            first_refusal=tally.first_refusal,
        ),
        fates=fates,
        incidents=figures.named(config.url),
        true_causes=tuple(cause.service for cause in scenario.truth.causes),
        pages=figures.woken(),
        speed=Speed(
            event_s=played.event_s,
            replay_wall_s=tally.wall_s,
            digest_wall_s=played.digest_wall_s,
        ),
        sign_in_url=accounts.issue_sign_in_link(ADMINISTRATOR, actor=SYSTEM),
        cases=played.cases,
    )
