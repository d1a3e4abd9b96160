"""What a demonstration needs before there is a server: the company, its file, and the scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import tocsin
from tocsin.core.errors import InvalidInput, NotFound
from tocsin.main.apply.document import Contact, Document
from tocsin.main.apply.render import dump
from tocsin.main.demo.company import sample_company
from tocsin.main.demo.delivery import Scenario
from tocsin.main.demo.law import Estate
from tocsin.main.demo.real import RealCases, real_cases, sampled
from tocsin.main.demo.storm import QUIET_DELIVERIES, STORM_DELIVERIES, quiet, storm, two_fires

ADMINISTRATOR = "anna"
SPEED = 150.0
"""Event seconds a second: a quarter of an hour in six seconds."""

RECORDED = Path(tocsin.__file__).parents[1] / "bench" / "data"


class Name(StrEnum):
    """What can be shown."""

    STORM = "storm"
    TWO_FIRES = "two-fires"
    QUIET = "quiet"
    REAL = "real"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to show: how many alerts (None: as many as usual), how fast, and of the recorded cases how many."""

    name: Name = Name.STORM
    alerts: int | None = None
    speed: float = SPEED
    cases: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The company's file and the scenario; `cases` only where recorded ones are shown."""

    company_file: str
    scenario: Scenario
    cases: RealCases | None = None


_SCENARIOS: Mapping[Name, tuple[Callable[[Estate, int], Scenario], int]] = {
    Name.STORM: (lambda estate, count: storm(estate, deliveries=count), STORM_DELIVERIES),
    Name.TWO_FIRES: (lambda estate, count: two_fires(estate, deliveries=count), STORM_DELIVERIES),
    Name.QUIET: (lambda estate, count: quiet(estate, deliveries=count), QUIET_DELIVERIES),
}


def prepare(wish: Wish) -> Prepared:
    """Make the company and the scenario, the same each time.

    Raises NotFound when the recorded cases are not here, InvalidInput when there are too few alerts for a scenario.
    """
    company = _reached_by_file(sample_company())
    if wish.name is Name.REAL:
        cases = sampled(_recorded(), wish.cases)
        return Prepared(company_file=dump(company), scenario=cases.scenario, cases=cases)
    make, usual = _SCENARIOS[wish.name]
    try:
        scenario = make(Estate.of(company.services or ()), wish.alerts or usual)
    except ValueError as error:
        raise InvalidInput("{error}. Give --alerts a larger number.", error=error) from None
    return Prepared(company_file=dump(company), scenario=scenario)


def _reached_by_file(company: Document) -> Document:
    """Nobody is there to read the sample people's mail: their pages go to the file."""
    people = tuple(
        replace(person, contacts=(Contact(channel="file", address=person.login),)) for person in company.people or ()
    )
    return replace(company, people=people)


def _recorded() -> RealCases:
    try:
        return real_cases(RECORDED)
    except FileNotFoundError:
        raise NotFound(
            "The recorded cases are not in {folder}; they come with the source alone.", folder=RECORDED
        ) from None
