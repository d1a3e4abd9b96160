"""The command line does what the screens do, with the same rights and the same record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner, Result

from tests.incidents import world
from tocsin.accounts.rules import SYSTEM
from tocsin.alerts.models import Alert, Silence
from tocsin.alerts.rules import parse_matchers
from tocsin.alerts.shapes import parse_matcher
from tocsin.core.errors import Forbidden, InvalidInput, NotFound
from tocsin.journal.queries import latest_facts
from tocsin.main.cli import ROOMS
from tocsin.oncall.actions import RotationDetails, save_rotation
from tocsin.oncall.rules import Weekday
from tocsin.paging.models import Page
from tocsin.ui.terminal import parse_moment

if TYPE_CHECKING:
    from tocsin.alerts.models import Group
    from tocsin.incidents.models import IncidentDetail

NOW = datetime(2026, 3, 4, 3, 4, 5, tzinfo=UTC)


def _commands() -> dict[str, click.Command]:
    rooms = [import_module(f"tocsin.{room}.cli") for room in ROOMS]
    return {command.name or "": command for module in rooms for command in module.commands}


def _run(line: str, *more: str, stdin: str | None = None) -> Result:
    name, *arguments = line.split()
    return CliRunner().invoke(
        _commands()[name], [*arguments, *more], catch_exceptions=False, standalone_mode=True, input=stdin
    )


def _ran(line: str, *more: str, stdin: str | None = None) -> str:
    done = _run(line, *more, stdin=stdin)
    assert done.exit_code == 0, done.output
    return done.output


def _leaves(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name, sub in command.commands.items():
            yield from _leaves(sub, f"{path} {name}")
    else:
        yield path, command


ALL = [leaf for name, command in _commands().items() for leaf in _leaves(command, name)]


@pytest.mark.parametrize(("path", "command"), ALL, ids=[path for path, _ in ALL])
def test_every_command_can_act_as_somebody_and_says_what_it_does(path: str, command: click.Command) -> None:
    options = {option for parameter in command.params for option in parameter.opts}
    assert "--as" in options
    assert command.help
    if path.rpartition(" ")[2] in {"list", "show", "alerts", "timeline", "paces", "inbox", "oncall", "journal"}:
        assert "--json" in options


def test_list_is_tab_separated_in_a_pipe(incident: IncidentDetail) -> None:
    heading, row = _ran("incident list").splitlines()
    assert heading.split("\t")[:3] == ["KEY", "SEVERITY", "STATE"]
    assert row.split("\t")[:3] == ["INC-1", "1", "triggered"]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("incident list", "results"),
        ("incident show INC-1", "incident"),
        ("incident timeline INC-1", "results"),
        ("inbox", "results"),
        ("page list", "results"),
        ("journal", "results"),
        ("item list", "results"),
        ("item show INC-1", "item"),
        (f"service show {world.SWITCH}", "service"),
    ],
)
def test_json_has_the_shape_of_the_api(incident: IncidentDetail, line: str, key: str) -> None:
    assert key in json.loads(_ran(line, "--json"))


@pytest.mark.parametrize(
    "line",
    ["incident paces", "oncall", "service list", "person list", "team list", "key list", "silence list"],
)
def test_json_list_is_an_array(estate: None, line: str) -> None:
    assert isinstance(json.loads(_ran(line, "--json")), list)


@pytest.mark.parametrize(
    "line",
    ["incident show INC-1", "incident timeline INC-1", "item show INC-1", "inbox", "page list", "journal", "oncall"],
)
def test_everything_is_shown_to_people_too(incident: IncidentDetail, line: str) -> None:
    assert "\t" in _ran(line)


def test_command_acts_as_the_person_and_is_recorded_so(incident: IncidentDetail) -> None:
    assert _ran("incident ack INC-1 --as alice") == "INC-1 is acknowledged.\n"
    fact = latest_facts(kind="incidents.incident_acknowledged")[0]
    assert (fact.actor_label, fact.data["via"]) == ("Alice", "cli")


def test_command_without_a_person_acts_as_the_operator(incident: IncidentDetail) -> None:
    _ran("incident ack INC-1")
    assert latest_facts(kind="incidents.incident_acknowledged")[0].actor_kind == "system"


def test_viewer_may_look_and_guest_finds_nothing(incident: IncidentDetail) -> None:
    assert "INC-1" in _ran("incident list --as bob")
    with pytest.raises(Forbidden):
        _run("incident resolve INC-1 --as bob")
    with pytest.raises(NotFound):
        _run("incident show INC-1 --as charlie")
    with pytest.raises(NotFound):
        _run("journal --as charlie")


def test_incident_is_led_from_the_command_line(incident: IncidentDetail) -> None:
    _ran("incident command INC-1 --as alice")
    _ran("incident severity INC-1 2 --as alice", "--reason", "one site only")
    _ran("incident comment INC-1 - --as alice", stdin="Uplink **B** is dark")
    _ran("incident assign INC-1 ann --as alice")
    assert _ran("incident confirm-cause INC-1 --as alice") == f"INC-1: cause {world.SWITCH} (confirmed).\n"
    assert _ran("incident withdraw-verdict INC-1 --as alice") == f"INC-1: cause {world.SWITCH} (proposed).\n"
    assert _ran("incident page-team INC-1 data --as alice") == "Paging data.\n"
    assert _ran("incident page-person INC-1 ann --as alice") == "Paging ann.\n"
    assert _ran("incident watch INC-1 --as alice") == "INC-1 is monitoring.\n"
    assert _ran("incident resolve INC-1 --as alice", "--reason", "uplink replaced") == "INC-1 is resolved.\n"
    assert _ran("incident reopen INC-1 --as alice") == "INC-1 is acknowledged.\n"
    shown = json.loads(_ran("incident show INC-1 --json"))["incident"]
    assert (shown["commander"]["login"], shown["assignee"]["login"], shown["severity"]) == ("alice", "ann", 2)


def test_operator_must_say_who_takes_command(incident: IncidentDetail) -> None:
    with pytest.raises(InvalidInput, match="--as"):
        _run("incident command INC-1")


def test_declared_incident_prints_its_key(estate: None) -> None:
    assert _ran("incident declare --severity 2 --team data --as alice", "Lost SMS") == "INC-1\n"


def test_page_is_answered_and_escalated(incident: IncidentDetail) -> None:
    page = Page.objects.get()
    assert _ran(f"page escalate {page.uuid} --as alice") == "Told so far: alice, ann.\n"
    assert _ran(f"page ack {page.uuid} --as ann") == "Answered by Ann.\n"
    assert "it touches 1 service" in _ran(f"page show {page.uuid}")


def test_alert_is_acknowledged_snoozed_and_closed(storm: Group) -> None:
    alert = Alert.objects.order_by("id")[0]
    for words, state in {
        "ack": "Acknowledged",
        "unack": "Open",
        "snooze": "Snoozed",
        "close": "Closed",
        "reopen": "Open",
    }.items():
        more = ["2h"] if words == "snooze" else []
        assert _ran(f"alert {words} {alert.uuid}", *more) == f"{state}.\n"
    assert alert.title in _ran(f"alert show {alert.uuid}")


def test_group_is_corrected(storm: Group) -> None:
    symptom = Alert.objects.order_by("id")[1]
    apart = _ran(f"group keep-apart {storm.uuid} {symptom.uuid}").strip()
    assert len(_ran(f"group alerts {apart}").splitlines()) == 2
    assert _ran(f"group absorb {storm.uuid} {apart}") == "Merged.\n"
    assert _ran(f"group reject-cause {storm.uuid}") == f"Cause: {world.BILLING} (proposed).\n"
    assert _ran(f"group confirm-cause {storm.uuid}") == f"Cause: {world.BILLING}.\n"
    assert _ran(f"group withdraw-verdict {storm.uuid}") == f"Cause: {world.BILLING} (proposed).\n"
    assert world.BILLING in _ran(f"group show {storm.uuid}")
    assert _ran(f"group close {storm.uuid}") == "Closed.\n"


def test_maintenance_is_planned_prolonged_ended_and_removed(estate: None) -> None:
    _ran("maintenance save works --service core-sw-waw-02 --dependents --from 1h --until 3h", "--reason", "New cards")
    row = Silence.objects.get()
    assert row.scope["services"] == ["core-sw-waw-02"]
    assert row.ends_at is not None
    _ran("maintenance save works --service core-sw-waw-02 --dependents --until 4h", "--reason", "New cards")
    assert Silence.objects.get().starts_at == row.starts_at
    listed = _ran("maintenance list")
    assert "core-sw-waw-02*" in listed
    assert "planned" in listed
    assert _ran("maintenance prolong works") == "Prolonged.\n"
    assert "ended by hand" in _ran("maintenance list")
    assert _ran("maintenance end works") == "Ended.\n"
    assert "cancelled" in _ran("maintenance list --over")
    assert _ran("maintenance remove works") == "Removed.\n"
    assert "works" not in _ran("maintenance list --over")


def test_silence_is_added_and_ended(estate: None) -> None:
    _ran("silence add mnt-118 service=core-sw-waw-02 severity!=critical --until 2h", "--reason", "maintenance")
    assert Silence.objects.get().matchers[1] == {"label": "severity", "op": "!=", "value": "critical"}
    assert "mnt-118" in _ran("silence list")
    assert _ran("silence end mnt-118") == "Ended.\n"
    assert "mnt-118" not in _ran("silence list")


def test_key_is_issued_and_revoked(estate: None) -> None:
    token = _ran("key issue reader --scope manage --team network --as alice").strip()
    (listed,) = json.loads(_ran("key list --json"))
    assert listed["scope"] == "manage"
    assert token.startswith(listed["prefix"])
    assert _ran(f"key revoke {listed['id']} --as alice") == "Revoked.\n"
    with pytest.raises(Forbidden):
        _run("key issue reader --as alice")


def test_integration_is_added_and_removed(cast: object) -> None:
    assert _ran("integration add probes --name Probes --kind opsgenie --team network --as alice") == "Saved.\n"
    assert [row["key"] for row in json.loads(_ran("integration list --json"))] == ["probes"]
    with pytest.raises(Forbidden):
        _run("integration remove probes --as bob")
    assert _ran("integration remove probes --as alice") == "Removed.\n"
    assert json.loads(_ran("integration list --json")) == []


def test_somebody_stands_in_and_gives_the_duty_back(cast: object) -> None:
    save_rotation(
        RotationDetails(
            key="first",
            team="network",
            name="First line",
            zone="Europe/Warsaw",
            handoff_weekday=Weekday.MONDAY,
            handoff_time=time(9),
            starts_on=date(2026, 1, 5),
            participants=("alice",),
        ),
        actor=SYSTEM,
    )
    made = _ran("rotation cover first bob --until 2h --as alice").strip()
    assert [row["now"]["login"] for row in json.loads(_ran("oncall --json"))] == ["bob"]
    with pytest.raises(Forbidden):
        _run(f"rotation uncover {made} --as bob")
    assert _ran(f"rotation uncover {made} --as alice") == "Removed.\n"
    assert [row["now"]["login"] for row in json.loads(_ran("oncall --json"))] == ["alice"]


@pytest.mark.parametrize(
    ("text", "op"),
    [
        ("a=b", "="),
        ("a!=b", "!="),
        ("a^=b", "^="),
        ("a*=b", "*="),
        ("a=b^=c", "="),
        ("a=b!=c", "="),
        ("a=~b", "=~"),
        ("a!~b", "!~"),
    ],
)
def test_matcher_is_read_by_its_first_operator(text: str, op: str) -> None:
    matcher = parse_matcher(text)
    assert matcher["op"] == op
    anchor = {"label": "service", "op": "=", "value": "db"}
    assert len(parse_matchers([anchor, matcher])) == 2, "what the command reads, the rules take"


@pytest.mark.parametrize("text", ["a", "=b", "", "!=b"])
def test_matcher_without_a_label_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="label=value"):
        parse_matcher(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", NOW + timedelta(minutes=30)),
        ("1d", NOW + timedelta(days=1)),
        ("2026-03-04T05:04:05+01:00", datetime(2026, 3, 4, 4, 4, 5, tzinfo=UTC)),
    ],
)
def test_moment_is_a_span_or_a_stamp(text: str, expected: datetime) -> None:
    assert parse_moment(text, NOW) == expected


@pytest.mark.parametrize("text", ["soon", "30", "2026-03-04T03:04:05", "-5m", ""])
def test_moment_without_unit_or_zone_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="write 30m"):
        parse_moment(text, NOW)
