"""A company file is read whole or refused whole, each problem with its line."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from textwrap import dedent

import pytest

from tocsin.main.apply.document import Document, Handoff, Matcher, Override, Person, Service, Target, Team
from tocsin.main.apply.read import CompanyFileError, Extensions, read

COMPANY = Path(__file__).with_name("company.yaml").read_text()


def refused(text: str, current: Document | None = None) -> list[str]:
    with pytest.raises(CompanyFileError) as caught:
        read(dedent(text), file="company.yaml", current=current or Document())
    return caught.value.message.splitlines()


def test_whole_company_is_read() -> None:
    document = read(COMPANY, file="company.yaml")
    assert document.organisation is not None
    assert document.organisation.zone == "Europe/Warsaw"
    assert document.teams == (Team(key="network", name="Network", members=("anna", "bob"), lead="anna"),)
    assert document.services is not None
    assert document.services[1] == Service(key="api", name="API", team="network", depends_on=("core",))
    assert document.rotations is not None
    rotation = document.rotations[0]
    assert rotation.participants == ("bob", "anna")
    assert (rotation.handoff, rotation.starts_on) == (Handoff(weekday="monday", time=time(10)), date(2026, 1, 5))
    assert rotation.overrides == (
        Override(
            person="anna", starts_at=datetime(2026, 2, 1, 7, tzinfo=UTC), ends_at=datetime(2026, 2, 2, 7, tzinfo=UTC)
        ),
    )
    assert document.policies is not None
    assert document.policies[0].steps[1].notify == (Target(person="anna"),)
    assert document.silences is not None
    assert document.silences[0].matchers == (Matcher(label="service", op="^=", value="core"),)


def test_absent_section_is_left_alone_and_empty_one_is_empty() -> None:
    document = read("tocsin: 1\nteams: []\n", file="f")
    assert (document.people, document.teams) == (None, ())


def test_unknown_key_is_refused_with_its_line_and_a_guess() -> None:
    assert refused("""\
        tocsin: 1
        people:
          - login: anna
            name: Anna
            emial: anna@sample.invalid
            email: anna@sample.invalid
        """) == ["company.yaml:5: a person has no key 'emial'; did you mean 'email'?"]


def test_unknown_section_names_those_there_are() -> None:
    (problem,) = refused("tocsin: 1\nzzz: []\n")
    assert problem.startswith("company.yaml:2: the file has no key 'zzz'; known are tocsin, organisation, people")


def test_key_given_twice_names_both_lines() -> None:
    assert refused("""\
        tocsin: 1
        teams:
          - key: a
            name: A
            name: B
          - {key: a, name: C}
        """) == [
        "company.yaml:5: 'name' is given twice, first on line 4; keep one of them",
        "company.yaml:6: a team 'a' stands already on line 3; keep one of them",
    ]


def test_dangling_references_name_the_line_of_the_reference() -> None:
    problems = refused("""\
        tocsin: 1
        people: [{login: anna, name: Anna, email: anna@sample.invalid}]
        teams:
          - key: network
            name: Network
            members:
              - anna
              - ana
        services:
          - key: api
            team: netwrk
            depends_on:
              - nothing-like-it
        """)
    assert problems == [
        "company.yaml:8: there is no person 'ana'; did you mean 'anna'?",
        "company.yaml:11: there is no team 'netwrk'; did you mean 'network'?",
        "company.yaml:13: there is no service 'nothing-like-it'; declare it under services or take this out",
    ]


def test_reference_may_point_at_what_the_installation_already_has() -> None:
    current = read(COMPANY, file="f")
    document = read("tocsin: 1\nteams: [{key: network, name: N, members: [anna]}]\n", file="f", current=current)
    assert document.people is None


def test_taking_away_what_an_untouched_section_uses_is_refused() -> None:
    problems = refused("tocsin: 1\nteams: []\n", read(COMPANY, file="f"))
    assert (
        "company.yaml:2: there is no team 'network' any more, but service 'core' still refers to it; "
        "keep it or change service 'core' too"
    ) in problems


def test_service_that_depends_on_itself_is_refused() -> None:
    assert refused("""\
        tocsin: 1
        services:
          - key: a
            depends_on: [a]
        """) == ["company.yaml:4: service 'a' depends on itself; take this out"]


def test_longer_circle_is_refused_once_at_the_line_that_closes_it() -> None:
    assert refused("""\
        tocsin: 1
        services:
          - {key: a, depends_on: [b]}
          - {key: b, depends_on: [c, d]}
          - {key: c, depends_on: [a]}
          - {key: d}
          - {key: e, depends_on: [a]}
        """) == ["company.yaml:5: services depend on each other in a circle: a -> b -> c -> a; take one of these out"]


def test_diamond_of_dependencies_is_no_circle() -> None:
    services = "[{key: a, depends_on: [b, c]}, {key: b, depends_on: [d]}, {key: c, depends_on: [d]}, {key: d}]"
    text = f"tocsin: 1\nservices: {services}"
    assert read(text, file="f").services is not None


@pytest.mark.parametrize(
    ("field", "complaint"),
    [
        ("zone: Europe/Warszawa", "zone: 'Europe/Warszawa' is no time zone; did you mean Europe/Warsaw?"),
        ("email: anna@sample", "email: 'anna@sample' is no e-mail address; write it as name@example.com"),
        ("role: boss", "role: 'boss' is not known here; use one of admin, responder, viewer"),
        ("language: polish", "language: 'polish' is not known here; use one of en, pl"),
        ("name: ''", "name: this is empty, too long or not printable"),
        ("contacts: anna", "contacts is a single value; write a list"),
        ("contacts: [{channel: webhook, address: nowhere}]", "address: 'nowhere' is no web address"),
        ("contacts: [{channel: pigeon, address: x}]", "channel: 'pigeon' is not known here; use one of email"),
        ("contacts: [{channel: email}]", "a contact has no address; add 'address: ...'"),
    ],
)
def test_bad_value_of_a_person_says_what_to_write(field: str, complaint: str) -> None:
    base = {"name": "name: Anna", "email": "email: anna@sample.invalid"}
    base[field.split(":", 1)[0]] = field
    lines = "".join(f"    {line}\n" for line in base.values())
    problems = refused(f"tocsin: 1\npeople:\n  - login: anna\n{lines}")
    number = 4 + list(base.values()).index(field)
    assert len(problems) == 1
    assert problems[0].startswith(f"company.yaml:{number}: {complaint}")


@pytest.mark.parametrize(
    ("field", "complaint"),
    [
        ("handoff: {weekday: mon, time: 09:00}", "weekday: 'mon' is not known here; did you mean monday?"),
        ("handoff: {weekday: monday, time: 24:00}", "time: '24:00' is no time of day; write it as 09:00"),
        ("handoff: monday", "a hand-off is a single value; write it as 'key: value' lines"),
        ("starts_on: 2026-02-30", "starts_on: '2026-02-30' is no date; write it as 2026-01-05"),
        ("participants: []", "a rotation has no participants; list at least one"),
        ("participants: [anna, anna]", "participants names 'anna' twice; keep one of them"),
        (
            "overrides: [{person: anna, from: 2026-01-01T00:00:00, until: 2026-01-02T00:00:00Z}]",
            "from: '2026-01-01T00:00:00' does not say in which zone",
        ),
        (
            "overrides: [{person: anna, from: 2026-01-02T00:00:00Z, until: 2026-01-01T00:00:00Z}]",
            "until is not after from; swap or mend them",
        ),
    ],
)
def test_bad_value_of_a_rotation_says_what_to_write(field: str, complaint: str) -> None:
    base = {
        "team": "team: t",
        "zone": "zone: UTC",
        "handoff": "handoff: {weekday: monday, time: '09:00'}",
        "starts_on": "starts_on: 2026-01-05",
        "participants": "participants: [anna]",
    }
    base[field.split(":", 1)[0]] = field
    lines = "".join(f"    {line}\n" for line in base.values())
    head = "tocsin: 1\npeople: [{login: anna, name: A, email: a@sample.invalid}]\nteams: [{key: t, name: T}]\n"
    problems = refused(f"{head}rotations:\n  - key: r\n{lines}")
    assert len(problems) == 1
    assert problems[0].startswith(f"company.yaml:{6 + list(base.values()).index(field)}: {complaint}")


def test_target_names_exactly_one() -> None:
    head = "tocsin: 1\nteams: [{key: t, name: T}]\npolicies: [{key: p, team: t, steps: [{after_s: 0, notify: [{}]}]}]\n"
    assert refused(head) == ["company.yaml:3: a target names one rotation or one person; give exactly one of the two"]


def test_step_that_goes_back_in_time_is_refused() -> None:
    (problem,) = refused("""\
        tocsin: 1
        people: [{login: anna, name: A, email: a@sample.invalid}]
        teams: [{key: t, name: T}]
        policies:
          - key: p
            team: t
            steps:
              - {after_s: 300, notify: [{person: anna}]}
              - after_s: 60
                notify: [{person: anna}]
        """)
    assert problem.startswith("company.yaml:9: this step begins after 60 s, before the one above it (300 s)")


def test_two_people_cannot_share_an_address() -> None:
    assert refused("""\
        tocsin: 1
        people:
          - {login: anna, name: A, email: a@sample.invalid}
          - {login: bob, name: B, email: A@sample.invalid}
        """) == ["company.yaml:4: A@sample.invalid is the e-mail of 'anna' already; give each person their own"]


def test_every_problem_is_reported_in_one_go_in_the_order_of_lines() -> None:
    problems = refused("""\
        tocsin: 1
        people:
          - {login: Anna!, name: A, email: nope}
          - {login: bob, name: B, email: b@sample.invalid, colour: red}
        services:
          - {key: a, tier: 5, team: nobody}
          - {key: b, team: nobody}
        """)
    assert [problem.split(":")[1] for problem in problems] == ["3", "3", "4", "6", "7"]


def test_person_with_a_problem_is_not_reported_as_missing_too() -> None:
    problems = refused("""\
        tocsin: 1
        people: [{login: anna, name: A, email: nope}]
        teams: [{key: t, name: T, members: [anna]}]
        """)
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "company.yaml:1: the file is empty; start it with 'tocsin: 1'"),
        ("- a\n", "company.yaml:1: the file is a list; write it as 'key: value' lines"),
        ("people: []\n", "company.yaml:1: the file has no tocsin; add 'tocsin: ...'"),
        ("tocsin: 2\n", "company.yaml:1: tocsin: '2' is not a version this program reads; write 'tocsin: 1'"),
        ("tocsin: 1\npeople: [\n", "company.yaml:3: this is not YAML:"),
        ("tocsin: 1\n\tpeople: []\n", "company.yaml:2: this is not YAML:"),
        ("tocsin: 1\n---\ntocsin: 1\n", "company.yaml:2: this is not YAML:"),
        ("tocsin: 1\nteams: [{? [a] : b}]", "company.yaml:2: a key of a team is a list; use a plain word"),
        ("tocsin: 1\nteams: &x [*x]", "company.yaml:2: a team is a list"),
    ],
)
def test_file_that_is_no_company_file_is_refused_at_the_right_line(text: str, complaint: str) -> None:
    assert refused(text)[0].startswith(complaint)


def test_absurd_nesting_is_refused_not_crashed_on() -> None:
    assert "company.yaml:1" in refused("[" * 100_000)[0]


def test_country_and_time_are_never_read_as_truth_or_number() -> None:
    text = "tocsin: 1\nservices: [{key: no, name: yes, site: on}]"
    assert read(text, file="f").services == (Service(key="no", name="yes", site="on"),)


def test_adapters_add_channels() -> None:
    text = (
        "tocsin: 1\npeople: [{login: a, name: A, email: a@b.invalid, contacts: [{channel: pigeon, address: loft 3}]}]"
    )
    document = read(text, file="f", extensions=Extensions(channels=("pigeon",)))
    assert document.people is not None
    assert document.people[0].contacts[0].address == "loft 3"
    assert isinstance(document.people[0], Person)


def test_alias_to_a_list_where_people_belong_is_refused_with_its_line() -> None:
    found = refused("tocsin: 1\nx: &g [a]\npeople: [*g, *g]\n")
    assert any("company.yaml:2: a person is a list" in line for line in found)


def test_what_is_wrong_with_a_heartbeat_is_told_with_its_line() -> None:
    assert refused("""\
        tocsin: 1
        heartbeats:
          - {name: a/b, interval_s: 60}
          - name: backup
            interval_s: 5
            enabled: maybe
            severity: 6
            tags: ["a,b"]
          - {name: probe, interval_s: 60, service: gone, team: nobody}
          - {name: late}
        """) == [
        "company.yaml:3: name: 'a/b' holds a slash; a heartbeat's name is one part of an address, so use another sign",
        "company.yaml:5: interval_s: '5' is out of range; use a whole number from 10 to 31622400",
        "company.yaml:6: enabled: 'maybe' is neither true nor false; write one of the two",
        "company.yaml:7: severity: '6' is out of range; use a whole number from 1 to 5",
        "company.yaml:8: tags: 'a,b' is no tag; use at most 64 characters and no comma",
        "company.yaml:9: there is no service 'gone'; declare it under services or take this out",
        "company.yaml:9: there is no team 'nobody'; declare it under teams or take this out",
        "company.yaml:10: a heartbeat has no interval_s; add 'interval_s: ...'",
    ]
