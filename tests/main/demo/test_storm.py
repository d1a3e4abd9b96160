"""Storms: exact, repeatable, as poor as real monitoring, and never telling the truth on the wire."""

from collections import Counter
from itertools import pairwise

import pytest

from tocsin.main.demo.company import sample_company
from tocsin.main.demo.delivery import NOISE_KINDS, Scenario, Sender, Severity
from tocsin.main.demo.law import Estate
from tocsin.main.demo.storm import FIRST_FIRE, FIRST_FIRE_S, SECOND_FIRE, quiet, storm, two_fires

ESTATE = Estate.of(sample_company().services or ())


@pytest.fixture(scope="module")
def weather() -> Scenario:
    return storm(ESTATE)


def test_storm_is_exactly_25_000_deliveries_in_the_order_they_arrive(weather: Scenario) -> None:
    assert len(weather.deliveries) == len(weather.truth.belongs_to) == 25_000
    assert all(one.arrival_s <= other.arrival_s for one, other in pairwise(weather.deliveries))


def test_same_seed_gives_the_same_storm_and_another_seed_another(weather: Scenario) -> None:
    assert storm(ESTATE) == weather
    assert storm(ESTATE, seed=8) != weather


def test_default_storm_begins_somewhere_else_than_its_cause(weather: Scenario) -> None:
    mine = [one for one, owner in zip(weather.deliveries, weather.truth.belongs_to, strict=True) if owner == "fire-1"]
    assert mine[0].service != FIRST_FIRE
    assert Counter(one.service for one in mine).most_common(1)[0][0] != FIRST_FIRE
    assert any(one.service == FIRST_FIRE for one in mine)


def test_failure_reaches_far_beyond_its_site(weather: Scenario) -> None:
    (cause,) = weather.truth.causes
    assert cause.services > 80
    assert len({one.labels["site"] for one in weather.deliveries if one.offset_s > FIRST_FIRE_S}) > 15


def test_three_in_ten_that_could_name_a_peer_do(weather: Scenario) -> None:
    could = {one.fingerprint: "peer" in one.labels for one in weather.deliveries if one.name == "UpstreamTimeout"}
    assert 0.2 < sum(could.values()) / len(could) < 0.4


def test_storm_repeats_flaps_resolves_and_comes_out_of_order(weather: Scenario) -> None:
    per_condition = Counter(one.fingerprint for one in weather.deliveries)
    assert len(per_condition) > 1_000
    assert per_condition.most_common(1)[0][1] > 50
    assert sum(not one.firing for one in weather.deliveries) > 500
    assert any(one.offset_s > other.offset_s + 20 for one, other in pairwise(weather.deliveries))
    same = Counter((one.fingerprint, one.offset_s, one.firing) for one in weather.deliveries)
    assert 1_000 <= sum(count - 1 for count in same.values()) <= 1_400


def test_all_three_senders_take_part(weather: Scenario) -> None:
    assert all(Counter(one.sender for one in weather.deliveries)[sender] > 500 for sender in Sender)


def test_two_fires_are_in_different_hubs_and_both_leave_alerts() -> None:
    scenario = two_fires(ESTATE)
    assert [cause.service for cause in scenario.truth.causes] == [FIRST_FIRE, SECOND_FIRE]
    owners = Counter(scenario.truth.belongs_to)
    assert owners["fire-1"] > 10 * 100
    assert owners["fire-2"] > 100
    assert len(scenario.deliveries) == 25_000


def test_quiet_half_hour_has_noise_only_and_nothing_critical() -> None:
    scenario = quiet(ESTATE)
    assert scenario.truth.causes == ()
    assert set(scenario.truth.belongs_to) == NOISE_KINDS
    assert all(one.severity >= Severity.WARNING for one in scenario.deliveries)


def test_too_few_deliveries_for_the_changes_of_state_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit into 100 deliveries"):
        storm(ESTATE, deliveries=100)


@pytest.mark.parametrize("cause", ["core-sw-sin-01", "routing-db-fra", "mt-queue-iad"])
def test_any_service_can_be_the_cause(cause: str) -> None:
    scenario = storm(ESTATE, cause=cause, deliveries=8_000)
    assert [one.service for one in scenario.truth.causes] == [cause]
    assert scenario.truth.belongs_to.count("fire-1") > 1_000
