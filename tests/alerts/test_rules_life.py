"""Deliveries in any order end in the same state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.alerts import rules
from tocsin.alerts.rules import AlertAction, AlertState, CloseReason, Life, Told

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def told(action: AlertAction, order: float, received: float | None = None) -> Told:
    moment = START + timedelta(seconds=order)
    return Told(
        action=action,
        order=moment,
        at=moment,
        received_at=START + timedelta(seconds=order if received is None else received),
        by="sender",
    )


def fire(order: float, received: float | None = None) -> Told:
    return told(AlertAction.FIRE, order, received)


def resolve(order: float, received: float | None = None) -> Told:
    return told(AlertAction.RESOLVE, order, received)


def lives(deliveries: list[Told]) -> list[Life]:
    found: list[Life] = []
    for each in deliveries:
        life, is_new = rules.fold(found[-1] if found else None, each)
        if life is not None and is_new:
            found.append(life)
        elif life is not None:
            found[-1] = life
    return found


ACTIONS = st.sampled_from([AlertAction.FIRE, AlertAction.RESOLVE])
DELIVERIES = st.lists(st.tuples(ACTIONS, st.integers(0, 8)), min_size=1, max_size=8)


@given(DELIVERIES, st.randoms(use_true_random=False))
def test_any_order_of_the_same_deliveries_ends_in_the_same_state(deliveries, random) -> None:
    sent = [told(action, order) for action, order in deliveries]
    shuffled = random.sample(sent, len(sent))
    arrived = [
        told(each.action, (each.order - START).total_seconds(), received=100 + n) for n, each in enumerate(shuffled)
    ]
    fires = [order for action, order in deliveries if action is AlertAction.FIRE]
    ends = [order for action, order in deliveries if action is AlertAction.RESOLVE]
    complains = bool(fires) and (not ends or max(fires) > max(ends))
    assert lives(sent)[-1].is_open == lives(arrived)[-1].is_open == complains


@given(DELIVERIES)
def test_a_repeated_delivery_changes_no_state(deliveries) -> None:
    sent = [told(action, order) for action, order in deliveries]
    assert lives(sent)[-1].is_open == lives([*sent, sent[-1]])[-1].is_open == lives(sent + sent)[-1].is_open


@given(DELIVERIES)
def test_every_firing_is_counted_once(deliveries) -> None:
    sent = [told(action, order) for action, order in deliveries]
    assert sum(life.count for life in lives(sent)) == sum(each.action is AlertAction.FIRE for each in sent)


def test_a_repeat_counts_and_keeps_the_start() -> None:
    (life,) = lives([fire(0), fire(60)])
    assert (life.count, life.started_at, life.state) == (2, START, AlertState.OPEN)


def test_a_firing_after_the_end_is_a_new_alert() -> None:
    first, second = lives([fire(0), resolve(10), fire(20)])
    assert first.state is AlertState.CLOSED
    assert first.close_reason == CloseReason.RESOLVED
    assert second.state is AlertState.OPEN
    assert second.flaps == 1


def test_a_firing_long_after_the_end_does_not_flap() -> None:
    assert lives([fire(0), resolve(10), fire(10_000)])[-1].flaps == 0


def test_an_end_that_overtakes_its_firing_still_ends_it() -> None:
    (life,) = lives([resolve(0, received=5), fire(0, received=6)])
    assert life.state is AlertState.CLOSED
    assert life.count == 1


def test_an_acknowledgement_of_something_unknown_is_dropped() -> None:
    assert lives([told(AlertAction.ACKNOWLEDGE, 0)]) == []


def test_a_repeat_does_not_take_an_acknowledgement_back() -> None:
    (life,) = lives([fire(0), told(AlertAction.ACKNOWLEDGE, 5), fire(10)])
    assert (life.state, life.acknowledged_by) == (AlertState.ACKNOWLEDGED, "sender")


def test_an_acknowledgement_does_not_survive_into_the_next_alert() -> None:
    assert lives([fire(0), told(AlertAction.ACKNOWLEDGE, 5), resolve(10), fire(20)])[-1].acknowledged_at is None


def test_closed_by_hand_stays_closed_for_repeats_and_reopens_for_a_new_firing() -> None:
    (life,) = lives([fire(0)])
    closed = rules.close_by_hand(life, now=START + timedelta(seconds=30))
    repeated, is_new = rules.fold(closed, fire(0, received=40))
    assert (repeated.state, is_new) == (AlertState.CLOSED, False)
    again, is_new = rules.fold(closed, fire(50))
    assert (again.state, is_new) == (AlertState.OPEN, True)


def test_what_expired_comes_back_with_the_next_repeat() -> None:
    (life,) = lives([fire(0)])
    expired = rules.expire(life, now=START + timedelta(seconds=600))
    assert (expired.state, expired.close_reason) == (AlertState.CLOSED, CloseReason.EXPIRED)
    again, is_new = rules.fold(expired, fire(0, received=660))
    assert (again.state, is_new) == (AlertState.OPEN, True)


def test_reopening_makes_it_the_same_alert_again() -> None:
    (life,) = lives([fire(0), resolve(10)])
    assert rules.reopen(life, now=life.last_at).is_open
