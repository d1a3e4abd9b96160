"""Hosts and what they need are taken over from Nagios and Icinga 2: added once, refused with file and line."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from tocsin.accounts.rules import SYSTEM
from tocsin.assets import actions, queries, rules
from tocsin.assets.actions import ServiceDetails
from tocsin.core.errors import Forbidden, InvalidInput
from tocsin.journal.queries import latest_facts

pytestmark = pytest.mark.django_db

NAGIOS = """########################################
define host {
	host_name	sw-01
	alias	Switch 1
	}

define host {
	host_name	db-01
	alias	Database 1
	parents	sw-01
	}

define host {
	host_name	web-01
	}

define service {
	host_name	db-01
	service_description	disk
	}

define servicedependency {
	host_name	db-01
	service_description	postgres
	dependent_host_name	web-01
	dependent_service_description	http
	}

define servicedependency {
	host_name	db-01
	service_description	ping
	dependent_host_name	db-01
	dependent_service_description	disk
	}
"""
ICINGA2 = """Object 'db-01' of type 'Host':
  % declared in '/etc/icinga2/conf.d/hosts.conf', lines 4:1-4:19
  * __name = "db-01"
  * display_name = "Database 1"
    % = modified in '/etc/icinga2/conf.d/hosts.conf', lines 5:3-5:30
  * vars
    * name = "no-host"

Object 'db-01!uplink' of type 'Dependency':
  % declared in '/etc/icinga2/conf.d/needs.conf', lines 9:1-9:26
  * __name = "db-01!uplink"
  * child_host_name = "db-01"
  * child_service_name = ""
  * parent_host_name = "sw-01"
