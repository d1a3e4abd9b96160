"""A team on call: Anna and Bob take weekly turns, Carol leads, Dora administers. Everybody is reached by the file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

from tocsin.accounts import actions as accounts
from tocsin.accounts.models import Person, Team
from tocsin.accounts.queries import actor_for_person
from tocsin.accounts.rules import SYSTEM, Role
from tocsin.channels import actions as channels
from tocsin.core.ids import uuid7
from tocsin.core.refs import Ref
from tocsin.oncall.actions import RotationDetails, save_rotation
from tocsin.oncall.queries import on_call_now
from tocsin.oncall.rules import Weekday
from tocsin.paging import actions, queries
from tocsin.paging.actions import PolicyDetails, StepDetails, TargetDetails
from tocsin.paging.models import Page
from tocsin.paging.rules import Sentence, SentenceKind

CAUSE = Sentence(
    kind=SentenceKind.CAUSE,
    params={
        "key": "INC-12",
        "service": "core-sw-waw-02",
        "what": "uplink lost",
        "touched": 213,
        "touches": ["billing", "login", "sms-gw"],
        "since": "2026-11-24T02:12:00+00:00",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The team, its people by login, and how to page it and look at what arrived."""

    team: Team
    people: dict[str, Person]
    pages_file: Path

    def open(self, subject: Ref | None = None) -> Page:
        """A page about a new incident, or about the one given."""
        about = subject or Ref("incidents.incident", uuid7())
        return actions.open_page(subject=about, team=self.team, sentence=CAUSE, actor=SYSTEM)

    def tick(self) -> list[str]:
        """One round of the engine: due steps, then due messages. Returns to whom a page was written, by login.

        What is due in one round goes out side by side: its order means nothing.
        """
        before = len(self.lines())
        actions.run_due()
        channels.send_due("test-node")
        return sorted(line["to"] for line in self.lines()[before:] if line["kind"] == "page")

    def lines(self) -> list[dict[str, Any]]:
        """Everything that was sent."""
        if not self.pages_file.exists():
            return []
        return [json.loads(line) for line in self.pages_file.read_text().splitlines()]

    def on_call(self) -> str:
        """The login of whoever has the turn."""
        duty = on_call_now(SYSTEM)[0].now
        assert duty.person is not None
        return duty.person.login

    def actor(self, login: str) -> Any:
        return actor_for_person(self.people[login])

    def state(self, page: Page) -> str:
        return queries.page_for(SYSTEM, page.uuid).state.value


def _person(login: str, role: Role = Role.RESPONDER, **more: str) -> Person:
    details = accounts.PersonDetails(login=login, name=f"{login.title()} Sample", role=role, **more)
    person = accounts.save_person(details, actor=SYSTEM)
    channels.save_contacts(login, [channels.NewContact(channel="file", address=login)], actor=SYSTEM)
    return person


def build(pages_file: Path) -> World:
    """The world in whatever database is in use."""
    people = {login: _person(login) for login in ("anna", "bob", "carol")}
    people["dora"] = _person("dora", Role.ADMIN)
    team = accounts.save_team(key="network", name="Network", members=["anna", "bob"], lead="carol", actor=SYSTEM)
    save_rotation(rotation(["anna", "bob"]), actor=SYSTEM)
    actions.save_policy(policy(), actor=SYSTEM)
    return World(team=team, people=people, pages_file=pages_file)


def rotation(participants: list[str], starts_on: date = date(2024, 1, 1)) -> RotationDetails:
    return RotationDetails(
        key="network-primary",
        name="Network primary",
        team="network",
        zone="Europe/Warsaw",
        handoff_weekday=Weekday.MONDAY,
        handoff_time=time(9),
        starts_on=starts_on,
        participants=tuple(participants),
    )


def policy(*, last: str = "carol", repeat: int = 1, delay_s: int = 300) -> PolicyDetails:
    """Whoever is on call; after five minutes somebody by name."""
    return PolicyDetails(
        key="network-default",
        name="Network",
        team="network",
        repeat=repeat,
        steps=(
            StepDetails(after_s=0, notify=(TargetDetails(rotation="network-primary"),)),
            StepDetails(after_s=delay_s, notify=(TargetDetails(person=last),)),
        ),
    )
