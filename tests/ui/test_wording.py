"""Numbers and times in the reader's words."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from tocsin.ui import wording

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "english", "polish"),
    [(6, "6", "6"), (1556, "1,556", "1556"), (25_000, "25,000", "25\u202f000"), (-12_345, "-12,345", "-12\u202f345")],
)
def test_thousands_are_grouped_as_each_language_does(value: int, english: str, polish: str) -> None:
    assert wording.number(value, "en") == english
    assert wording.number(value, "pl") == polish


def test_a_moment_at_the_edge_of_the_calendar_is_written_as_it_is() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    with translation.override("en"):
        assert wording.clock(last, NOW, WARSAW) == "31 Dec 23:59:59"
        assert wording.exact(last, WARSAW).endswith("31 December 9999, 23:59:59 UTC")


@pytest.mark.parametrize(("value", "words"), [(999, "999"), (1500, "1.5k"), (25_000, "25k"), (2_000_000, "2M")])
def test_badges_stay_short(value: int, words: str) -> None:
    assert wording.compact_number(value, "en") == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.4, "0.4 s"),
        (39, "39 s"),
        (60, "1 min"),
        (72, "1 min 12 s"),
        (7500, "2 h 05 min"),
        (273_600, "3 d 4 h"),
    ],
)
def test_duration_has_its_two_largest_units(seconds: float, words: str) -> None:
    with translation.override("en"):
        assert wording.duration(seconds) == words


def test_ago_is_said_in_polish() -> None:
    with translation.override("pl"):
        assert wording.ago(300) == "5 min temu"


@pytest.mark.parametrize(("seconds", "words"), [(378, "00:06:18"), (360_061, "100:01:01"), (-5, "00:00:00")])
def test_running_clock_never_wraps(seconds: float, words: str) -> None:
    assert wording.running(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [(221, "3:41"), (0.2, "0:01"), (-9, "0:00"), (4000, "01:06:40")])
def test_countdown_ends_at_zero(seconds: float, words: str) -> None:
    assert wording.countdown(seconds) == words


def test_clock_shows_the_date_unless_it_is_today_in_the_readers_zone() -> None:
    with translation.override("en"):
        assert wording.clock(datetime(2026, 3, 4, 23, 5, tzinfo=UTC), NOW, WARSAW) == "00:05:00"
        assert wording.clock(datetime(2026, 3, 4, 22, 5, tzinfo=UTC), NOW, WARSAW) == "4 Mar 23:05:00"


def test_exact_names_the_zone() -> None:
    with translation.override("en"):
        assert wording.exact(NOW, WARSAW) == "Thursday, 5 March 2026, 00:30:00 CET"
