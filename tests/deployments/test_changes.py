"""Change events: taken on PagerDuty's wire, told once, seen beside the trouble they came before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.incidents import world
from tocsin.accounts.queries import actor_for_person
from tocsin.accounts.rules import SYSTEM
from tocsin.core import clock
from tocsin.core.errors import Forbidden, InvalidInput
from tocsin.deployments.actions import NewChange, record_changes
from tocsin.deployments.queries import Wanted, changes, changes_near
from tocsin.journal.queries import latest_facts

if TYPE_CHECKING:
    from django.test import Client

    from tocsin.accounts.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company(cast: object) -> None:
    world.people()
    world.estate()


def summaries(service: str = "", text: str = "") -> list[str]:
    return [row.summary for row in changes(SYSTEM, Wanted(service=service, text=text))[0]]


def test_a_change_is_recorded_once_with_its_fact() -> None:
    new = NewChange(summary="4.2 rolled out", service=world.GATEWAY, key="build-7")
    assert [row.summary for row in record_changes([new, new], actor=SYSTEM)] == ["4.2 rolled out"]
    assert record_changes([new], actor=SYSTEM) == []
    fact = latest_facts(limit=1)[0]
    assert (fact.kind, fact.data["service"]) == ("deployments.change_recorded", world.GATEWAY)


@pytest.mark.parametrize("summary", ["", "  ", "x" * 1025])
def test_a_change_says_what_was_changed(summary: str) -> None:
    with pytest.raises(InvalidInput, match="what was changed"):
        record_changes([NewChange(summary=summary)], actor=SYSTEM)


def test_only_links_that_lead_to_the_web_are_kept() -> None:
    links = [{"href": "javascript:alert(1)", "text": "a"}, {"href": "https://ci.example.com/7", "text": "build"}]
    (row,) = record_changes([NewChange(summary="x", links=links)], actor=SYSTEM)
    assert row.links == [{"href": "https://ci.example.com/7", "text": "build"}]


def test_who_may_only_look_records_nothing(bob: Person) -> None:
    with pytest.raises(Forbidden):
        record_changes([NewChange(summary="x", service=world.GATEWAY)], actor=actor_for_person(bob))


def test_the_newest_come_first_in_stretches() -> None:
    now = clock.now()
    record_changes([NewChange(summary=f"{n}", changed_at=now - timedelta(hours=n)) for n in range(5)], actor=SYSTEM)
    first, before = changes(SYSTEM, Wanted(), limit=3)
    rest, end = changes(SYSTEM, Wanted(), before=before, limit=3)
    assert [row.summary for row in first + rest] == ["0", "1", "2", "3", "4"]
    assert (bool(before), end) == (True, "")


def test_a_list_is_narrowed_by_service_and_words() -> None:
    record_changes([NewChange(summary="roll out", service=world.GATEWAY), NewChange(summary="DNS move")], actor=SYSTEM)
    assert summaries(service=world.GATEWAY) == ["roll out"]
    assert summaries(text="dns") == ["DNS move"]


def test_beside_trouble_stand_the_changes_of_the_day_before_of_its_cause_or_of_no_service() -> None:
    began = clock.now()
    record_changes(
        [
            NewChange(summary="cause", service=world.GATEWAY, changed_at=began - timedelta(hours=3)),
            NewChange(summary="anywhere", changed_at=began - timedelta(hours=2)),
            NewChange(summary="elsewhere", service=world.BILLING, changed_at=began - timedelta(hours=1)),
            NewChange(summary="long ago", service=world.GATEWAY, changed_at=began - timedelta(hours=25)),
            NewChange(summary="after", service=world.GATEWAY, changed_at=began + timedelta(hours=1)),
        ],
        actor=SYSTEM,
    )
    assert [row.summary for row in changes_near(SYSTEM, [world.GATEWAY], began)] == ["anywhere", "cause"]


def test_the_screen_lists_changes_and_the_fragment_refuses_a_bad_time(client: Client, alice: Person) -> None:
    record_changes([NewChange(summary="4.2 <b>rolled</b> out", service=world.GATEWAY)], actor=SYSTEM)
    client.force_login(alice)
    assert "4.2 &lt;b&gt;rolled&lt;/b&gt; out" in client.get("/changes").content.decode()
    assert client.get("/panels/changes/near", {"at": "yesterday"}).status_code == 422
    near = client.get("/panels/changes/near", {"at": clock.now().isoformat(), "service": world.GATEWAY})
    assert "rolled" in near.content.decode()
