"""Values that components are made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.utils import translation

from tocsin.ui.components import Ledger, LedgerRow, Stamps, StepState, clock_strip

FIRST = datetime(2026, 3, 4, 3, 4, 14, tzinfo=UTC)


def _after(seconds: float) -> datetime:
    return FIRST + timedelta(seconds=seconds)


def _states(stamps: Stamps, now: datetime) -> list[str]:
    return [step.state.value for step in clock_strip(stamps, now).steps]


def test_first_missing_station_is_current() -> None:
    stamps = Stamps(first_alert_at=FIRST, cause_named_at=_after(7))
    assert _states(stamps, _after(20)) == ["done", "done", "now", "next", "next"]


def test_current_station_is_late_after_three_minutes() -> None:
    stamps = Stamps(first_alert_at=FIRST, cause_named_at=_after(7), paged_at=_after(8))
    assert _states(stamps, _after(180)) == ["done", "done", "done", "now", "next"]
    assert _states(stamps, _after(181)) == ["done", "done", "done", "late", "next"]


def test_somebody_may_be_paged_before_the_cause_is_named() -> None:
    assert _states(Stamps(first_alert_at=FIRST, paged_at=_after(4)), _after(9)) == [
        "done",
        "now",
        "done",
        "next",
        "next",
    ]


def test_stations_say_the_time_since_the_first_alert() -> None:
    with translation.override("en"):
        steps = clock_strip(Stamps(first_alert_at=FIRST, cause_named_at=_after(72)), _after(100)).steps
    assert [step.detail for step in steps[:3]] == ["start", "after 1 min 12 s", "waiting, 1 min 40 s so far"]


def test_finished_clock_stands_on_its_last_station() -> None:
    done = Stamps(
        first_alert_at=FIRST,
        cause_named_at=_after(7),
        paged_at=_after(8),
        acknowledged_at=_after(47),
        work_begun_at=_after(108),
    )
    strip = clock_strip(done, _after(9_000))
    assert strip.at == 5
    assert strip.following is None
    assert {step.state for step in strip.steps} == {StepState.DONE}


def test_ledger_says_what_no_row_accounts_for() -> None:
    ledger = Ledger(total=10, rows=(LedgerRow(count=6, label="a"), LedgerRow(count=4, label="b")))
    assert ledger.missing == 0
    assert replace(ledger, total=12).missing == 2


def test_ledger_bars_are_logarithmic_and_none_is_wider_than_the_table() -> None:
    rows = tuple(LedgerRow(count=count, label=str(count)) for count in (17_938, 6, 0))
    widths = [Ledger(total=17_944, rows=rows).width(row) for row in rows]
    assert widths[0] == 100
    assert 15 < widths[1] < 25
    assert widths[2] == 0
