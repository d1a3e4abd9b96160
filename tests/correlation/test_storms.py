"""Storms and quiet hours from a generator whose law of propagation is not the scorer's."""

from time import process_time

from bench.correlation.__main__ import blind, ever_opened, unmapped
from bench.correlation.demo import case as demo_case
from bench.correlation.generate import case as generated
from bench.correlation.score import storm
from tests.correlation.cases import NOON, alert, company, recorded
from tocsin.correlation.cases import answer
from tocsin.main.demo.company import sample_company
from tocsin.main.demo.law import Estate
from tocsin.main.demo.storm import storm as one_storm
from tocsin.main.demo.storm import two_fires


def test_quiet_noise_wakes_nobody() -> None:
    assert ever_opened(generated(1, "quiet")) == set()


def test_the_cause_of_a_storm_with_another_law_is_first_and_the_storm_stays_together() -> None:
    case = generated(6, "normal")
    figures = storm(case, answer(blind(case)))
    assert figures.main == 0
    assert figures.together >= 0.85
    assert figures.purity >= 0.85
    assert figures.shown <= 2 * figures.real + 1


def test_twenty_five_thousand_alerts_are_explained_in_seconds() -> None:
    case = recorded("storms-synthetic")[0]
    before = process_time()
    result = answer(blind(case))
    assert process_time() - before < 8.0
    assert result["incidents"][0]["cause"][0]["service"] == case["truth"]["service"]


def test_deciding_again_in_the_middle_of_a_storm_takes_well_under_half_a_second() -> None:
    from tocsin.correlation.cases import Case

    run = Case(blind(recorded("storms-synthetic")[1]))
    run.run()
    before = process_time()
    run.engine.decide(run.observations[-1].arrival + 2.0)
    assert process_time() - before < 0.5


def test_memory_of_a_repeating_alert_is_bounded() -> None:
    engine = company()
    for number in range(3):
        engine.observe([alert("other-1", at=float(number), key=f"k{number}")])
    unit = engine.units.latest("other-1/ErrorRateHigh")
    assert unit is not None
    assert unit.count == 3
    engine.decide(NOON + 7 * 3600.0)
    assert engine.units.latest("other-1/ErrorRateHigh") is None


def test_a_storm_of_the_demo_is_one_incident_and_two_fires_are_two() -> None:
    estate = Estate.of(tuple(sample_company().services or ()))
    for scenario, real in ((one_storm(estate, seed=101), 1), (two_fires(estate, seed=104), 2)):
        case = demo_case("demo", estate, scenario)
        incidents = answer(blind(case))["incidents"]
        causes = {incident["cause"][0]["service"] for incident in incidents}
        assert len(incidents) == real
        assert causes == {cause.service for cause in scenario.truth.causes}


def test_one_suspect_may_found_two_parts_at_different_times() -> None:
    """Parts are told apart by what they are, not by comparing what is in them."""
    case = unmapped(generated(0, "normal"))
    assert answer(blind(case))["incidents"]


def test_a_service_that_fails_twice_in_one_storm_stops_nothing() -> None:
    estate = Estate.of(tuple(sample_company().services or ()))
    switches = sorted(key for key, service in estate.services.items() if "sw" in key and len(estate.callers[key]) > 2)
    case = demo_case("twice", estate, one_storm(estate, seed=1, cause=switches[7 % len(switches)]))
    result = answer(blind(case))
    assert result["incidents"][0]["cause"][0]["service"] == case["truth"]["service"]


def test_a_second_fire_is_not_blamed_on_what_only_stray_symptoms_of_the_first_point_to() -> None:
    estate = Estate.of(tuple(sample_company().services or ()))
    case = demo_case("apart", estate, two_fires(estate, seed=500))
    leading = [incident["cause"][0]["service"] for incident in answer(blind(case))["incidents"]]
    assert leading == [incident["service"] for incident in case["truth"]["incidents"]]
