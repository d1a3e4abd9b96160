"""The shared fixtures do what their names say."""

import os
from datetime import timedelta

import psycopg
import pytest

from tests.conftest import Clock, Database


def rows(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        found = connection.execute("select count(*) from accounts_person").fetchone()
    assert found is not None
    return int(found[0])


def test_clock_moves_what_the_database_calls_now(db: None, clock: Clock) -> None:
    from tocsin.core.clock import now

    before = now()
    clock.forward(minutes=30)
    assert timedelta(minutes=30) <= now() - before < timedelta(minutes=31)


def test_clock_starts_again_for_the_next_test(db: None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select tocsin_now() - statement_timestamp()")
        assert cursor.fetchone() == (timedelta(0),)


@pytest.mark.parametrize("_round", [1, 2])
def test_fresh_database_is_committed_seen_by_others_and_empty_again(fresh_database: Database, _round: int) -> None:
    assert rows(fresh_database.dsn) == 0
    with psycopg.connect(fresh_database.dsn) as connection:
        connection.execute("insert into accounts_team (uuid, key, name) values (gen_random_uuid(), 'n', 'N')")
    from tocsin.accounts.models import Team

    assert Team.objects.count() == 1


def test_app_role_reads_and_writes_rows_in_a_fresh_database(fresh_database: Database) -> None:
    assert rows(fresh_database.app_dsn) == 0


def test_cast_stands_by_roles(alice: object, bob: object, charlie: object) -> None:
    from tocsin.accounts.queries import actor_for_person
    from tocsin.accounts.rules import Verb, may

    allowed = [
        (bool(may(actor_for_person(who), verb))) for who in (alice, bob, charlie) for verb in (Verb.RESPOND, Verb.VIEW)
    ]
    assert allowed == [True, True, False, True, False, False]


def test_settings_of_the_person_who_runs_the_tests_do_not_leak_in() -> None:
    assert os.environ["TOCSIN_CONFIG"] == os.devnull
    assert "TOCSIN_PORT" not in os.environ


@pytest.mark.browser
def test_browser_shows_a_page(browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.set_content("<h1>Ready</h1>")
    assert page.inner_text("h1") == "Ready"
    page.close()
