"""The screens of who is on call, through the whole stack."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tocsin.accounts import actions as accounts
from tocsin.accounts.rules import SYSTEM
from tocsin.core import clock as clocks
from tocsin.oncall.actions import RotationDetails, save_rotation
from tocsin.oncall.queries import rotation_by_key, shifts
from tocsin.oncall.rules import Weekday

if TYPE_CHECKING:
    from django.test import Client

    from tocsin.accounts.models import Person
    from tocsin.oncall.models import Rotation

pytestmark = pytest.mark.django_db


def _details(participants: tuple[str, ...] = ("alice", "bob"), **changed: Any) -> RotationDetails:
    wanted: dict[str, Any] = {
        "key": "network-primary",
        "name": "Network primary",
        "team": "network",
        "zone": "Europe/Warsaw",
        "handoff_weekday": Weekday.MONDAY,
        "handoff_time": time(9),
        "starts_on": date(2024, 1, 1),
        "participants": participants,
    }
    return RotationDetails(**wanted | changed)


@pytest.fixture
def rotation(cast: dict[str, Person]) -> Rotation:
    """Alice and Bob take turns."""
    return save_rotation(_details(), actor=SYSTEM)


def _text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def _span(hours_ahead: float, hours: float) -> dict[str, str]:
    starts_at = clocks.now() + timedelta(hours=hours_ahead)
    return {
        "starts_at": f"{starts_at:%Y-%m-%dT%H:%M}",
        "ends_at": f"{starts_at + timedelta(hours=hours):%Y-%m-%dT%H:%M}",
    }


def _on_call(row: Rotation, at: datetime) -> str:
    duty = shifts(rotation_by_key(SYSTEM, row.key), at, at + timedelta(seconds=1))[0]
    return duty.person.login if duty.person else ""


def test_on_call_now_answers_who_until_when_and_who_follows(client: Client, rotation: Rotation, bob: Person) -> None:
    client.force_login(bob)
    text = _text(client, "/oncall")
    assert "Network primary" in text
    assert "Alice" in text
    assert "Bob" in text
    assert "Mon" in text
    assert "Cannot be reached" in text, "nobody has a contact yet"


def test_reader_sees_their_own_shifts(client: Client, rotation: Rotation, bob: Person, charlie: Person) -> None:
    client.force_login(bob)
    assert "you are not on call" not in _text(client, "/oncall")
    client.force_login(charlie)
    text = _text(client, "/oncall")
    assert "you are not on call" in text
    assert "Network primary" not in text


def test_gap_is_said_in_red(client: Client, cast: dict[str, Person], bob: Person) -> None:
    save_rotation(_details(participants=()), actor=SYSTEM)
    client.force_login(bob)
    text = _text(client, "/oncall")
    assert "Nobody is on call in one span" in text
    assert "nobody takes part in the rotation" in text


def test_somebody_who_left_is_a_gap(client: Client, rotation: Rotation, bob: Person) -> None:
    accounts.deactivate_person("alice", actor=SYSTEM)
    client.force_login(bob)
    assert "Alice has left" in _text(client, "/oncall")


def test_rotation_shows_four_weeks_and_its_handover(client: Client, rotation: Rotation, bob: Person) -> None:
    client.force_login(bob)
    text = _text(client, "/oncall/network-primary")
    assert "Hands over every Monday at 09:00 (Europe/Warsaw)." in text
    assert text.count("their turn") == 5


def test_standing_in_is_arranged_and_undone(client: Client, rotation: Rotation, alice: Person) -> None:
    client.force_login(alice)
    usual = _on_call(rotation, clocks.now() + timedelta(hours=3))
    other = "bob" if usual == "alice" else "alice"
    answer = client.post("/oncall/network-primary", {"person": other, **_span(2, 2)})
    assert answer.status_code == 302, answer.content.decode()
    text = _text(client, answer["Location"])
    assert f"{other.title()} stands in from" in text
    assert _on_call(rotation, clocks.now() + timedelta(hours=3)) == other
    undo = text.partition('class="end" method="post" action="')[2].partition('"')[0]
    assert client.post(undo).status_code == 302
    assert _on_call(rotation, clocks.now() + timedelta(hours=3)) == usual


def test_times_are_read_in_the_readers_zone(client: Client, rotation: Rotation, alice: Person) -> None:
    accounts.set_preferences(alice.id, language="", zone="Asia/Tokyo", theme="", actor=SYSTEM)
    client.force_login(alice)
    day = clocks.now() + timedelta(days=40)
    span = {"starts_at": f"{day:%Y-%m-%d}T09:00", "ends_at": f"{day:%Y-%m-%d}T10:00"}
    client.post("/oncall/network-primary", {"person": "bob", **span})
    (override,) = rotation_by_key(SYSTEM, "network-primary").overrides.all()
    assert (override.starts_at.hour, override.starts_at.minute) == (0, 0)


@pytest.mark.parametrize(
    ("span", "said"), [((5, -2), "This is not after the beginning."), ((-9, 3), "This is in the past.")]
)
def test_impossible_span_is_told_beside_its_field(
    client: Client, rotation: Rotation, alice: Person, span: tuple[float, float], said: str
) -> None:
    client.force_login(alice)
    answer = client.post("/oncall/network-primary", {"person": "bob", **_span(*span)})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_viewer_may_look_but_not_arrange(client: Client, rotation: Rotation, bob: Person) -> None:
    client.force_login(bob)
    assert "stand-in" not in _text(client, "/oncall/network-primary")
    assert client.post("/oncall/network-primary", {"person": "bob", **_span(2, 2)}).status_code == 403


def test_guest_finds_no_rotation(client: Client, rotation: Rotation, charlie: Person) -> None:
    client.force_login(charlie)
    _text(client, "/oncall/network-primary", status=404)


def test_board_reads_as_often_for_many_rotations(
    client: Client, rotation: Rotation, bob: Person, django_assert_max_num_queries: Any
) -> None:
    for n in range(12):
        save_rotation(_details(key=f"r{n}", name=f"Rotation {n}"), actor=SYSTEM)
    client.force_login(bob)
    with django_assert_max_num_queries(16):
        _text(client, "/oncall")
