"""A company file carried out: all of it or nothing, twice as good as once, and written back as it was."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tocsin.accounts.rules import SYSTEM
from tocsin.alerts.actions import HeartbeatDetails, remove_heartbeat, save_heartbeat
from tocsin.core.errors import InvalidInput
from tocsin.main.apply.document import Document
from tocsin.main.apply.read import CompanyFileError, read
from tocsin.main.apply.render import dump, outcome
from tocsin.main.demo.company import sample_company
from tocsin.main.progress import Lines

COMPANY = Path(__file__).with_name("company.yaml").read_text()
LATER = COMPANY.replace("2026-02-01T0", "2099-02-01T0").replace("2026-02-02T0", "2099-02-02T0")

pytestmark = pytest.mark.django_db


def applied(text: str, login: str | None = None):
    from rich.console import Console

    from tocsin.accounts.queries import actor_for_login
    from tocsin.main.apply.execute import apply

    progress = Lines(Console(quiet=True), "", 0)
    result = apply(text, file="company.yaml", actor=actor_for_login(login), progress=progress)
    assert progress.done == progress.total == len(result.changes)
    return result


def facts() -> int:
    from tocsin.journal.models import Fact

    return Fact.objects.count()


def current() -> Document:
    from tocsin.main.apply.current import current

    return current()


def test_everything_a_file_says_is_there_afterwards() -> None:
    result = applied(LATER)
    assert len(result.changes) == 14
    assert current() == read(LATER, file="f")


def test_second_application_changes_nothing_and_writes_no_fact() -> None:
    applied(LATER)
    before = facts()
    assert applied(LATER).changes == ()
    assert facts() == before


def test_exported_file_applies_to_nothing_and_reads_back_as_what_is_there() -> None:
    applied(LATER)
    text = dump(current())
    assert read(text, file="f") == current()
    assert applied(text).changes == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"message": "line one\nline two"},
        {"tags": ["a,b"]},
        {"tags": [" a"]},
        {"name": " x "},
        {"name": "a\u200bb"},
        {"name": "x" * 200},
    ],
    ids=str,
)
def test_heartbeat_that_no_file_could_hold_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        save_heartbeat(HeartbeatDetails(**({"name": "probe", "interval_s": 60} | wrong)), actor=SYSTEM)


@pytest.mark.parametrize("more", [{"message": "  "}, {"tags": ["a", "a"]}, {"service": "nightly backup"}], ids=str)
def test_every_heartbeat_that_is_taken_is_exported_so_that_it_can_be_read(more: dict[str, Any]) -> None:
    applied(LATER)
    save_heartbeat(HeartbeatDetails(**({"name": "probe", "interval_s": 60} | more)), actor=SYSTEM)
    assert read(dump(current()), file="f") == current()
    assert applied(dump(current())).changes == ()


def test_service_a_heartbeat_made_is_exported_while_another_heartbeat_is_about_it() -> None:
    applied(LATER)
    save_heartbeat(HeartbeatDetails(name="second", interval_s=60, service="nightly backup"), actor=SYSTEM)
    remove_heartbeat("nightly backup", actor=SYSTEM)
    assert read(dump(current()), file="f") == current()


def test_window_of_a_misspelt_service_is_told_by_the_plan_with_its_line_and_one_of_a_seen_service_is_planned() -> None:
    from tocsin.assets.actions import see_services
    from tocsin.main.apply.execute import planned

    applied(LATER)
    see_services(["printer"], actor=SYSTEM)
    window = "  - {{key: w, reason: r, starts_at: 2099-02-01T00:00:00Z, services: [{}]}}\n"
    with pytest.raises(CompanyFileError, match=r"f:3: there is no service 'cores'"):
        planned("tocsin: 1\nmaintenance:\n" + window.format("cores"), file="f")
    for known in ("core", "printer", "nightly backup"):
        assert planned("tocsin: 1\nmaintenance:\n" + window.format(known), file="f")


def test_silence_that_is_over_is_no_change() -> None:
    applied(COMPANY)
    assert current().silences == ()
    assert applied(COMPANY).changes == ()


def test_window_without_an_owner_in_the_file_is_no_difference_and_one_without_an_end_comes_back() -> None:
    text = LATER.replace("reason: New line cards, owner: bob", "reason: New line cards").replace(
        ", ends_at: 2099-02-01T04:00:00Z", ""
    )
    applied(text, login=None)
    windows = current().maintenance
    assert windows is not None
    assert (windows[0].owner, windows[0].ends_at, windows[0].services) == (None, None, ("core",))
    assert applied(text).changes == ()
    assert applied(dump(current())).changes == ()


def test_secret_of_a_new_key_is_given_once_and_opens_the_intake_for_its_integration() -> None:
    from tocsin.accounts.queries import actor_for_token

    result = applied(LATER)
    actor = actor_for_token(result.secrets["prometheus-key"])
    assert actor is not None
    assert actor.label == "prometheus-key"
    assert result.secrets["prometheus-key"] in outcome(result.changes, result.secrets)
    assert applied(LATER).secrets == {}
    assert result.secrets["prometheus-key"] not in dump(current())


def test_key_that_changes_is_replaced() -> None:
    from tocsin.accounts.queries import actor_for_token

    old = applied(LATER).secrets["prometheus-key"]
    result = applied(LATER.replace("scope: integration, integration: prometheus,", "scope: read,"))
    assert actor_for_token(old) is None
    assert actor_for_token(result.secrets["prometheus-key"]) is not None


def test_what_a_section_no_longer_lists_is_removed_and_the_rest_is_left_alone() -> None:
    applied(LATER)
    applied("tocsin: 1\nservices:\n  - {key: core, name: Core switch, team: network, tier: 1, kind: switch, site: waw}")
    services = current().services
    assert services is not None
    assert [service.key for service in services] == ["core"]
    assert current().people == read(LATER, file="f").people


def test_removed_entries_come_back() -> None:
    applied(LATER)
    sections = ("maintenance", "silences", "heartbeats", "keys", "integrations", "policies", "rotations", "services")
    for section in sections:
        applied(f"tocsin: 1\n{section}: []")
    emptied = current()
    assert (emptied.services, emptied.rotations, emptied.policies, emptied.integrations, emptied.keys) == ((),) * 5
    assert emptied.heartbeats == ()
    applied(LATER)
    assert current() == read(LATER, file="f")


def test_contacts_and_overrides_that_the_file_does_not_mention_are_left_alone() -> None:
    applied(LATER)
    wanted = read(LATER, file="f")
    assert wanted.people is not None
    assert wanted.rotations is not None
    silent = Document(
        people=tuple(replace(one, contacts=None) for one in wanted.people),
        rotations=tuple(replace(one, overrides=None) for one in wanted.rotations),
    )
    assert applied(dump(silent)).changes == ()
    applied(dump(replace(silent, people=tuple(replace(one, contacts=()) for one in wanted.people))))
    assert {person.contacts for person in current().people or ()} == {None}


def test_contact_is_compared_as_its_channel_spells_it() -> None:
    text = LATER.replace("address: anna@sample.invalid", "address: anna@SAMPLE.invalid")
    applied(text)
    assert applied(text).changes == ()


def test_problem_in_the_file_leaves_nothing_applied() -> None:
    before = current()
    with pytest.raises(CompanyFileError) as refused:
        applied(LATER.replace("depends_on: [core]", "depends_on: [cor]"))
    assert "company.yaml:11: there is no service 'cor'; did you mean 'core'?" in refused.value.message
    assert current() == before


def test_refusal_half_way_leaves_nothing_applied() -> None:
    from tocsin.core.errors import Forbidden

    applied(LATER)
    before, told = current(), facts()
    changed = LATER.replace("name: API", "name: Gateway").replace("name: Network", "name: Net")
    with pytest.raises(Forbidden):
        applied(changed, login="bob")
    assert (current(), facts()) == (before, told)


def test_responder_may_change_what_their_team_owns() -> None:
    applied(LATER)
    result = applied(LATER.replace("name: API", "name: Gateway"), login="bob")
    assert [(change.kind, change.key) for change in result.changes] == [("services", "api")]


def test_file_that_leaves_no_administrator_is_refused() -> None:
    from tocsin.core.errors import Conflict

    applied(LATER)
    with pytest.raises(Conflict, match="Nobody would have the role admin"):
        applied(LATER.replace("role: admin", "role: viewer"))


def test_silence_ended_by_hand_begins_anew_when_the_file_still_wants_it() -> None:
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts.actions import end_silence

    applied(LATER)
    end_silence("mnt-1", actor=SYSTEM)
    assert [change.key for change in applied(LATER).changes] == ["mnt-1"]
    assert applied(LATER).changes == ()


def test_endless_maintenance_ended_by_hand_stays_over_until_the_file_plans_it_for_later() -> None:
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts.actions import end_maintenance

    window = "{key: works, reason: New disks, starts_at: 2026-01-01T00:00:00Z, services: [core]}"
    text = LATER.split("\nmaintenance:")[0] + f"\nmaintenance:\n  - {window}\n"
    applied(text)
    end_maintenance("works", actor=SYSTEM)
    assert applied(text).changes == ()
    assert current().maintenance == ()
    assert [change.key for change in applied(text.replace("2026-01-01T00", "2099-01-01T00")).changes] == ["works"]


def test_a_heartbeat_changes_as_the_file_says_and_its_own_service_is_told_with_it() -> None:
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts.queries import heartbeat_by_name
    from tocsin.assets.queries import service_by_key

    applied(LATER)
    service = service_by_key(SYSTEM, "nightly backup")
    assert (service.tier, service.team.key if service.team else "") == (1, "network")
    assert "nightly backup" not in {one.key for one in current().services or ()}
    result = applied(LATER.replace("interval_s: 86400", "interval_s: 3600").replace("enabled: false", "enabled: true"))
    assert {change.key: change.changed_fields() for change in result.changes} == {
        "nightly backup": {"interval_s": (86400, 3600)},
        "poller": {"enabled": (False, True)},
    }
    assert heartbeat_by_name(SYSTEM, "nightly backup").interval_s == 3600


def test_a_heartbeat_added_elsewhere_is_exported_with_what_it_refers_to() -> None:
    from tocsin.accounts.rules import ENGINE, SYSTEM
    from tocsin.alerts.actions import HeartbeatDetails, save_heartbeat
    from tocsin.assets.actions import see_services

    applied(LATER)
    see_services(["seen"], actor=ENGINE)
    save_heartbeat(HeartbeatDetails(name="probe", interval_s=60, service="seen"), actor=SYSTEM)
    text = dump(current())
    assert read(text, file="f") == current()
    assert applied(text).changes == ()


def test_services_only_alerts_have_named_are_no_part_of_the_file() -> None:
    from tocsin.accounts.rules import ENGINE
    from tocsin.assets.actions import see_services

    applied(LATER)
    see_services(["stranger"], actor=ENGINE)
    assert applied(LATER).changes == ()


def test_whole_sample_company_is_applied_and_comes_back_equal() -> None:
    company = sample_company()
    text = dump(company)
    began = time.perf_counter()
    applied(text)
    assert time.perf_counter() - began < 20
    found, wanted = current(), read(text, file="f")
    for section in ("organisation", "people", "teams", "services", "rotations", "policies", "integrations", "keys"):
        assert found.section(section) == wanted.section(section)


MAPPED = """tocsin: 1
integrations:
  - key: shop
    kind: generic
    options:
      mapping:
        each: alarms[]
        title: "{{what}} on {{host}}"
        words: {5: critical, gone: resolved}
  - {key: graf, kind: grafana, options: {signature_required: true, timestamp_header: X-Stamp}}
  - {key: errors, kind: sentry, options: {client_secret: it is one}}