"""
CIRCLE = "define hostdependency {\n\thost_name\tdb-01\n\tdependent_host_name\tsw-01\n\t}\n"


def read(text: str, monitor: rules.Monitor = rules.Monitor.NAGIOS) -> rules.Found:
    return rules.read(monitor, text, file="objects.cache")


def told(text: str, *arguments: str, monitor: str = "nagios") -> Result:
    from tocsin.assets.cli import import_command

    return CliRunner().invoke(import_command, [monitor, "-", *arguments], input=text, catch_exceptions=False)


def test_hosts_their_parents_and_what_their_checks_need_are_added_once() -> None:
    new = actions.import_map(read(NAGIOS), actor=SYSTEM)
    assert [(host.key, host.name) for host in new.hosts] == [
        ("sw-01", "Switch 1"),
        ("db-01", "Database 1"),
        ("web-01", "web-01"),
    ]
    assert [(edge.caller, edge.callee) for edge in queries.edges()] == [("db-01", "sw-01"), ("web-01", "db-01")]
    (fact,) = latest_facts(kind="assets.map_imported")
    assert (fact.data["monitor"], fact.data["services"], fact.data["dependencies"]) == ("nagios", 3, 2)
    before = len(latest_facts())
    assert actions.import_map(read(NAGIOS), actor=SYSTEM) == rules.Additions(hosts=(), needs=())
    assert len(latest_facts()) == before


def test_what_people_have_said_of_a_service_stays_and_a_seen_host_becomes_a_given_one(cast: object) -> None:
    mine = ServiceDetails(key="db-01", name="My database", team="network", tier=1, kind="database")
    actions.save_services([mine, ServiceDetails(key="vault", name="Vault")], actor=SYSTEM)
    actions.save_dependencies({"db-01": ["vault"]}, actor=SYSTEM)
    actions.see_services(["sw-01"], actor=SYSTEM)
    actions.import_map(read(NAGIOS), actor=SYSTEM)
    row = queries.service_by_key(SYSTEM, "db-01")
    assert (row.name, row.tier, row.kind) == ("My database", 1, "database")
    assert queries.service_by_key(SYSTEM, "sw-01").source == "given"
    assert {("db-01", "vault"), ("db-01", "sw-01")} <= {(edge.caller, edge.callee) for edge in queries.edges()}


def test_a_plan_changes_nothing_and_says_what_the_import_then_adds() -> None:
    planned = told(NAGIOS, "--plan")
    assert planned.output.splitlines()[2:] == [
        "+ web-01",
        "+ db-01 needs sw-01",
        "+ web-01 needs db-01",
        "Plan: 3 services, 2 dependencies.",
    ]
    assert queries.services(SYSTEM) == []
    assert told(NAGIOS).output.splitlines()[-1] == "Added: 3 services, 2 dependencies."
    assert told(NAGIOS).output == "Added: 0 services, 0 dependencies.\n"


def test_a_host_that_is_not_there_is_refused_where_icinga_2_declared_its_need() -> None:
    refused = told(ICINGA2, monitor="icinga2")
    assert refused.exit_code == 2
    assert "/etc/icinga2/conf.d/needs.conf:9: there is no host “sw-01”" in refused.output
    assert refused.output.endswith("1 problem; nothing was imported.\n")
    assert queries.services(SYSTEM) == []


def test_a_circle_is_refused_with_its_line_and_everyone_in_it() -> None:
    line = len(NAGIOS.splitlines()) + 1
    with pytest.raises(InvalidInput, match=rf"^objects\.cache:{line}: .* circle: db-01 → sw-01 → db-01\.$"):
        actions.import_map(read(NAGIOS + CIRCLE), actor=SYSTEM)
    assert queries.services(SYSTEM) == []


def test_a_file_of_something_else_has_no_host_and_is_named() -> None:
    (problem,) = rules.problems(read("tocsin: 1\n"))
    assert (problem.what, problem.place.file) == ("there is no host in it", "objects.cache")


def test_a_circle_with_what_is_given_here_is_refused_with_its_line() -> None:
    actions.save_services([ServiceDetails(key=key, name=key) for key in ("sw-01", "db-01", "core")], actor=SYSTEM)
    actions.save_dependencies({"sw-01": ["core"], "core": ["db-01"]}, actor=SYSTEM)
    refused = told(NAGIOS)
    assert refused.exit_code == 2
    assert "-:7: these need each other in a circle: sw-01 → core → db-01 → sw-01" in refused.output
    assert told(NAGIOS, "--plan").output == refused.output
    assert len(queries.edges()) == 2


@pytest.mark.parametrize(("key", "alias"), [("h" * 200, "x"), ("h", "x" * 200), ("h\u200bh", "x")])
def test_a_name_that_no_company_file_could_hold_is_refused(key: str, alias: str) -> None:
    text = f"define host {{\n\thost_name\t{key}\n\talias\t{alias}\n\t}}\n"
    with pytest.raises(InvalidInput, match=r"^objects\.cache:1: .* is no name of a service"):
        actions.import_map(read(text), actor=SYSTEM)


def test_what_somebody_has_removed_stays_removed_with_its_needs() -> None:
    actions.save_services([ServiceDetails(key="sw-01", name="Switch")], actor=SYSTEM)
    actions.remove_service("sw-01", actor=SYSTEM)
    for _ in range(2):
        new = actions.import_map(read(NAGIOS), actor=SYSTEM)
        assert new.removed == ("sw-01",)
    assert [(edge.caller, edge.callee) for edge in queries.edges()] == [("web-01", "db-01")]
    assert "sw-01 was removed here" in told(NAGIOS).output
    actions.save_services([ServiceDetails(key="sw-01", name="Switch")], actor=SYSTEM)
    assert actions.import_map(read(NAGIOS), actor=SYSTEM).needs == (("db-01", "sw-01"),)


def test_a_plan_is_refused_whom_the_import_is(cast: object) -> None:
    for arguments in (["--plan"], []):
        with pytest.raises(Forbidden):
            told(NAGIOS, *arguments, "--as", "charlie")
    assert queries.services(SYSTEM) == []
