"""The sample company as a company file: people, teams, services, rotations, policies, senders and their keys."""

from __future__ import annotations

from datetime import date, time

from tocsin.main.apply.document import (
    Contact,
    Document,
    Handoff,
    Integration,
    Key,
    Organisation,
    Person,
    Policy,
    Rotation,
    Step,
    Target,
    Team,
)
from tocsin.main.demo.estate import services
from tocsin.main.demo.sites import HUBS

ZONE = "Europe/Warsaw"

_TEAMS = (
    ("network", "Network"),
    ("platform", "Platform"),
    ("data", "Data stores"),
    ("identity", "Identity"),
    ("sms", "SMS"),
    ("chat", "Chat channels"),
    ("voice", "Voice"),
    ("billing", "Billing"),
    ("delivery", "Delivery reports"),
    ("portal", "Portal and campaigns"),
    ("edge", "API edge"),
    ("carriers", "Carrier connections"),
    ("noc", "Operations centre"),
)
# fmt: off
_FIRST_NAMES = (
    "Anna", "Bob", "Carol", "Dawid", "Ewa", "Filip", "Grace", "Hugo", "Irena", "Jakub", "Kasia", "Leon",
    "Marta", "Nadia", "Oskar", "Pawel", "Quinn", "Rosa", "Stefan", "Tola", "Urban", "Vera", "Wanda", "Xavier",
    "Yara", "Zofia", "Adam", "Basia", "Cyril", "Dora", "Emil", "Flora", "Gustaw", "Hania", "Igor", "Julia",
    "Kamil", "Lena", "Maciej", "Nina", "Olga", "Piotr", "Renata", "Simon", "Tomasz", "Ula", "Viktor",
    "Weronika", "Ximena", "Yusuf", "Zygmunt", "Alicja", "Borys", "Celina", "Dominik", "Ela", "Florian",
    "Gosia", "Henryk", "Ida", "Jerzy", "Klara", "Lech", "Mila", "Norbert",
)
# fmt: on
_SURNAMES = ("Sample", "Example", "Specimen", "Placeholder")
_PER_TEAM = 5
_STARTS_ON = date(2026, 1, 5)
_SECOND_STEP_S, _LEAD_STEP_S = 300, 600


def sample_company() -> Document:
    """Give the whole sample company; the same value each time."""
    people = _people()
    members = {key: people[place * _PER_TEAM :][:_PER_TEAM] for place, (key, _) in enumerate(_TEAMS)}
    return Document(
        organisation=Organisation(name="Example Messaging (sample)", language="en", zone=ZONE),
        people=people,
        teams=tuple(_team(key, name, members[key]) for key, name in _TEAMS),
        services=services(),
        rotations=tuple(rotation for key, name in _TEAMS for rotation in _rotations(key, name, members[key])),
        policies=tuple(_policy(key, name, members[key]) for key, name in _TEAMS),
        integrations=_integrations(),
        keys=_keys(),
        silences=(),
    )


def _people() -> tuple[Person, ...]:
    return tuple(_person(place) for place in range(len(_TEAMS) * _PER_TEAM))


def _person(place: int) -> Person:
    """Make one person: the first and the operations centre are admins, every third reads Polish."""
    first, surname = _FIRST_NAMES[place], _SURNAMES[place % len(_SURNAMES)]
    login = first.lower()
    email = f"{login}@sample.invalid"
    role = "admin" if place == 0 or place >= (len(_TEAMS) - 1) * _PER_TEAM else "responder"
    return Person(
        login=login,
        name=f"{first} {surname}",
        email=email,
        role=role,
        language="pl" if place % 3 == 1 else "en",
        zone=ZONE,
        contacts=(Contact(channel="email", address=email), Contact(channel="file", address=login)),
    )


def _team(key: str, name: str, members: tuple[Person, ...]) -> Team:
    return Team(key=key, name=name, members=tuple(sorted(one.login for one in members)), lead=members[0].login)


def _rotations(key: str, name: str, members: tuple[Person, ...]) -> tuple[Rotation, Rotation]:
    """Give a team's first and second line; the second is half a round behind, so nobody is both at once."""
    logins = tuple(one.login for one in members)
    later = logins[2:] + logins[:2]
    return (
        _rotation(f"{key}-primary", f"{name}, first line", key, logins),
        _rotation(f"{key}-secondary", f"{name}, second line", key, later),
    )


def _rotation(key: str, name: str, team: str, participants: tuple[str, ...]) -> Rotation:
    return Rotation(
        key=key,
        name=name,
        team=team,
        zone=ZONE,
        handoff=Handoff(weekday="monday", time=time(9, 0)),
        starts_on=_STARTS_ON,
        participants=participants,
    )


def _policy(key: str, name: str, members: tuple[Person, ...]) -> Policy:
    return Policy(
        key=f"{key}-default",
        name=f"{name}, by day and night",
        team=key,
        repeat=2,
        steps=(
            Step(after_s=0, notify=(Target(rotation=f"{key}-primary"),)),
            Step(after_s=_SECOND_STEP_S, notify=(Target(rotation=f"{key}-secondary"),)),
            Step(after_s=_LEAD_STEP_S, notify=(Target(person=members[0].login),)),
        ),
    )


def _integrations() -> tuple[Integration, ...]:
    return (
        Integration(key="netmon", name="Network monitoring", kind="opsgenie", team="network"),
        Integration(key="gateways", name="Gateway monitoring", kind="opsgenie", team="carriers"),
        *(
            Integration(
                key=f"prometheus-{hub.code}", name=f"Prometheus, {hub.city}", kind="alertmanager", team="platform"
            )
            for hub in HUBS
        ),
        Integration(key="synthetics", name="Synthetic customers", kind="pagerduty", team="noc"),
    )


def _keys() -> tuple[Key, ...]:
    """Give each sender its key, and the operations centre one to read with."""
    return (
        *(Key(name=one.key, scope="integration", team=one.team, integration=one.key) for one in _integrations()),
        Key(name="noc-reader", scope="read", team="noc"),
    )
