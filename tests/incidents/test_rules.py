"""The workflow, the clock and the reach of an incident, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.errors import InvalidInput
from tocsin.incidents.rules import (
    WORKFLOW,
    Alerting,
    Clock,
    IncidentState,
    Need,
    Stamp,
    Transition,
    parse_severity,
    percentile,
    reach,
    wants_page,
)
from tocsin.items.rules import Category, MoveReason, move

FIRST = datetime(2026, 3, 4, 3, 4, 5, tzinfo=UTC)


def _after(seconds: float) -> datetime:
    return FIRST + timedelta(seconds=seconds)


def test_acknowledged_is_not_yet_work() -> None:
    assert WORKFLOW.state(IncidentState.ACKNOWLEDGED).category is Category.TODO
    assert WORKFLOW.state(IncidentState.FIXING).category is Category.IN_PROGRESS


@pytest.mark.parametrize("state", [state for state in IncidentState if state is not IncidentState.RESOLVED])
def test_every_open_incident_can_be_resolved(state: IncidentState) -> None:
    assert move(WORKFLOW, state, Transition.RESOLVE)


@pytest.mark.parametrize("transition", [Transition.ACKNOWLEDGE, Transition.BEGIN, Transition.WATCH])
def test_resolved_incident_is_only_reopened(transition: Transition) -> None:
    assert move(WORKFLOW, IncidentState.RESOLVED, transition).reason is MoveReason.WRONG_STATE


def test_only_urgent_groups_get_an_incident() -> None:
    assert [urgency for urgency in ("page", "look", "quiet") if wants_page(urgency)] == ["page"]


@pytest.mark.parametrize("severity", [0, 6, -1])
def test_severity_outside_its_scale_is_refused(severity: int) -> None:
    with pytest.raises(InvalidInput, match=r"1 \(critical\) to 5"):
        parse_severity(severity)


def test_clock_tells_each_leg() -> None:
    clock = Clock(
        first_alert_at=FIRST,
        cause_named_at=_after(6),
        paged_at=_after(8),
        acknowledged_at=_after(70),
        work_begun_at=_after(160),
    )
    assert [leg.took_s for leg in clock.legs()] == [0, 6, 2, 62, 90]
    assert clock.total_s == 160
    assert not clock.running


def test_moment_that_has_not_come_takes_no_time() -> None:
    clock = Clock(first_alert_at=FIRST, cause_named_at=_after(6), acknowledged_at=_after(20))
    legs = {leg.stamp: leg.took_s for leg in clock.legs()}
    assert (legs[Stamp.PAGED], legs[Stamp.ACKNOWLEDGED], legs[Stamp.WORK_BEGUN]) == (None, 14, None)
    assert clock.running


@given(st.lists(st.one_of(st.none(), st.floats(-60, 86_400)), min_size=4, max_size=4))
def test_legs_add_up_whatever_the_order_of_the_moments(offsets: list[float | None]) -> None:
    moments = [None if offset is None else _after(offset) for offset in offsets]
    names = ("cause_named_at", "paged_at", "acknowledged_at", "work_begun_at")
    clock = Clock(first_alert_at=FIRST, **dict(zip(names, moments, strict=True)))
    latest = max([FIRST, *(moment for moment in moments if moment is not None)])
    assert clock.total_s == pytest.approx((latest - FIRST).total_seconds(), abs=1e-3)
    assert all(leg.took_s is None or leg.took_s >= 0 for leg in clock.legs())


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.5, None), ([4], 0.95, 4), ([1, 2, 3], 0.5, 2), ([3, 1, 2, 4], 0.5, 2.5), (range(101), 0.95, 95)],
)
def test_percentile_lies_between_its_neighbours(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected


def _alerting(service: str, severity: int = 2, tier: int = 2) -> Alerting:
    return Alerting(service=service, name=service.upper(), tier=tier, severity=severity, alerts=3)


NEEDS = [Need(caller=caller, callee=callee) for caller, callee in ("bs", "cb", "dc", "ds", "xy")]


def test_reach_counts_dependencies_from_the_cause() -> None:
    found = reach("s", [_alerting("d"), _alerting("b"), _alerting("x")], NEEDS)
    assert [(node.service, node.depth) for node in found.nodes] == [("s", 0), ("b", 1), ("d", 1), ("x", None)]
    assert found.services == 3


def test_silent_service_between_counts_as_depth_but_is_not_shown() -> None:
    found = reach("s", [_alerting("c")], NEEDS)
    assert [(node.service, node.depth) for node in found.nodes] == [("s", 0), ("c", 2)]
    assert found.needs == ()


def test_silent_cause_is_shown_without_alerts() -> None:
    found = reach("s", [_alerting("b")], NEEDS)
    assert found.nodes[0].alerting is None
    assert found.needs == (Need(caller="b", callee="s"),)


def test_gravest_comes_first_within_a_depth() -> None:
    found = reach("s", [_alerting("d", severity=3), _alerting("b", severity=1)], NEEDS)
    assert [node.service for node in found.nodes] == ["s", "b", "d"]


def test_circle_of_dependencies_ends() -> None:
    circle = [Need(caller="a", callee="b"), Need(caller="b", callee="a")]
    assert [(n.service, n.depth) for n in reach("a", [_alerting("b")], circle).nodes] == [("a", 0), ("b", 1)]


def test_without_a_cause_there_is_no_depth() -> None:
    assert [node.depth for node in reach(None, [_alerting("b")], NEEDS).nodes] == [None]
