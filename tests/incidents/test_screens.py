"""The screens of incidents, through the whole stack: what is shown, to whom, and what each button does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.incidents import world
from tocsin.incidents.models import IncidentDetail
from tocsin.incidents.rules import IncidentState

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import Clock
    from tocsin.accounts.models import Person
    from tocsin.alerts.models import Group


@pytest.fixture
def incident(storm: Group) -> IncidentDetail:
    """The switch fails; Alice is paged."""
    detail = world.needs_people(storm)
    assert detail is not None
    return detail


def _as(client: Client, login: str) -> Client:
    client.force_login(get_user_model().objects.get(login=login))
    return client


def _text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def _do(client: Client, detail: IncidentDetail, verb: str, **data: str) -> None:
    answer = client.post(f"/incidents/{detail.item.key}/do/{verb}", data)
    assert answer.status_code == 302, answer.content.decode()


def _now(detail: IncidentDetail) -> IncidentDetail:
    return IncidentDetail.objects.select_related("item__assignee", "cause", "commander").get(pk=detail.pk)


def _cause(detail: IncidentDetail) -> str:
    cause = _now(detail).cause
    return cause.key if cause else ""


def _who(person: Person | None) -> str:
    return person.login if person else ""


def _undo(client: Client, path: str) -> str:
    """The address behind the button Undo beside the message."""
    found = re.search(r'<form class="end" method="post" action="([^"]+)"', _text(client, path))
    assert found, "nothing offers to take it back"
    return found[1].replace("&amp;", "&")


def test_whoever_is_paged_sees_who_is_next_and_acknowledges(client: Client, incident: IncidentDetail) -> None:
    text = _text(_as(client, "alice"), f"/incidents/{incident.item.key}")
    assert "You are paged: Network" in text
    assert "Goes to Ann in" in text
    assert "data-until=" in text, "a countdown"
    _do(client, incident, "acknowledge")
    detail = _now(incident)
    assert detail.item.state == IncidentState.ACKNOWLEDGED
    assert _who(detail.item.assignee) == "alice"
    text = _text(client, f"/incidents/{incident.item.key}")
    assert "You are paged" not in text
    assert "Alice has it" in text


def test_screen_shows_cause_evidence_reach_clock_and_timeline(client: Client, incident: IncidentDetail) -> None:
    text = _text(_as(client, "alice"), f"/incidents/{incident.item.key}")
    assert "Probable cause" in text
    assert world.SWITCH in text
    assert "90 % sure" in text
    assert "Who else was suspected, and why it lost" in text
    assert world.GATEWAY in text, "what it reaches"
    assert "Paged Alice." in text
    assert "Waits for an answer" in text
    assert "on call, Network primary" in text, "why she was chosen"
    assert "data-running-since=" in text
    for station in ("First alert", "Cause named", "Paged", "Acknowledged", "Work begun"):
        assert station in text


def test_viewer_may_look_but_gets_no_buttons_and_is_refused(client: Client, incident: IncidentDetail) -> None:
    text = _text(_as(client, "bob"), f"/incidents/{incident.item.key}")
    assert "Confirm cause" not in text
    assert "/do/" not in text
    assert client.post(f"/incidents/{incident.item.key}/do/acknowledge").status_code == 403
    assert _now(incident).item.state == IncidentState.TRIGGERED
    assert "Declare an incident" not in _text(client, "/incidents")
    assert client.post("/incidents/new", {"title": "x", "severity": "1"}).status_code == 403


def test_guest_finds_nothing(client: Client, incident: IncidentDetail) -> None:
    _text(_as(client, "charlie"), f"/incidents/{incident.item.key}", status=404)
    assert incident.item.key not in _text(client, "/incidents")
    for part in ("head", "storm", "cause", "responders", "timeline"):
        _text(client, f"/incidents/{incident.item.key}/part/{part}", status=404)


def test_stranger_is_sent_to_sign_in_and_a_fragment_is_told_so(client: Client, incident: IncidentDetail) -> None:
    assert client.get(f"/incidents/{incident.item.key}")["Location"].startswith("/sign-in")
    part = f"/incidents/{incident.item.key}/part/head"
    assert client.get(part, headers={"HX-Request": "true"}).status_code == 401


@pytest.mark.parametrize("part", ["head", "storm", "cause", "responders", "timeline"])
def test_each_part_answers_with_the_element_that_asked(client: Client, incident: IncidentDetail, part: str) -> None:
    url = f"/incidents/{incident.item.key}/part/{part}"
    text = _text(_as(client, "alice"), url)
    assert f'hx-get="{url}' in text
    assert f"incident:{incident.item.uuid}" in text
    assert "<html" not in text


def test_confirming_the_cause_can_be_taken_back(client: Client, incident: IncidentDetail) -> None:
    _as(client, "alice")
    _do(client, incident, "confirm-cause")
    assert _now(incident).cause_state == "confirmed"
    assert client.post(_undo(client, f"/incidents/{incident.item.key}")).status_code == 302
    assert _now(incident).cause_state == "proposed"


def test_rejecting_the_cause_names_the_next_and_can_be_taken_back(client: Client, incident: IncidentDetail) -> None:
    _as(client, "alice")
    _do(client, incident, "reject-cause")
    assert _cause(incident) == world.BILLING
    text = _text(client, f"/incidents/{incident.item.key}")
    assert f"It is not {world.SWITCH}; {world.BILLING} is suspected now." in text
    _do(client, incident, "reject-cause")  # the message above was read: this one is the next
    client.post(_undo(client, f"/incidents/{incident.item.key}"))
    assert _cause(incident) == world.BILLING


def test_another_suspect_is_chosen_by_its_button(client: Client, incident: IncidentDetail) -> None:
    _as(client, "alice")
    _do(client, incident, "confirm-cause", service=world.BILLING)
    assert (_cause(incident), _now(incident).cause_state) == (world.BILLING, "confirmed")


def test_work_begins_is_commanded_watched_and_resolved(client: Client, incident: IncidentDetail) -> None:
    _as(client, "alice")
    _do(client, incident, "begin")
    assert _now(incident).work_begun_at is not None
    _do(client, incident, "command")
    assert _who(_now(incident).commander) == "alice"
    _do(client, incident, "watch")
    assert _now(incident).item.state == IncidentState.MONITORING
    _do(client, incident, "resolve", reason="Replaced the optic")
    assert _now(incident).item.state == IncidentState.RESOLVED
    assert "Replaced the optic" in _text(client, f"/incidents/{incident.item.key}")


def test_resolving_can_be_taken_back(client: Client, incident: IncidentDetail) -> None:
    _as(client, "alice")
    _do(client, incident, "resolve")
    client.post(_undo(client, f"/incidents/{incident.item.key}"))
    assert _now(incident).item.state == IncidentState.ACKNOWLEDGED


def test_severity_changes_with_a_reason_and_not_without(client: Client, incident: IncidentDetail) -> None:
    _as(client, "alice")
    _do(client, incident, "severity", severity="3", reason="")
    assert _now(incident).severity == 1
    assert "say why it changes" in _text(client, f"/incidents/{incident.item.key}")
    _do(client, incident, "severity", severity="3", reason="Only the standby")
    assert _now(incident).severity == 3
    text = _text(client, f"/incidents/{incident.item.key}")
    assert "Only the standby" in text


def test_somebody_is_paged_by_name_and_a_team_by_its_duty(client: Client, incident: IncidentDetail) -> None:
    _as(client, "alice")
    _do(client, incident, "page", whom="person:dan")
    world.engine()
    assert "dan" in world.woken(incident)
    _do(client, incident, "page", whom="team:data")
    _do(client, incident, "page", whom="team:nobody")
    assert "Choose a team or a person from the list." in _text(client, f"/incidents/{incident.item.key}")


def test_escalating_pages_the_next_at_once(client: Client, incident: IncidentDetail) -> None:
    text = _text(_as(client, "alice"), f"/incidents/{incident.item.key}")
    address = re.search(r'action="(/incidents/INC-\d+/do/escalate\?page=[^"]+)"', text)
    assert address
    client.post(address[1])
    world.engine()
    assert world.woken(incident) == ["alice", "ann"]


def test_incident_is_assigned_and_given_back(client: Client, incident: IncidentDetail) -> None:
    _as(client, "alice")
    _do(client, incident, "assign", assignee="ann")
    assert _who(_now(incident).item.assignee) == "ann"
    _do(client, incident, "assign", assignee="")
    assert _now(incident).item.assignee is None


def test_comment_is_markdown_and_harmless(client: Client, incident: IncidentDetail) -> None:
    _as(client, "alice")
    _do(client, incident, "comment", body="Moved to **waw-01** <script>alert(1)</script>")
    text = _text(client, f"/incidents/{incident.item.key}/part/timeline")
    assert "<strong>waw-01</strong>" in text
    assert "<script>" not in text
    people = _text(client, f"/incidents/{incident.item.key}/part/timeline?show=people")
    assert "Paged Alice." not in people


def test_list_shows_clock_cause_and_who_has_it(client: Client, incident: IncidentDetail) -> None:
    _do(_as(client, "alice"), incident, "acknowledge")
    text = _text(client, "/incidents")
    assert incident.item.key in text
    assert world.SWITCH in text
    assert "Alice" in text
    assert "95 % within" in text
    assert incident.item.key not in _text(client, "/incidents?state=resolved")
    assert incident.item.key not in _text(client, "/incidents?q=nothing-like-it")
    assert incident.item.key in _text(client, "/incidents?fragment&at_least=1&team=network")


def test_incident_is_declared_by_hand_and_pages_the_owner(client: Client, estate: None) -> None:
    form = {"title": "SMS to Poland is not delivered", "severity": "2", "service": world.GATEWAY, "page": "on"}
    answer = _as(client, "alice").post("/incidents/new", form)
    detail = IncidentDetail.objects.select_related("item__project", "cause").get()
    assert answer["Location"] == f"/incidents/{detail.item.key}"
    assert _cause(detail) == world.GATEWAY
    world.engine()
    assert world.woken(detail) == ["alice"]
    text = _text(client, f"/incidents/{detail.item.key}")
    assert "SMS to Poland is not delivered" in text
    assert "Alert storm" not in text, "no alert told of it"


def test_unknown_service_is_refused_with_what_to_do(client: Client, estate: None) -> None:
    form = {"title": "x", "severity": "2", "service": "no-such"}
    answer = _as(client, "alice").post("/incidents/new", form)
    assert answer.status_code == 422
    assert "Leave it empty if you do not know." in answer.content.decode()


def test_incident_is_found_by_the_name_other_rooms_have(client: Client, incident: IncidentDetail) -> None:
    answer = _as(client, "alice").get(f"/incidents/of/{incident.item.uuid}")
    assert answer["Location"] == f"/incidents/{incident.item.key}"


def test_polish_reader_reads_polish(client: Client, incident: IncidentDetail) -> None:
    person = get_user_model().objects.get(login="alice")
    person.language = "pl"
    person.save()
    text = _text(_as(client, "alice"), f"/incidents/{incident.item.key}")
    assert "Prawdopodobna przyczyna" in text
    assert "Wezwano: Alice." in text
    assert "Nobody" not in text


def test_unanswered_incident_shows_a_late_clock(client: Client, incident: IncidentDetail, clock: Clock) -> None:
    clock.forward(minutes=4)
    assert '<li class="late"' in _text(_as(client, "alice"), f"/incidents/{incident.item.key}/part/head")


def test_nothing_waits_any_more_once_it_is_resolved(client: Client, incident: IncidentDetail) -> None:
    _do(_as(client, "alice"), incident, "resolve")
    text = _text(client, f"/incidents/{incident.item.key}/part/head")
    assert "never" in text
    assert "so far" not in text


def test_screen_asks_the_database_a_fixed_number_of_questions(client: Client, incident: IncidentDetail) -> None:
    _as(client, "alice")
    address = f"/incidents/{incident.item.key}"
    _text(client, address)
    with CaptureQueriesContext(connection) as few:
        _text(client, address)
    for number in range(3):
        _do(client, incident, "comment", body=f"note {number}")
    _text(client, address)  # says the messages
    with CaptureQueriesContext(connection) as more:
        _text(client, address)
    assert len(more) <= len(few) + 1
    assert len(more) <= 45
