"""The inbox, groups, alerts and silences through the whole stack, on what the digest really wrote."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.alerts.world import CALLERS, fire, resolve
from tocsin.accounts.queries import actor_for_person
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts import actions, filters, queries
from tocsin.alerts.models import Alert, Group, Silence
from tocsin.alerts.queries import LedgerLine
from tocsin.alerts.queries.reach import services_of_group
from tocsin.alerts.rules import Severity
from tocsin.core import clock

if TYPE_CHECKING:
    from django.test import Client

    from tests.alerts.world import World
    from tocsin.accounts.models import Person

pytestmark = pytest.mark.django_db


def _text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def _change(client: Client, verb: str, *values: str, **more: str) -> None:
    answer = client.post("/alerts/change", {"verb": verb, "ids": list(values), **more})
    assert answer.status_code == 302, answer.content.decode()


def _undo(client: Client, path: str = "/alerts") -> None:
    """Press the button Undo that stands beside the message on a screen."""
    found = re.search(r'<form class="end" method="post" action="([^"]+)"', _text(client, path))
    assert found, "nothing offers to take it back"
    assert client.post(found[1].replace("&amp;", "&")).status_code == 302


@pytest.fixture
def outage(world: World) -> Group:
    """The database fails and everybody who needs it says so."""
    world.outage()
    return Group.objects.get()


def test_a_failure_is_one_row_with_its_cause_before_loose_alerts(
    client: Client, world: World, outage: Group, alice: Person
) -> None:
    world.told(fire("lonely", service="printer", name="TonerLow", severity=Severity.INFO))
    client.force_login(alice)
    text = _text(client, "/alerts")
    assert text.index("Database") < text.index("TonerLow on printer")
    assert text.count("data-row") == 2
    assert "9 alerts" in text
    assert "probable cause <code>db</code>" in text
    assert 'class="spark"' in text


def test_filter_is_text_and_chips(client: Client, world: World, outage: Group, alice: Person) -> None:
    world.told(fire("lonely", service="printer", name="TonerLow", severity=Severity.INFO))
    client.force_login(alice)
    text = _text(client, "/alerts?q=service:printer+toner")
    assert "TonerLow on printer" in text
    assert text.count("data-row") == 1
    assert 'href="?state=open&amp;q=toner"' in text, "a chip takes its word away"
    assert _text(client, "/alerts?q=severity:critical").count("data-row") == 1
    assert "Nothing matches" in _text(client, "/alerts?q=no-such-thing")
    assert _text(client, "/alerts?service=printer").count("data-row") == 1, "as other screens link here"


@pytest.mark.parametrize(
    ("line", "text", "service"),
    [
        ("service:db uplink down", "uplink down", "db"),
        ('service:"two words" x', "x", "two words"),
        ("severity:nonsense", "severity:nonsense", ""),
        ("http://host", "http://host", ""),
        ('never "closed', 'never "closed', ""),
        ("", "", ""),
    ],
)
def test_filter_reads_any_line(line: str, text: str, service: str) -> None:
    asked = filters.parse(line)
    assert (asked.wanted.text, asked.wanted.service) == (text, service)


def test_list_is_frozen_and_announces_what_is_new(client: Client, world: World, outage: Group, alice: Person) -> None:
    client.force_login(alice)
    found = re.search(r'hx-get="(/alerts\?[^"]*fragment[^"]*)"', _text(client, "/alerts"))
    assert found
    refresh = found[1].replace("&amp;", "&")
    world.told(fire("lonely", service="printer", name="TonerLow", severity=Severity.INFO))
    text = _text(client, refresh)
    assert "TonerLow" not in text, "a row must not appear under the cursor"
    assert "1 new row, show" in text
    assert "TonerLow" in _text(client, "/alerts")


def test_a_row_that_closes_stays_in_its_place(client: Client, world: World, alice: Person) -> None:
    world.told(fire("lonely", service="printer", name="TonerLow", severity=Severity.INFO))
    client.force_login(alice)
    found = re.search(r'hx-get="(/alerts\?[^"]*fragment[^"]*)"', _text(client, "/alerts"))
    assert found
    world.told(resolve("lonely"))
    text = _text(client, found[1].replace("&amp;", "&"))
    assert "TonerLow" in text
    assert "Closed" in text
    assert "TonerLow" not in _text(client, "/alerts")
    assert "TonerLow" in _text(client, "/alerts?state=closed")


def test_ticked_rows_are_acknowledged_and_taken_back(client: Client, world: World, alice: Person) -> None:
    world.told(fire("one", service="printer"), fire("two", service="scanner"))
    client.force_login(alice)
    rows = [f"alert:{alert.uuid}" for alert in Alert.objects.all()]
    _change(client, "acknowledge", *rows)
    assert set(Alert.objects.values_list("state", "acknowledged_by")) == {("acknowledged", "Alice")}
    _undo(client)
    assert set(Alert.objects.values_list("state", flat=True)) == {"open"}
    assert "2 alerts are open again." in _text(client, "/alerts")


def test_snooze_and_close_are_taken_back(client: Client, world: World, alice: Person) -> None:
    world.told(fire("one", service="printer"))
    client.force_login(alice)
    row = f"alert:{Alert.objects.get().uuid}"
    _change(client, "snooze", row, hours="4")
    assert Alert.objects.filter(snoozed_until__gt=clock.now() + timedelta(hours=3)).exists()
    _undo(client)
    _change(client, "close", row)
    assert Alert.objects.get().state == "closed"
    _text(client, "/alerts")  # reads the message of before
    _change(client, "reopen", row)
    assert Alert.objects.get().state == "open"


def test_acknowledging_a_group_takes_its_cause_and_leaves_the_symptoms(
    client: Client, outage: Group, alice: Person
) -> None:
    client.force_login(alice)
    client.post("/alerts/change", {"acknowledge": f"group:{outage.uuid}"})
    assert list(Alert.objects.filter(state="acknowledged").values_list("service__key", flat=True)) == ["db"]


def test_closing_a_group_closes_its_alerts_and_undo_opens_them(client: Client, outage: Group, alice: Person) -> None:
    client.force_login(alice)
    _change(client, "close", f"group:{outage.uuid}")
    assert set(Alert.objects.values_list("state", flat=True)) == {"closed"}
    _undo(client)
    assert set(Alert.objects.values_list("state", flat=True)) == {"open"}


def test_one_refusal_does_not_hold_up_the_others(client: Client, world: World, alice: Person) -> None:
    world.told(fire("one", service="printer"), fire("two", service="scanner"))
    world.told(resolve("one"))
    client.force_login(alice)
    _change(client, "acknowledge", *(f"alert:{alert.uuid}" for alert in Alert.objects.all()))
    text = _text(client, "/alerts")
    assert "1 alert acknowledged." in text
    assert "1 refused: This alert is closed already." in text


def test_nothing_ticked_says_so(client: Client, world: World, alice: Person) -> None:
    client.force_login(alice)
    _change(client, "acknowledge")
    assert "Tick at least one row first." in _text(client, "/alerts")


def test_viewer_may_look_but_not_touch(client: Client, outage: Group, bob: Person) -> None:
    client.force_login(bob)
    text = _text(client, "/alerts")
    assert "Database" in text
    assert 'type="checkbox" name="ids"' not in text
    row = f"alert:{Alert.objects.order_by('id')[0].uuid}"
    assert client.post("/alerts/change", {"verb": "close", "ids": [row]}).status_code == 403
    assert client.post(f"/groups/{outage.uuid}/cause/confirm").status_code == 403
    assert client.post(f"/groups/{outage.uuid}/keep-apart", {"ids": [row[6:]]}).status_code == 403
    assert client.post("/silences", _silence()).status_code == 403
    assert "Silence alerts" not in _text(client, "/silences")


def test_guest_finds_nothing(client: Client, outage: Group, charlie: Person) -> None:
    client.force_login(charlie)
    assert "Nothing needs you" in _text(client, "/alerts")
    _text(client, f"/groups/{outage.uuid}", status=404)
    _text(client, f"/alerts/{Alert.objects.order_by('id')[0].uuid}", status=404)


def test_alert_says_why_it_is_here_with_its_labels(client: Client, outage: Group, alice: Person) -> None:
    client.force_login(alice)
    symptom = Alert.objects.get(fingerprint=f"{CALLERS[0]}-errors")
    text = _text(client, f"/alerts/{symptom.uuid}")
    assert re.search("It names the suspected cause|depends on the cause", text)
    assert "<code>peer</code>" in text
    assert f"/groups/{outage.uuid}" in text
    assert f"/silences?service={CALLERS[0]}&amp;name=HighErrorRate" in text
    _change(client, "acknowledge", f"alert:{symptom.uuid}", next=f"/alerts/{symptom.uuid}")
    text = _text(client, f"/alerts/{symptom.uuid}")
    assert "Alice has it" in text
    assert "acknowledged." in text, "its history"


def test_every_line_of_the_ledger_opens_its_alerts(client: Client, world: World, outage: Group, alice: Person) -> None:
    world.told(fire("db-down", service="db", name="DatabaseDown", severity=Severity.CRITICAL))
    world.told(fire("lonely", service="printer", name="TonerLow", severity=Severity.INFO))
    client.force_login(alice)
    found = queries.ledger(actor_for_person(alice), outage.uuid)
    assert sum(found.lines.values()) == found.total == 11
    expected = {LedgerLine.EVIDENCE: "DatabaseDown", LedgerLine.SYMPTOMS: "HighErrorRate", LedgerLine.REPEATS: "db"}
    for line, words in expected.items():
        assert found.lines[line] > 0
        assert words in _text(client, f"/groups/{outage.uuid}?line={line}")
    assert "TonerLow" in _text(client, f"/groups/{outage.uuid}?line=unrelated")


def test_ledger_and_histogram_read_together_say_what_they_say_apart(world: World, outage: Group) -> None:
    world.told(fire("db-down", service="db", name="DatabaseDown", severity=Severity.CRITICAL))
    world.told(fire("lonely", service="printer", name="TonerLow", severity=Severity.INFO))
    world.told(resolve(f"{CALLERS[0]}-errors"))
    together = queries.storm(SYSTEM, outage.uuid)
    apart = queries.ledger(SYSTEM, outage.uuid)
    assert together.ledger.lines == apart.lines
    assert together.ledger.total == apart.total == sum(apart.lines.values())
    assert list(together.histogram) == queries.histogram(SYSTEM, outage.uuid)
    assert sum(sum(bar.counts.values()) for bar in together.histogram) == 10


def test_what_stands_behind_is_read_once_until_something_changes(world: World, outage: Group, alice: Person) -> None:
    def afresh() -> queries.Behind:
        group = Group.objects.select_related("cause_service__team").get(pk=outage.pk)
        found, again = queries.behind(group), queries.behind(group)
        assert found is again, "nothing has changed in between"
        assert found.storm.ledger.lines == queries.ledger(SYSTEM, outage.uuid).lines
        assert sum(found.storm.ledger.lines.values()) == found.storm.ledger.total
        assert list(found.services) == services_of_group(outage.uuid)
        return found

    first = afresh()
    assert first.complaint
    world.told(fire("db-down", service="db", name="DatabaseDown", severity=Severity.CRITICAL))
    repeated = afresh()
    assert repeated.storm.ledger.lines[LedgerLine.REPEATS] == first.storm.ledger.lines[LedgerLine.REPEATS] + 1
    world.deliver(resolve("never-told"))
    assert afresh().storm.ledger.total == repeated.storm.ledger.total + 1, "also what waits for its digest"
    actor = actor_for_person(alice)
    symptom = Alert.objects.get(fingerprint=f"{CALLERS[0]}-errors")
    actions.keep_apart(outage.uuid, [symptom.uuid], actor=actor)
    assert len(afresh().services) == len(first.services) - 1
    actions.reject_cause(outage.uuid, actor=actor)
    assert afresh().complaint != first.complaint


def test_alerts_are_kept_apart_and_joined_again(client: Client, outage: Group, alice: Person) -> None:
    client.force_login(alice)
    symptom = Alert.objects.get(fingerprint=f"{CALLERS[0]}-errors")
    answer = client.post(f"/groups/{outage.uuid}/keep-apart", {"ids": [str(symptom.uuid)]})
    apart = Group.objects.exclude(pk=outage.pk).get()
    assert answer["Location"] == f"/groups/{apart.uuid}"
    assert Alert.objects.get(pk=symptom.pk).group_id == apart.id
    _undo(client, f"/groups/{apart.uuid}")
    assert Alert.objects.get(pk=symptom.pk).group_id == outage.id


def test_cause_of_a_group_is_judged_and_the_verdict_taken_back(client: Client, outage: Group, alice: Person) -> None:
    client.force_login(alice)
    client.post(f"/groups/{outage.uuid}/cause/confirm")
    assert client.post(f"/groups/{outage.uuid}/cause/confrim").status_code == 404
    assert Group.objects.get().cause_state == "confirmed"
    _undo(client, f"/groups/{outage.uuid}")
    assert Group.objects.get().cause_state == "proposed"
    client.post(f"/groups/{outage.uuid}/cause/reject")
    assert "db" in Group.objects.get().rejected
    _undo(client, f"/groups/{outage.uuid}")
    group = Group.objects.select_related("cause_service").get()
    assert (group.rejected, group.cause_service.key) == ([], "db")


def _silence(**changed: str) -> dict[str, str]:
    starts_at = timezone.localtime(clock.now())
    wanted = {
        "label_1": "service",
        "op_1": "=",
        "value_1": "printer",
        "reason": "Toner is ordered",
        "starts_at": f"{starts_at:%Y-%m-%dT%H:%M}",
        "ends_at": f"{starts_at + timedelta(hours=2):%Y-%m-%dT%H:%M}",
    }
    return wanted | changed


def test_silence_is_added_ended_and_put_back(client: Client, cast: object, alice: Person) -> None:
    client.force_login(alice)
    assert client.post("/silences", _silence()).status_code == 302
    silence = Silence.objects.get()
    assert silence.owner == alice
    text = _text(client, "/silences")
    assert "Toner is ordered" in text
    assert "data-until=" in text
    client.post(f"/silences/{silence.key}/end")
    assert Silence.objects.get().ended_at is not None
    assert "Toner is ordered" not in _text(client, "/silences").split("<main")[1].split('<form class="end"')[0]
    client.post(f"/silences/{silence.key}/resume")
    assert Silence.objects.get().ended_at is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ends_at": "2020-01-01T00:00"}, "This is not after the beginning."),
        ({"reason": ""}, "required"),
        ({"label_1": "service", "op_1": "!=", "value_1": "x"}, "would match every alert"),
    ],
)
def test_silence_without_an_end_a_reason_or_a_limit_is_refused(
    client: Client, cast: object, alice: Person, changed: dict[str, str], said: str
) -> None:
    client.force_login(alice)
    answer = client.post("/silences", _silence(**changed))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Silence.objects.exists()


def test_silence_form_is_filled_in_from_the_alert(client: Client, cast: object, alice: Person) -> None:
    client.force_login(alice)
    text = _text(client, "/silences?service=printer&name=TonerLow")
    assert 'value="printer"' in text
    assert 'value="TonerLow"' in text


def test_inbox_asks_the_database_a_fixed_number_of_questions(
    client: Client, world: World, outage: Group, alice: Person
) -> None:
    client.force_login(alice)
    _text(client, "/alerts")
    with CaptureQueriesContext(connection) as few:
        _text(client, "/alerts")
    world.told(*(fire(f"f{number}", service=f"s{number}", severity=Severity.INFO) for number in range(20)))
    with CaptureQueriesContext(connection) as more:
        _text(client, "/alerts")
    assert len(more) == len(few)
    assert len(more) <= 25
