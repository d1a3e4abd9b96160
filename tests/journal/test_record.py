"""Recording: in the caller's transaction, with its reactions, and never changed afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.db import DatabaseError, connection, transaction

from tocsin.accounts.rules import SYSTEM
from tocsin.core.ids import uuid7
from tocsin.core.refs import Ref
from tocsin.journal import ports, queries
from tocsin.journal.actions import record

SUBJECT = Ref("tests.thing", uuid7())


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingSeen:
    kind: ClassVar[str] = "tests.thing_seen"
    schema_version: ClassVar[int] = 1
    colour: str


@pytest.fixture
def reaction() -> Iterator[str]:
    before = {kind: ports.reactions_to(kind) for kind in list(ports._reactions)}
    ports.plug_reactions({"tests.thing_seen": ("react.tests",)})
    yield "react.tests"
    ports.plug_reactions(before)


def queued() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, key FROM core_job")
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_fact_is_read_back_with_author_and_fields() -> None:
    record(ThingSeen(colour="red"), actor=SYSTEM, subject=SUBJECT, reason="asked")
    [fact] = queries.facts_about([SUBJECT])
    assert (fact.kind, fact.data, fact.reason) == ("tests.thing_seen", {"colour": "red"}, "asked")
    assert (fact.actor_kind, fact.actor_id) == ("system", "system")


@pytest.mark.django_db
def test_fact_queues_each_wired_reaction_once(reaction: str) -> None:
    record(ThingSeen(colour="red"), actor=SYSTEM, subject=SUBJECT)
    [fact] = queries.facts_about([SUBJECT])
    assert queued() == [(reaction, str(fact.id))]


@pytest.mark.django_db
def test_rolled_back_action_leaves_neither_fact_nor_reaction(reaction: str) -> None:
    with transaction.atomic():
        record(ThingSeen(colour="red"), actor=SYSTEM, subject=SUBJECT)
        transaction.set_rollback(True)
    assert queries.facts_about([SUBJECT]) == []
    assert queued() == []


def test_fact_outside_a_transaction_is_refused(fresh_database: object) -> None:
    with pytest.raises(RuntimeError, match="atomic"):
        record(ThingSeen(colour="red"), actor=SYSTEM, subject=SUBJECT)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE journal_fact SET reason = 'x'", "DELETE FROM journal_fact"])
def test_database_refuses_to_change_a_fact(statement: str) -> None:
    record(ThingSeen(colour="red"), actor=SYSTEM, subject=SUBJECT)
    with pytest.raises(DatabaseError, match=r"permission denied|append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert len(queries.facts_about([SUBJECT])) == 1
