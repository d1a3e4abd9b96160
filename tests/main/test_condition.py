"""The screen of the installation's own health, and what every screen says when the promise is in danger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError, connection

from tests.main.test_given_up import give_up
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts.models import NodeSpool
from tocsin.core import clock as moments
from tocsin.main.queries import condition, given_up_jobs

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import Clock
    from tocsin.accounts.models import Person

NOBODY = "No engine is at work: nobody is being paged."


def _engine_speaks() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_node (name, role, version) VALUES ('node-1/engine', 'engine', '1.0')"
            " ON CONFLICT (name) DO UPDATE SET seen_at = tocsin_now()"
        )


def _text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def test_every_screen_says_when_no_engine_is_at_work(client: Client, cast: dict[str, Person], clock: Clock) -> None:
    client.force_login(cast["alice"])
    _engine_speaks()
    assert NOBODY not in _text(client, "/alerts")
    clock.forward(seconds=11)
    assert NOBODY in _text(client, "/alerts")
    assert "Silent" in _text(client, "/health")
    _engine_speaks()
    assert NOBODY not in _text(client, "/ui/alarm"), "it goes by itself"


def test_given_up_reaction_is_told_on_every_screen_and_tried_again_by_a_button(
    client: Client, cast: dict[str, Person], clock: Clock
) -> None:
    job = give_up(clock)
    _engine_speaks()
    client.force_login(cast["alice"])
    assert "1 reaction was given up" in _text(client, "/alerts")
    shown = _text(client, "/health")
    assert "ValueError: Alice is not on call" in shown
    if "Try again" not in shown:  # the cast's Alice responds; the button is for who configures
        assert client.post("/health/retry", {"job": str(job)}).status_code == 403
        cast["alice"].role = "admin"
        cast["alice"].save()
    assert "Try again" in _text(client, "/health")
    client.post("/health/retry", {"job": str(job)})
    assert given_up_jobs(SYSTEM) == []
    after = _text(client, "/health")
    assert "1 reaction is tried again." in after
    assert "was given up:" not in after


def _kept(waiting: int) -> None:
    NodeSpool.objects.update_or_create(
        node="node-1",
        defaults={"waiting": waiting, "drained": 2, "oldest_at": moments.now(), "seen_at": moments.now()},
    )


def test_everybody_sees_on_every_screen_that_alerts_come_in_late(
    client: Client, cast: dict[str, Person], clock: Clock
) -> None:
    _engine_speaks()
    _kept(1200)
    for person in ("alice", "charlie"):
        client.force_login(cast[person])
        for path in ("/alerts", "/people", "/ui/alarm"):
            assert "Alerts come in late: the database was away, and 1,200 deliveries since" in _text(client, path)
    client.force_login(cast["alice"])
    assert "1,200" in _text(client, "/health")
    _kept(0)
    assert "come in late" not in _text(client, "/ui/alarm")


def test_what_lies_with_a_node_that_is_gone_is_not_said_to_come(
    client: Client, cast: dict[str, Person], clock: Clock
) -> None:
    _kept(3)
    clock.forward(minutes=2)
    _engine_speaks()
    client.force_login(cast["alice"])
    shown = _text(client, "/ui/alarm")
    assert "node-1 has not been seen since" in shown
    assert "3 deliveries on its disk" in shown
    assert "come in late" not in shown
    client.force_login(cast["charlie"])
    assert "node-1" not in _text(client, "/ui/alarm")


def test_late_alerts_do_not_hide_what_was_given_up(client: Client, cast: dict[str, Person], clock: Clock) -> None:
    give_up(clock)
    _engine_speaks()
    _kept(1)
    client.force_login(cast["alice"])
    shown = _text(client, "/ui/alarm")
    assert "1 reaction was given up" in shown
    assert "1 delivery since" in shown


def test_while_the_database_is_away_a_screen_that_is_open_says_so_and_others_ask_for_patience(
    client: Client, cast: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(cast["alice"])

    def away(*_: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", away)
    assert "alerts are taken all the same" in _text(client, "/ui/alarm")
    assert "Alerts are taken all the same" in _text(client, "/alerts", status=503)
    polish = {"accept-language": "pl"}
    for path in ("/ui/alarm", "/alerts"):
        assert "Baza danych nie odpowiada" in client.get(path, headers=polish).content.decode(), path


@pytest.mark.parametrize("path", ["/ui/alarm", "/alerts"])
def test_where_no_disk_keeps_alerts_nobody_is_told_that_they_are_taken(
    client: Client, cast: dict[str, Person], monkeypatch: pytest.MonkeyPatch, settings: Any, path: str
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("away")

    settings.CONFIG = replace(settings.CONFIG, spool_mb=0)
    client.force_login(cast["alice"])
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", away)
    told = client.get(path).content.decode().casefold()
    assert "alerts are refused" in told
    assert "are taken" not in told


def test_guest_sees_nothing_of_the_machinery(client: Client, cast: dict[str, Person]) -> None:
    client.force_login(cast["charlie"])
    _text(client, "/health", status=404)
    assert NOBODY not in _text(client, "/alerts")


@pytest.mark.django_db
def test_condition_counts_what_is_late_and_what_waits(clock: Clock) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO core_job (kind, payload) VALUES ('react.tests', '{}')")
        cursor.execute("INSERT INTO alerts_batch (received_at, events) VALUES (tocsin_now(), 40)")
    clock.forward(seconds=90)
    found = condition(SYSTEM)
    assert (found.jobs_due, found.undigested) == (1, 40)
    assert found.late_s == pytest.approx(90, abs=5)
    assert found.undigested_since is not None
    assert min(found.database_bytes, found.free_bytes) > 1_000_000
