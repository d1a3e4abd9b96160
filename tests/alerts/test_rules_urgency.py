"""Who is called, when, and why not yet."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.alerts import rules
from tocsin.alerts.rules import AlertState, Matchable, Severity, Standing, Urgency, Why
from tocsin.core.errors import InvalidInput

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tier", "severity", "expected"),
    [
        (1, Severity.CRITICAL, Urgency.PAGE),
        (3, Severity.CRITICAL, Urgency.PAGE),
        (4, Severity.CRITICAL, Urgency.LOOK),
        (2, Severity.MAJOR, Urgency.PAGE),
        (3, Severity.MAJOR, Urgency.LOOK),
        (1, Severity.INFO, Urgency.LOOK),
        (4, Severity.WARNING, Urgency.QUIET),
    ],
)
def test_urgency_is_tier_times_severity(tier: int, severity: Severity, expected: Urgency) -> None:
    assert rules.urgency(tier=tier, severity=severity, fresh=True).urgency is expected


def test_what_is_not_fresh_never_pages() -> None:
    found = rules.urgency(tier=1, severity=Severity.CRITICAL, fresh=False)
    assert (found.urgency, found.why) == (Urgency.QUIET, Why.NOT_FRESH)


def ready(
    *,
    waited: float,
    held: float,
    confidence: float,
    severity: Severity = Severity.CRITICAL,
    opened: float | None = None,
    split: bool = False,
):
    standing = Standing(
        urgency=Urgency.PAGE,
        severity=severity,
        confidence=confidence,
        first_at=NOW - timedelta(seconds=waited),
        cause_since=NOW - timedelta(seconds=held),
        opened_at=NOW - timedelta(seconds=waited if opened is None else opened),
        split=split,
    )
    return rules.ready_to_page(standing, now=NOW)


def test_a_sure_cause_pages_at_once() -> None:
    assert ready(waited=2, held=1, confidence=0.9).why is Why.CAUSE_SURE


def test_a_cause_that_holds_for_five_seconds_pages() -> None:
    assert not ready(waited=4.9, held=4.9, confidence=0.3)
    assert ready(waited=5, held=5, confidence=0.3).why is Why.CAUSE_STABLE


def test_a_critical_group_never_waits_ten_seconds_however_its_cause_jumps() -> None:
    assert not ready(waited=7, held=0, confidence=0.1)
    assert ready(waited=8, held=0, confidence=0.1).why is Why.WAITED_ENOUGH


def test_a_lesser_group_waits_longer_for_an_unsure_cause() -> None:
    assert not ready(waited=30, held=20, confidence=0.3, severity=Severity.MAJOR)
    assert ready(waited=60, held=0, confidence=0.3, severity=Severity.MAJOR)


def alone(**changes: object) -> bool:
    values = {
        "tier": 1,
        "severity": Severity.CRITICAL,
        "state": AlertState.OPEN,
        "set_aside": "loose",
        "flaps": 0,
        "age": timedelta(seconds=3),
    }
    return rules.stands_alone(**values | changes)


def test_a_lone_critical_alert_on_tier_one_stands_alone() -> None:
    assert alone()


@pytest.mark.parametrize(
    "change",
    [
        {"tier": 2},
        {"severity": Severity.MAJOR},
        {"state": AlertState.ACKNOWLEDGED},
        {"set_aside": "silenced"},
        {"set_aside": "standing"},
        {"flaps": 4},
        {"set_aside": "flapping"},
        {"age": timedelta(seconds=1)},
    ],
)
def test_everything_less_does_not_stand_alone(change: dict[str, object]) -> None:
    assert not alone(**change)


@pytest.mark.parametrize("change", [{"flaps": 9}, {"set_aside": "flapping"}])
def test_what_flapped_stands_alone_once_it_has_been_steady_for_five_minutes(change: dict[str, object]) -> None:
    assert not alone(**change, age=timedelta(minutes=4))
    assert alone(**change, age=timedelta(minutes=5))


def test_a_new_group_is_looked_at_for_three_seconds_however_old_its_evidence() -> None:
    assert not ready(waited=60, held=2, confidence=0.3, opened=2)
    assert ready(waited=60, held=3, confidence=0.3, opened=3).why is Why.WAITED_ENOUGH
    assert ready(waited=60, held=1, confidence=0.9, opened=1).why is Why.CAUSE_SURE


def test_what_splits_off_from_a_group_that_people_know_of_waits_until_it_is_sure_or_has_held_for_a_minute() -> None:
    assert not ready(waited=300, held=14, confidence=0.9, split=True)
    assert ready(waited=300, held=15, confidence=0.9, split=True).why is Why.CAUSE_SURE
    assert not ready(waited=300, held=59, confidence=0.3, split=True)
    assert ready(waited=300, held=60, confidence=0.3, split=True).why is Why.CAUSE_STABLE


def test_a_page_follows_a_better_cause_only_when_it_holds() -> None:
    assert rules.may_move(called=False, held=timedelta(0), confidence=0.1)
    assert not rules.may_move(called=True, held=timedelta(seconds=14), confidence=0.5)
    assert rules.may_move(called=True, held=timedelta(seconds=15), confidence=0.5)


def test_a_page_follows_a_sure_cause_sooner() -> None:
    assert not rules.may_move(called=True, held=timedelta(seconds=2), confidence=0.8)
    assert rules.may_move(called=True, held=timedelta(seconds=3), confidence=0.8)


def test_a_leader_is_one_since_it_first_led_and_none_when_the_named_cause_is_best() -> None:
    first = rules.leader(None, named="a", best="b", now=NOW)
    assert first is not None
    assert rules.leader(first, named="a", best="b", now=NOW + timedelta(seconds=4)) == first
    other = rules.leader(first, named="a", best="c", now=NOW + timedelta(seconds=4))
    assert other is not None
    assert other.since == NOW + timedelta(seconds=4)
    assert rules.leader(other, named="a", best="a", now=NOW + timedelta(seconds=5)) is None


def test_a_silence_must_not_match_everything() -> None:
    with pytest.raises(InvalidInput, match="every alert"):
        rules.parse_matchers([{"label": "site", "op": "!=", "value": "waw"}])


def test_all_matchers_of_a_silence_must_match() -> None:
    matchers = rules.parse_matchers(
        [{"label": "service", "op": "=", "value": "db"}, {"label": "instance", "op": "^=", "value": "db-"}]
    )
    assert rules.matches(matchers, Matchable(labels={"service": "db", "instance": "db-7"}))
    assert not rules.matches(matchers, Matchable(labels={"service": "db", "instance": "x"}))


def test_an_unknown_operator_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="=~"):
        rules.parse_matchers([{"label": "service", "op": "=>", "value": "db"}])


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("=", "page", True),
        ("=", "critical", True),
        ("!=", "page", False),
        ("!=", "critical", False),
        ("=~", "pa.*|x", True),
        ("=~", "crit", False),
        ("!~", "crit", True),
        ("!~", "crit.*", False),
        ("=~", "(?i)PAGE", True),
    ],
)
def test_the_word_of_the_sender_counts_and_so_does_what_was_made_of_it(op: str, value: str, expected: bool) -> None:
    matchers = rules.parse_matchers(
        [{"label": "service", "op": "=", "value": "db"}, {"label": "severity", "op": op, "value": value}]
    )
    alert = Matchable(labels={"service": "db", "severity": "page"}, own={"severity": "critical"})
    assert rules.matches(matchers, alert) is expected


@pytest.mark.parametrize(
    ("label", "value", "says"),
    [
        ("a", "(", "not a regular expression"),
        ("a", "(?=x)", "not a regular expression"),
        ("a", r"(a)\1", "not a regular expression"),
        ("a", "((x{1000}){1000}){1000}", "not a regular expression"),
        ("a", "\ud800", "no character"),
        ("a", "x\0", "NUL"),
        ("", "x", "1 to 128"),
        ("a", "x" * 1025, "1024"),
    ],
)
def test_an_expression_that_cannot_be_used_is_refused_with_the_reason(label: str, value: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        rules.parse_matchers([{"label": label, "op": "=~", "value": value}])


def test_no_expression_takes_longer_than_what_it_looks_at() -> None:
    hostile = [{"label": "host", "op": "=~", "value": "(a+)+(a|aa)+(.*a){20}b"}]
    matchers, alert = rules.parse_matchers(hostile), Matchable(labels={"host": "a" * 1024})
    began = time.process_time()
    assert not rules.matches(matchers, alert)
    assert time.process_time() - began < 0.5


def test_the_first_label_in_the_documented_order_names_the_service() -> None:
    assert rules.service_of({"instance": "h1", "job": "node", "app": ""}, "sample") == "node"
    assert rules.service_of({"severity": "page"}, "sample") == "sample"
