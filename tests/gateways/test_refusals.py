"""What the intake refuses is an alert of its own: raised past the limit that refuses, counted, paged, over in time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest

from tests.gateways.front import running
from tocsin.alerts import actions
from tocsin.alerts.intake import keeping, refusing
from tocsin.alerts.intake import keys as keys_module
from tocsin.alerts.models import Alert, Refusing
from tocsin.alerts.rules import AlertState, Severity, refusals
from tocsin.alerts.rules.refusals import RefusalKind
from tocsin.core.queue import Worker
from tocsin.journal.facts import Stored
from tocsin.journal.queries import latest_facts
from tocsin.main import wiring
from tocsin.paging.models import Page

if TYPE_CHECKING:
    from tests.alerts.world import World
    from tests.conftest import Clock, Database


@dataclass(slots=True)
class Node:
    """A front that refuses, and the company behind it."""

    client: httpx.Client
    world: World

    def post(self, token: str = "", alias: str = "a") -> int:
        headers = {"Authorization": f"GenieKey {token or self.world.token}"}
        return self.client.post(
            "/v2/alerts", json={"message": "Disk full", "alias": alias}, headers=headers
        ).status_code

    def told(self, count: int) -> Refusing:
        """What the database has been told, once it was told of so many."""
        for _ in range(1000):
            row = Refusing.objects.filter(count__gte=count).first()
            if row is not None:
                return row
            Event().wait(0.02)
        pytest.fail("nobody was told of the refusals")

    def noted(self) -> Alert:
        """The engine's part; the alert that came of it."""
        actions.note_refusals()
        self.world.turn()
        return Alert.objects.select_related("service").get(name="IntakeRefuses")


async def away(*_: object, **__: object) -> None:
    raise psycopg.OperationalError("away")


@pytest.fixture
def company(fresh_database: Database, cast: object, monkeypatch: pytest.MonkeyPatch) -> World:
    from tests.alerts.world import World

    monkeypatch.setattr(refusing, "TELL_S", 0.02)
    wiring.plug()
    return World()


@contextmanager
def node_of(database: Database, world: World, **settings: Any) -> Iterator[Node]:
    with running(database.app_dsn, **settings) as url, httpx.Client(base_url=url, timeout=20) as client:
        yield Node(client, world)


def refusal_facts() -> list[Stored]:
    return [fact for fact in latest_facts(limit=100) if fact.kind.startswith("alerts.refusing")]


def test_a_full_queue_is_told_counted_and_over(fresh_database: Database, company: World, clock: Clock) -> None:
    with node_of(fresh_database, company, intake_queue=0) as node:
        assert [node.post() for _ in range(3)] == [503] * 3
        node.told(3)
        alert = node.noted()
        assert (alert.service.key, alert.severity, alert.state) == ("tocsin", Severity.MAJOR, AlertState.OPEN)
        assert (alert.labels["refused"], alert.labels["integration"]) == ("3", "sample")
        clock.forward(seconds=61)
        assert node.post() == 503, "its alert was raised past the limit that still refuses"
        node.told(4)
        again = node.noted()
        assert (again.id, again.severity, again.labels["refused"]) == (alert.id, Severity.CRITICAL, "4")
        clock.forward(seconds=refusals.QUIET_AFTER.total_seconds())
        assert node.noted().state == AlertState.CLOSED
    ended, began = refusal_facts()
    assert (began.kind, ended.kind) == ("alerts.refusing_began", "alerts.refusing_ended")
    assert (ended.data["count"], ended.data["refusal"]) == (4, RefusalKind.QUEUE_FULL)


def test_a_full_spool_pages_once_the_database_is_back(
    fresh_database: Database, company: World, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    with node_of(fresh_database, company, spool_mb=0) as node:
        assert node.post(alias="before") == 202
        with monkeypatch.context() as patched:
            patched.setattr("tocsin.alerts.intake.door.commit", away)
            patched.setattr(keeping.Keeper, "_ask", away)
            patched.setattr(refusing.Refusals, "_tell", away)
            assert node.post() == 503
            assert not Refusing.objects.exists()
        assert node.told(1).kind == RefusalKind.SPOOL_FULL
        assert node.noted().severity == Severity.CRITICAL
    for seconds in (5, 9):
        clock.forward(seconds=seconds)
        company.turn()
    worker = Worker(handlers=wiring.handlers(), owner="test")
    while worker.run_due():
        pass
    params = Page.objects.get().sentence["params"]
    assert (params["service_key"], "the spool is full" in params["what"]) == ("tocsin", True)


def test_a_disk_that_fails_is_told_as_such(
    fresh_database: Database, company: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with node_of(fresh_database, company) as node:
        assert node.post(alias="before") == 202
        with monkeypatch.context() as patched:
            patched.setattr("tocsin.alerts.intake.door.commit", away)
            patched.setattr(keeping.Keeper, "_ask", away)
            patched.setattr("tocsin.alerts.intake.spool.os.fdatasync", full)
            assert node.post() == 503
        assert node.told(1).kind == RefusalKind.DISK_FAILED


def test_an_unknown_key_raises_no_alert(
    fresh_database: Database, company: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with node_of(fresh_database, company) as node, monkeypatch.context() as patched:
        patched.setattr(keys_module.KeyCache, "_read", away)
        assert node.post("tcs" + "a" * 29) == 503
    assert not Refusing.objects.exists()


def test_metrics_say_why(fresh_database: Database, company: World) -> None:
    from tocsin.core import metrics

    def counted() -> float:
        return (
            metrics.registry.get_sample_value(
                "tocsin_intake_refused_total", {"wire": "opsgenie", "reason": "queue_full"}
            )
            or 0.0
        )

    before = counted()
    with node_of(fresh_database, company, intake_queue=0) as node:
        node.post()
    assert counted() == before + 1
    assert Refusing.objects.get().count == 1, "a node that stops tells what is left"