"""


def integrations() -> dict[str, object]:
    from tocsin.accounts.rules import SYSTEM
    from tocsin.alerts.queries import integrations

    return {row.key: row.options for row in integrations(SYSTEM)}


def test_options_of_an_integration_are_applied_kept_and_exported_with_their_secrets_sealed() -> None:
    applied(MAPPED)
    made = integrations()
    assert made["graf"] == {"signature_required": True, "timestamp_header": "X-Stamp"}
    assert made["shop"] == {
        "mapping": {
            "each": "alarms[]",
            "title": "{{what}} on {{host}}",
            "words": {"5": "critical", "gone": "resolved"},
        }
    }
    written = dump(current())
    assert "it is one" not in written
    assert "sealed:" in written
    before = facts()
    assert applied(written).changes == ()
    applied(MAPPED)
    assert (integrations(), facts()) == (made, before)


def test_options_that_a_file_does_not_mention_stay_and_empty_ones_go() -> None:
    applied(MAPPED)
    unmentioned = (
        "tocsin: 1\nintegrations:\n  - {key: shop, kind: generic}\n  - {key: graf, kind: grafana, options: {}}\n"
    )
    applied(unmentioned)
    assert set(integrations()) == {"shop", "graf"}
    assert integrations()["shop"]
    assert integrations()["graf"] == {}
    assert applied(unmentioned).changes == ()
    applied(unmentioned.replace("generic", "zabbix"))
    assert integrations()["shop"] == {}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("{mapping: {title: '{{a..b}}'}}", "options: mapping.title:4:"),
        ("{mapping: [title]}", "options: mapping: give an object"),
        ("{color: red}", "options: There is no option “color”"),
        ("[a]", "options is a list"),
        ("{? [a] : b}", "options: There is no option"),
    ],
)
def test_a_wrong_option_is_refused_at_its_line(options: str, says: str) -> None:
    with pytest.raises(CompanyFileError) as refused:
        read(f"tocsin: 1\nintegrations:\n  - key: shop\n    kind: generic\n    options: {options}\n", file="f")
    assert "f:5: " in refused.value.message
    assert says in refused.value.message


def test_a_secret_that_was_sealed_elsewhere_is_refused() -> None:
    from tocsin.core.errors import InvalidInput

    with pytest.raises(InvalidInput, match="sealed elsewhere"):
        applied(MAPPED.replace("it is one", '"sealed:AAAA"'))
