"""The closing report says what is true, also when that is unpleasant."""

import json
from dataclasses import replace

from tocsin.main.demo.report import Counts, Fate, Judged, Named, Paged, Report, Speed

REPORT = Report(
    scenario="storm",
    counts=Counts(sent=25_000, accepted=25_000, stored=25_000, retries=3, distinct=1_936),
    fates=(Fate(what="part of INC-1", count=24_000), Fate(what="set aside: standing", count=1_000)),
    incidents=(
        Named(
            key="INC-1",
            title="Core switch 2, Warsaw",
            url="http://127.0.0.1:8080/incidents/INC-1",
            deliveries=24_000,
            cause="core-sw-waw-02",
            confidence=0.93,
            named_after_s=12.0,
        ),
    ),
    true_causes=("core-sw-waw-02",),
    pages=(
        Paged(
            person="Anna Sample",
            incident="INC-1",
            why="on call for Network, first line",
            channel="email",
            after_event_s=14.0,
            after_wall_s=0.9,
        ),
    ),
    speed=Speed(event_s=1_000, replay_wall_s=20, digest_wall_s=0.5),
    sign_in_url="http://127.0.0.1:8080/sign-in/once",
)


def test_report_shows_counts_cause_truth_pages_and_speed() -> None:
    text = REPORT.as_text()
    for expected in (
        "alerts sent  25,000",
        "1,936 distinct alerts",
        "together             25,000  adds up",
        "cause named  core-sw-waw-02, confidence 0.93, 12.0 s of event time after its first alert",
        "cause that was true  core-sw-waw-02  (found)",
        "Anna Sample, by email about INC-1, 14.0 s of event time after its first alert (0.9 s by the wall clock)",
        "1,000 s of event time in 20.0 s of wall time (50 times as fast)",
    ):
        assert expected in text


def test_addresses_are_apart_from_the_report_because_they_end_with_the_node() -> None:
    assert "http://127.0.0.1:8080/incidents/INC-1" in REPORT.links()
    assert "http://127.0.0.1:8080/sign-in/once  (works once)" in REPORT.links()
    assert "http:" not in REPORT.as_text()


def test_rows_that_do_not_add_up_are_shouted() -> None:
    report = replace(REPORT, fates=REPORT.fates[:1])
    assert not report.adds_up
    assert "DOES NOT ADD UP" in report.as_text()


def test_accepted_but_not_stored_does_not_add_up() -> None:
    assert not replace(REPORT, counts=replace(REPORT.counts, accepted=25_001)).adds_up


def test_wrong_cause_is_said() -> None:
    report = replace(REPORT, true_causes=("billing-db-sin",))
    assert not report.right
    assert "billing-db-sin  (NOT FOUND)" in report.as_text()


def test_quiet_run_is_right_only_if_nobody_is_woken() -> None:
    noise = replace(REPORT, scenario="quiet", incidents=(), true_causes=())
    assert not noise.right
    calm = replace(noise, pages=())
    assert calm.right
    assert "Woken: nobody" in calm.as_text()


def test_json_has_the_same_figures() -> None:
    figures = json.loads(REPORT.as_json())
    assert figures["counts"]["stored"] == 25_000
    assert figures["right"] is True
    assert figures["adds_up"] is True
    assert figures["pages"][0]["person"] == "Anna Sample"


def test_true_cause_of_a_small_incident_beside_a_large_wrong_one_is_not_found() -> None:
    (large,) = REPORT.incidents
    wrong = replace(large, key="INC-2", cause="dns-waw")
    small = replace(large, deliveries=29)
    report = replace(REPORT, incidents=(wrong, small))
    assert not report.right
    assert "core-sw-waw-02  (LEADS ONLY INC-1, with 29 alerts)" in report.as_text()


def test_incident_that_was_merged_is_counted_apart() -> None:
    (large,) = REPORT.incidents
    merged = replace(large, key="INC-2", deliveries=0, merged=True)
    report = replace(REPORT, incidents=(large, merged))
    text = report.as_text() + report.links()
    assert "Incidents: 1, and 1 that became part of these" in text
    assert "INC-2" not in text


def test_recorded_cases_are_counted_by_the_place_of_the_true_cause() -> None:
    cases = (
        Judged(case="a-1", true="db", named="db", place=1),
        Judged(case="a-2", true="db", named="api", place=3),
        Judged(case="a-3", true="db", named=None, place=None),
    )
    report = replace(REPORT, cases=cases)
    assert "true cause named first in 1 of 3, among the first three in 2" in report.as_text()
    figures = json.loads(report.as_json())
    assert (figures["top_1"], figures["top_3"]) == (1, 2)


def test_refused_alert_is_shouted() -> None:
    counts = replace(REPORT.counts, accepted=24_999, stored=24_999, first_refusal="400 from /v2/alerts: no")
    report = replace(REPORT, counts=counts)
    assert not report.adds_up
    assert "REFUSED: 400 from /v2/alerts: no" in report.as_text()
