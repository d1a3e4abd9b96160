"""What becomes of a delivery after a try: no outcome is ever without either an end or a due time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.channels.rules import FINAL, MAX_TRIES, Capability, DeliveryState, Failure, after_try, backoff

NOW = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)


@given(
    st.none() | st.builds(Failure, permanent=st.booleans(), uncertain=st.booleans(), error=st.just("e")),
    st.integers(1, MAX_TRIES + 3),
    st.integers(-60, 7200),
    st.frozensets(st.sampled_from(list(Capability))),
)
def test_delivery_is_either_finished_or_due_again(
    failure: Failure | None, tries: int, valid_s: int, capabilities: frozenset[Capability]
) -> None:
    valid_until = NOW + timedelta(seconds=valid_s)
    outcome = after_try(failure, tries=tries, valid_until=valid_until, capabilities=capabilities, now=NOW)
    assert (outcome.state in FINAL) == (outcome.due_at is None)
    assert (outcome.state is DeliveryState.SENT) == (failure is None)
    if outcome.due_at is not None:
        assert NOW < outcome.due_at < valid_until
        assert tries < MAX_TRIES
    if outcome.state is DeliveryState.UNKNOWN:
        assert failure is not None
        assert failure.uncertain


@given(st.integers(1, 60))
def test_waits_grow_to_two_minutes(tries: int) -> None:
    assert timedelta(seconds=2) <= backoff(tries) <= backoff(tries + 1) <= timedelta(seconds=120)
