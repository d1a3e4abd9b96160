"""Every write is a fact: whatever an action changes, it tells the journal in the same transaction.

Asked of PostgreSQL itself, which counts the rows that a transaction has written, table by table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from tests.api.conftest import estate, incident, storm  # noqa: F401  # fixtures shared with the API's tests
from tests.journal import writes, writes_beside
from tests.journal.writes import actions

if TYPE_CHECKING:
    from tocsin.incidents.models import IncidentDetail

pytestmark = pytest.mark.django_db

EXAMPLES = writes.EXAMPLES | writes_beside.EXAMPLES

NO_FACT: Mapping[str, str] = {
    "accounts.note_key_use": "tells when a key was used last, not what anybody did",
    "alerts.attach_incident": "the other side of the incident that is opened or merged in the same transaction",
    "alerts.calm": "called by what resolves the incident, whose fact tells of both",
    "channels.send_due": "claims under a lease first, in a transaction of its own; how a message ended is a fact",
    "channels.queue_delivery": "a message waits: the fact of whoever wants it sent says why, its end is a fact too",
    "gateways.promise": "says that something will be done; what is done is a fact of the alert",
    "gateways.fulfil": "notes how a promise ended; what it did is a fact of the alert",
    "gateways.forget_requests": "drops what is past its time, as is documented",
    "incidents.note_paged": "copies a moment from the fact of the page it reacts to",
    "incidents.note_verdict": "copies what the fact of the group says, which it reacts to",
}
"""Actions that change rows and tell nobody, and why that is right."""

WRITE_NO_ROWS: Mapping[str, str] = {
    "alerts.maintain_partitions": "makes and drops tables of the event log",
    "alerts.drop_oldest_day": "drops tables of the event log",
}

NOT_THE_PRODUCTS = ("core_", "journal_")
"""The machinery's own tables: queue, topics, leases; and the journal."""

_COUNT = "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"


class Transactions:
    """Watches the transactions of an action. Inside a test's own they are savepoints; the outermost ones count."""

    def __init__(self) -> None:
        self.written: list[Counter[str]] = []
        self._depth = 0
        self._seen: Counter[str] | None = None

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql == _COUNT:
            return execute(sql, params, many, context)
        if self._seen is None:
            self._seen = self._count()
        done = execute(sql, params, many, context)
        self._depth += sql.startswith("SAVEPOINT ") - sql.startswith("RELEASE SAVEPOINT ")
        if self._depth == 0:
            self._end()
        return done

    def _end(self) -> None:
        now = self._count()
        self.written.append(now - (self._seen or Counter()))
        self._seen = now

    @staticmethod
    def _count() -> Counter[str]:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT)
            return Counter(dict(cursor.fetchall()))


def _untold(written: Counter[str]) -> set[str]:
    """The tables that a transaction changed without a word."""
    if written["journal_fact"]:
        return set()
    return {table for table in written if not table.startswith(NOT_THE_PRODUCTS)}


@pytest.mark.parametrize("room", sorted({action.partition(".")[0] for action in actions()}))
def test_what_an_action_changes_it_tells(room: str, incident: IncidentDetail) -> None:  # noqa: F811  # the fixture
    wrong = {action: _wrong(action) for action in actions() if action.startswith(f"{room}.")}
    assert {action: why for action, why in wrong.items() if why} == {}


def _wrong(action: str) -> str:
    """Do the example of an action, take it back, and say what is wrong with what it wrote."""
    if action not in EXAMPLES:
        return "has no example in tests/journal/writes.py"
    watched = Transactions()
    with rolled_back():
        do = EXAMPLES[action]()
        with connection.execute_wrapper(watched):
            do()
    untold = set().union(*map(_untold, watched.written))
    if untold and action not in NO_FACT:
        return f"changes {sorted(untold)} without a fact"
    if not untold and action in NO_FACT:
        return "is excepted, and needs no exception"
    return "" if any(watched.written) or action in WRITE_NO_ROWS else "changes nothing, and so shows nothing"


@contextmanager
def rolled_back() -> Iterator[None]:
    """Whatever is done in it is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_every_example_and_every_exception_is_of_an_action_there_is() -> None:
    known = set(actions())
    assert set(EXAMPLES) == known
    assert {*NO_FACT, *WRITE_NO_ROWS} <= known
