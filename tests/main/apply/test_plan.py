"""The difference between two documents, and documents written and read back."""

import json
from dataclasses import replace
from pathlib import Path

from tocsin.main.apply.document import SECTIONS, Document, Organisation, Service, Team, overlaid
from tocsin.main.apply.plan import Verb, plan
from tocsin.main.apply.read import read
from tocsin.main.apply.render import as_json, as_text, dump

DOCUMENT = read(Path(__file__).with_name("company.yaml").read_text(), file="company.yaml")


def test_everything_is_added_to_an_empty_installation_in_the_order_of_sections() -> None:
    changes = plan(Document(), DOCUMENT)
    assert {change.verb for change in changes} == {Verb.ADD}
    places = [SECTIONS.index(change.kind) for change in changes]
    assert places == sorted(places)
    assert len(changes) == 14


def test_second_application_changes_nothing() -> None:
    assert plan(overlaid(Document(), DOCUMENT), DOCUMENT) == []
    assert as_text([]) == "Nothing to do: everything is as the file says.\n"


def test_sections_the_file_leaves_out_are_not_touched() -> None:
    assert plan(DOCUMENT, Document(organisation=DOCUMENT.organisation)) == []


def test_entry_missing_from_a_section_is_removed_last_things_first() -> None:
    changes = plan(DOCUMENT, Document(teams=(), services=()))
    assert [(change.kind, change.key, change.verb) for change in changes] == [
        ("services", "core", Verb.REMOVE),
        ("services", "api", Verb.REMOVE),
        ("teams", "network", Verb.REMOVE),
    ]


def test_changed_entry_shows_only_the_fields_that_differ() -> None:
    teams = (Team(key="network", name="Net", members=("anna", "bob"), lead="anna"),)
    (change,) = plan(DOCUMENT, Document(teams=teams))
    assert change.changed_fields() == {"name": ("Network", "Net")}
    assert as_text([change]) == (
        '~ teams/network\n    name: "Network" -> "Net"\nPlan: 0 to add, 1 to change, 0 to remove.\n'
    )


def test_order_of_dependencies_is_no_difference() -> None:
    before = Document(services=(Service(key="x", name="x"), Service(key="y", name="y")))
    text = "tocsin: 1\nservices: [{key: x}, {key: y}, {key: z, depends_on: [y, x]}]"
    other = text.replace("[y, x]", "[x, y]")
    assert plan(before, read(text, file="f")) == plan(before, read(other, file="f"))


def test_plan_as_json_holds_before_and_after() -> None:
    wanted = Document(organisation=Organisation(name="Other", zone="Europe/Warsaw"))
    (change,) = json.loads(as_json(plan(DOCUMENT, wanted)))["changes"]
    assert (change["kind"], change["verb"]) == ("organisation", "change")
    assert (change["before"]["name"], change["after"]["name"]) == ("Example (sample)", "Other")


def test_written_document_reads_back_equal() -> None:
    assert read(dump(DOCUMENT), file="f") == DOCUMENT


def test_awkward_words_survive_writing_and_reading() -> None:
    services = tuple(
        Service(key=key, name=name)
        for key, name in [
            ("no", "yes"),
            ("10:00", "2026-01-05"),
            ("a: b", "'quoted' \"twice\" # not a comment"),
            ("ż", "~"),
        ]
    )
    document = Document(services=services)
    assert read(dump(document), file="f") == document


def test_empty_section_stays_empty_and_absent_one_absent() -> None:
    document = replace(Document(), teams=())
    assert read(dump(document), file="f") == document


def test_plan_warns_of_what_locks_somebody_out() -> None:
    assert "- people/anna\n    can no longer sign in, nor be paged\n" in as_text(plan(DOCUMENT, Document(people=())))
    assert "its secret stops working" in as_text(plan(DOCUMENT, Document(keys=())))
