"""The sample company is a company file like any other, and clearly a sample."""

from collections import Counter

from tocsin.main.apply.read import read
from tocsin.main.apply.render import dump
from tocsin.main.demo.company import sample_company
from tocsin.main.demo.law import Estate
from tocsin.main.demo.sites import SITES
from tocsin.oncall import rules

COMPANY = sample_company()


def test_company_passes_every_check_of_the_company_file_and_reads_back_equal() -> None:
    assert read(dump(COMPANY), file="sample.yaml") == COMPANY


def test_company_has_39_sites_and_some_600_services() -> None:
    assert COMPANY.services is not None
    assert len({site.code for site in SITES}) == 39
    assert {service.site for service in COMPANY.services} == {site.code for site in SITES}
    assert 570 <= len(COMPANY.services) <= 630


def test_every_service_has_an_owner_and_every_kind_is_there() -> None:
    assert COMPANY.services is not None
    assert all(service.team for service in COMPANY.services)
    kinds = Counter(service.kind for service in COMPANY.services)
    assert set(kinds) == {"switch", "host", "database", "queue", "service", "gateway", "external"}


def test_dependencies_never_point_at_a_higher_layer() -> None:
    assert COMPANY.services is not None
    seen: set[str] = set()
    for service in COMPANY.services:
        assert set(service.depends_on) <= seen, service.key
        seen.add(service.key)


def test_core_switch_carries_a_large_part_of_the_company() -> None:
    assert COMPANY.services is not None
    estate, reached, ahead = Estate.of(COMPANY.services), {"core-sw-waw-02"}, ["core-sw-waw-02"]
    while ahead:
        callers = set(estate.callers[ahead.pop()]) - reached
        reached |= callers
        ahead += callers
    assert len(reached) > 150


def test_people_are_clearly_samples_and_unreachable() -> None:
    assert COMPANY.people is not None
    assert all(person.email.endswith("@sample.invalid") for person in COMPANY.people)
    assert len({person.login for person in COMPANY.people}) == len(COMPANY.people) == 65


def test_first_and_second_line_are_never_the_same_person() -> None:
    assert COMPANY.rotations is not None
    by_key = {rotation.key: rotation for rotation in COMPANY.rotations}
    for team in COMPANY.teams or ():
        first, second = by_key[f"{team.key}-primary"], by_key[f"{team.key}-secondary"]
        assert all(a != b for a, b in zip(first.participants, second.participants, strict=True))
        assert rules.Weekday[first.handoff.weekday.upper()] is rules.Weekday.MONDAY
