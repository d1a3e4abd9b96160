"""The journal's screen, through the whole stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tocsin.accounts.actions import save_team
from tocsin.accounts.rules import SYSTEM
from tocsin.assets.actions import ServiceDetails, save_services
from tocsin.journal import ports
from tocsin.journal.queries import latest_facts

if TYPE_CHECKING:
    from django.test import Client

    from tocsin.accounts.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words() -> None:
    from tocsin.accounts.queries import JournalReaders
    from tocsin.main import words

    words.plug()
    ports.plug_readers(JournalReaders())


@pytest.fixture
def happened(cast: dict[str, Person]) -> None:
    save_services([ServiceDetails(key="db-01", name="Database", team="network")], actor=SYSTEM)


def _text(client: Client, path: str = "/journal", status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def test_journal_tells_what_happened_newest_first(client: Client, happened: None, bob: Person) -> None:
    client.force_login(bob)
    text = _text(client)
    assert "Service db-01 added." in text
    assert text.index("Service db-01 added.") < text.index("Team network added, with alice.")
    assert "Command line on the server" in text


def test_journal_is_told_in_the_readers_language(client: Client, happened: None, bob: Person) -> None:
    from tocsin.accounts.actions import set_preferences

    set_preferences(bob.id, language="pl", zone="", theme="", actor=SYSTEM)
    bob.refresh_from_db()
    client.force_login(bob)
    assert "Dodano usługę db-01." in _text(client)


def test_guest_finds_no_journal(client: Client, happened: None, charlie: Person) -> None:
    client.force_login(charlie)
    _text(client, status=404)


def test_journal_is_narrowed_by_kind_actor_and_record(client: Client, happened: None, bob: Person) -> None:
    client.force_login(bob)
    assert "Team network" not in _text(client, "/journal?kind=assets.")
    assert "No fact matches" in _text(client, f"/journal?actor={bob.uuid}")
    subject = latest_facts(limit=1)[0].subject
    text = _text(client, f"/journal?subject={subject}")
    assert "Service db-01 added." in text
    assert "Team network" not in text


def test_record_that_cannot_be_read_is_told_beside_its_field(client: Client, happened: None, bob: Person) -> None:
    client.force_login(bob)
    assert "Give it as kind:id" in _text(client, "/journal?subject=db-01")


def test_journal_goes_on_by_keyset(
    client: Client, happened: None, bob: Person, django_assert_max_num_queries: Any
) -> None:
    for n in range(120):
        save_team(key="more", name=f"More {n}", members=[], actor=SYSTEM)
    client.force_login(bob)
    with django_assert_max_num_queries(14):
        assert "Older" in _text(client)
    last = latest_facts(limit=100)[-1].id
    assert "Service db-01 added." in _text(client, f"/journal?before={last}")


def test_change_stands_as_before_and_after() -> None:
    from tocsin.journal.wording import details

    pairs = {pair.label: pair.value for pair in details({"before": "a", "after": "b", "added": ["x", "y"], "note": ""})}
    assert pairs == {"Before": "a", "After": "b", "added": "x, y", "note": "–"}


def test_fact_of_an_unknown_kind_is_shown_by_its_name() -> None:
    fact = latest_facts(limit=1)
    assert fact == []
    from datetime import UTC, datetime
    from uuid import UUID

    from tocsin.core.refs import Ref
    from tocsin.journal.facts import Stored

    stored = Stored(
        id=1,
        uuid=UUID(int=1),
        kind="gone.thing_done",
        schema_version=1,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        actor_kind="engine",
        actor_id="engine",
        actor_label="Tocsin",
        subject=Ref("gone.thing", UUID(int=2)),
        reason="",
        data={},
    )
    assert ports.sentence(stored) == "Thing done."
