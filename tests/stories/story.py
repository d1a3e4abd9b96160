"""Time travel through a whole installation in one process: deliveries in, pages out, a second at a time.

Nothing in between is replaced: deliveries are stored as the intake commits them, then every turn is the engine's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.alerts.world import World, fire, resolve
from tocsin.accounts.queries import actor_for_login
from tocsin.accounts.rules import SYSTEM, Actor
from tocsin.alerts import actions as alert_actions
from tocsin.alerts.digest import Digest
from tocsin.alerts.intake import NewEvent, Sender
from tocsin.alerts.models import Integration
from tocsin.alerts.rules import Severity
from tocsin.channels import actions as channels
from tocsin.core import clock as moments
from tocsin.core.queue import Worker
from tocsin.incidents import queries as incident_queries
from tocsin.main import wiring
from tocsin.main.apply import execute
from tocsin.paging import actions as paging

if TYPE_CHECKING:
    from tests.conftest import Clock

COMPANY = Path(__file__).with_name("company.yaml")
SMS = tuple(f"sms-{number}" for number in range(1, 6))
BILLS = tuple(f"bill-{number}" for number in range(1, 5))


@dataclass
class Outbox:
    """Everything the file channel has sent; what a story has expected is struck off."""

    file: Path
    seen: int = 0
    waiting: list[dict[str, Any]] = field(default_factory=list)

    def look(self) -> None:
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        self.waiting += [json.loads(line) for line in lines[self.seen :]]
        self.seen = len(lines)

    def expect(self, login: str, *texts: str, kind: str = "page") -> dict[str, Any]:
        """The first message to somebody that says all of `texts`; fails with what there is instead."""
        self.look()
        for message in self.waiting:
            said = f"{message['title']}\n{message['text']}"
            if (message["to"], message["kind"]) == (login, kind) and all(text in said for text in texts):
                self.waiting.remove(message)
                return message
        raise AssertionError(f"no {kind} to {login} says {texts}; there is: {self.waiting}")

    def expect_nothing(self) -> None:
        """Nobody was told anything that the story has not expected."""
        self.look()
        assert self.waiting == []

    def pages(self) -> list[str]:
        """To whom pages went that no story has expected yet."""
        self.look()
        return [message["to"] for message in self.waiting if message["kind"] == "page"]


class _Silent:
    def begin(self, total: int) -> None:
        """Nobody watches."""

    def advance(self, count: int) -> None:
        """Nobody watches."""


class Story(World):
    """The company of `company.yaml`, and an engine that does everything once a second of Tocsin's time."""

    def __init__(self, clock: Clock, pages_file: Path) -> None:
        execute.apply(COMPANY.read_text(), file=COMPANY.name, actor=SYSTEM, progress=_Silent())
        self.clock = clock
        self.integration = Integration.objects.get(key="sample")
        self.sender = Sender(
            integration_id=self.integration.id, integration=self.integration.key, uuid=self.integration.uuid
        )
        self.digest = Digest(owner="story")
        self.worker = Worker(handlers=wiring.handlers(), owner="story")
        self.outbox = Outbox(pages_file)
        self.began: datetime = moments.now()

    def engine(self) -> None:
        """Every loop of the engine until none has anything to do."""
        self.turn()
        alert_actions.wake_snoozed()
        alert_actions.expire_due(heard_since=self.began)
        alert_actions.miss_heartbeats(heard_since=self.began)
        while self.worker.run_due() + paging.run_due() + channels.send_due("story"):
            pass

    def run(self, **by: float) -> None:
        """Let time pass, a second at a time: `story.run(seconds=10)`."""
        for _ in range(int(timedelta(**by).total_seconds())):
            self.clock.forward(seconds=1)
            self.engine()

    def wait(self, **by: float) -> None:
        """Let a longer time pass, ten seconds at a time: `story.wait(minutes=5)`."""
        for _ in range(int(timedelta(**by).total_seconds()) // 10):
            self.clock.forward(seconds=10)
            self.engine()

    def until(self, seen: Callable[[], bool], *, within_s: int) -> int:
        """Let time pass until something is seen; returns after how many seconds."""
        for second in range(within_s + 1):
            self.engine()
            if seen():
                return second
            self.clock.forward(seconds=1)
        raise AssertionError(f"not seen within {within_s} s: {seen}")

    def switch_fails(self) -> None:
        """The switch goes down and everything behind it complains."""
        self.deliver(fire("switch-down", service="core-switch", name="LinkDown", severity=Severity.CRITICAL))
        self.deliver(*(errors(key, peer="core-switch") for key in SMS))

    def database_fails(self) -> None:
        """The billing database goes down and everything that needs it complains."""
        self.deliver(fire("db-down", service="billing-db", name="DatabaseDown", severity=Severity.CRITICAL))
        self.deliver(*(errors(key, peer="billing-db") for key in BILLS))

    def switch_recovers(self) -> None:
        """Everything that spoke of the switch takes it back."""
        self.deliver(resolve("switch-down"), *(resolve(f"{key}-errors") for key in SMS))

    def incident(self, key: str) -> incident_queries.IncidentRow:
        return incident_queries.incident_by_key(SYSTEM, key)

    def incidents(self) -> list[str]:
        """Every incident there is, oldest first."""
        rows, _ = incident_queries.incidents(SYSTEM, incident_queries.IncidentFilter())
        return sorted(row.key for row in rows)

    def links(self, key: str) -> list[str]:
        """The keys of the incidents that one is linked to."""
        return [link.label.split()[0] for link in incident_queries.incident_screen(SYSTEM, key).links]

    def by(self, login: str) -> Actor:
        return actor_for_login(login)


def errors(service: str, *, peer: str = "", severity: Severity = Severity.MAJOR) -> NewEvent:
    """A service complains, of another if it knows of which."""
    return fire(f"{service}-errors", service=service, name="HighErrorRate", peer=peer, severity=severity)
