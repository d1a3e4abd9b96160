"""Recorded cases become one stream in which no case can be recognised from another."""

from pathlib import Path

import pytest

from tocsin.main.demo.real import RealCases, real_cases, sampled

DATA = Path(__file__).parents[3] / "bench" / "data"


@pytest.fixture(scope="module")
def cases() -> RealCases:
    return real_cases(DATA)


def test_every_case_has_its_cause_among_its_own_services(cases: RealCases) -> None:
    keys = {service.key for service in cases.services}
    assert len(cases.scenario.truth.causes) == 105
    assert all(cause.service.startswith(f"{cause.id}/") for cause in cases.scenario.truth.causes)
    assert sum(cause.service in keys for cause in cases.scenario.truth.causes) >= 100


def test_services_are_renamed_per_case_also_where_a_peer_is_named(cases: RealCases) -> None:
    pairs = zip(cases.scenario.deliveries, cases.scenario.truth.belongs_to, strict=True)
    for delivery, case in pairs:
        assert delivery.service.startswith(f"{case}/")
        assert delivery.labels.get("peer", f"{case}/").startswith(f"{case}/")


def test_every_condition_resolves_after_its_last_alert(cases: RealCases) -> None:
    last = {delivery.fingerprint: delivery for delivery in cases.scenario.deliveries}
    assert not any(delivery.firing for delivery in last.values())


def test_repeats_say_when_their_condition_began(cases: RealCases) -> None:
    began: dict[str, float] = {}
    for delivery in cases.scenario.deliveries:
        assert began.setdefault(delivery.fingerprint, delivery.began_s) == delivery.began_s <= delivery.offset_s


def test_sample_takes_cases_of_all_files_with_their_own_services(cases: RealCases) -> None:
    some = sampled(cases, 8)
    ids = [cause.id for cause in some.scenario.truth.causes]
    assert len(ids) == 8
    assert {case.partition("-")[0] for case in ids} == {"petshop", "nezha", "itbench"}
    assert {service.key.partition("/")[0] for service in some.services} <= set(ids)
    assert set(some.scenario.truth.belongs_to) == set(ids)
    assert len(some.scenario.deliveries) == len(some.scenario.truth.belongs_to)


def test_sample_larger_than_all_is_all(cases: RealCases) -> None:
    assert sampled(cases, 1000).scenario.truth.causes == cases.scenario.truth.causes
