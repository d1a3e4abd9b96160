"""Reactions that were given up: people see them, give them another try, and that is recorded."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from tests.conftest import TEST_RING
from tocsin.accounts.actions import issue_key
from tocsin.accounts.queries import actor_for_person, actor_for_token, team_by_key
from tocsin.accounts.rules import SYSTEM, KeyScope
from tocsin.alerts.intake import SpoolState
from tocsin.core import config
from tocsin.core.errors import Forbidden, InvalidInput, NotFound
from tocsin.core.queue import Handler, Worker, defer
from tocsin.core.queue.work import MAX_ATTEMPTS
from tocsin.journal.queries import latest_facts
from tocsin.main.actions import retry_jobs
from tocsin.main.cli import main
from tocsin.main.front import health
from tocsin.main.queries import given_up_jobs
from tocsin.main.wording import FACTS

if TYPE_CHECKING:
    from tests.conftest import Clock, Database
    from tocsin.accounts.models import Person
    from tocsin.core.config import Config


def give_up(clock: Clock, kind: str = "react.tests") -> int:
    """A reaction to the newest fact, tried until it was given up; returns its id."""

    def fail(_payload: dict[str, Any]) -> None:
        raise ValueError("Alice is not on call")

    defer(kind, {"fact_id": latest_facts(limit=1)[0].id})
    worker = Worker(handlers={kind: Handler(run=fail)}, owner="test")
    for _ in range(MAX_ATTEMPTS):
        assert worker.run_due() == 1
        clock.forward(seconds=400)
    return given_up_jobs(SYSTEM)[0].id


def test_given_up_reaction_is_shown_with_its_error_and_runs_again_when_it_is_retried(
    cast: dict[str, Person], clock: Clock
) -> None:
    seen: list[dict[str, Any]] = []
    about = latest_facts(limit=1)[0]
    job = give_up(clock)
    [listed] = given_up_jobs(actor_for_person(cast["bob"]))
    assert (listed.kind, listed.attempts) == ("react.tests", MAX_ATTEMPTS)
    assert listed.last_error == "ValueError: Alice is not on call"
    assert retry_jobs(ids=[job], actor=SYSTEM) == [job]
    assert given_up_jobs(SYSTEM) == []
    Worker(handlers={"react.tests": Handler(run=seen.append)}, owner="test").run_due()
    assert seen == [{"fact_id": about.id}]


def test_another_try_is_recorded_about_what_it_was_about_without_the_words_of_the_error(
    cast: dict[str, Person], clock: Clock
) -> None:
    about = latest_facts(limit=1)[0].subject
    job = give_up(clock)
    retry_jobs(kind="react.tests", actor=SYSTEM)
    fact = latest_facts(limit=1)[0]
    assert (fact.kind, fact.subject, fact.actor_kind) == ("main.reaction_retried", about, "system")
    assert fact.data == {"job": job, "reaction": "react.tests", "attempts": MAX_ATTEMPTS}
    assert FACTS[fact.kind](fact) == "The reaction react.tests, given up, got another try."


def test_administrators_and_managing_keys_of_the_organisation_may_retry(cast: dict[str, Person], clock: Clock) -> None:
    def key(scope: KeyScope, team: str = "") -> Any:
        owner = team_by_key(team) if team else None
        return actor_for_token(issue_key(name="k", scope=scope, team=owner, actor=SYSTEM)[1])

    refused = [actor_for_person(cast["alice"]), key(KeyScope.READ), key(KeyScope.MANAGE, "network")]
    manages = key(KeyScope.MANAGE)
    job = give_up(clock)
    for actor in refused:
        with pytest.raises(Forbidden):
            retry_jobs(ids=[job], actor=actor)
    with pytest.raises(NotFound):
        given_up_jobs(actor_for_person(cast["charlie"]))
    assert retry_jobs(ids=[job], actor=manages) == [job]


def test_what_is_not_given_up_cannot_be_retried(cast: dict[str, Person], clock: Clock) -> None:
    with pytest.raises(NotFound):
        retry_jobs(ids=[1], kind="react.tests", actor=SYSTEM)
    with pytest.raises(InvalidInput):
        retry_jobs(actor=SYSTEM)


def tocsin(database: Database, *arguments: str) -> Result:
    environment = os.environ | {"TOCSIN_DATABASE_URL": database.app_dsn, "TOCSIN_KEYRING": TEST_RING}
    return CliRunner().invoke(main, ["queue", *arguments], env=environment)


def test_command_line_lists_and_retries(fresh_database: Database, cast: dict[str, Person], clock: Clock) -> None:
    job = give_up(clock)
    heading, row = tocsin(fresh_database, "list").output.splitlines()
    assert heading.split("\t") == ["ID", "KIND", "SINCE", "FAILED", "LAST ERROR"]
    assert row.split("\t")[:2] == [str(job), "react.tests"]
    [listed] = json.loads(tocsin(fresh_database, "list", "--json").output)["results"]
    assert (listed["id"], listed["last_error"]) == (job, "ValueError: Alice is not on call")
    assert tocsin(fresh_database, "retry", str(job), "--as", "alice").exit_code == 2
    assert tocsin(fresh_database, "retry").exit_code == 2
    assert tocsin(fresh_database, "retry", str(job)).output == "1 due again.\n"
    assert given_up_jobs(SYSTEM) == []


async def asked(settings: Config) -> health.Health:
    """What a node that does everything would answer now, with nothing remembered."""
    examiner = health.Examiner(settings.database_url)
    try:
        return await examiner.examine(frozenset({"intake", "web", "engine"}), "here", SpoolState(waiting=0, takes=True))
    finally:
        await examiner.close()


async def test_health_counts_them_and_keeps_the_node_in_service(fresh_database: Database) -> None:
    settings = replace(config.load(), database_url=fresh_database.app_dsn)
    with psycopg.connect(fresh_database.dsn, autocommit=True) as owner:
        owner.execute("INSERT INTO core_node (name, role, version) VALUES ('n', 'engine', '0')")
        healthy = await asked(settings)
        owner.execute("INSERT INTO core_job (kind, payload, failed_at) VALUES ('react.tests', '{}', tocsin_now())")
        degraded = await asked(settings)
    assert (healthy.status, healthy.jobs_given_up) == ("ok", 0)
    assert (degraded.status, degraded.jobs_given_up) == ("degraded", 1)
