"""The bench of who is woken, on a small case: what it counts, and that it can tell a good night from a bad one."""

from typing import Any

import pytest

from bench.wakes.judging import judge
from bench.wakes.night import Night
from bench.wakes.sources import SOURCES, numbers
from tocsin.alerts import rules


def test_every_critical_alert_of_a_recorded_failure_calls_somebody_within_ten_seconds() -> None:
    found = [judge(*SOURCES["recorded itbench-oteldemo"](n)) for n in numbers("recorded itbench-oteldemo", 0)[:10]]
    assert sum(row["critical"] for row in found) > 10
    assert all(row["critical_10s"] == row["critical"] for row in found)
    assert sum(row["early"] <= 2 for row in found) >= 9


def test_nobody_is_woken_when_no_group_is_ever_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> rules.Readiness:
        return rules.Readiness(ready=False, why=rules.Why.QUIET)

    monkeypatch.setattr(rules, "ready_to_page", never)
    night = Night(*SOURCES["recorded itbench-oteldemo"](0))
    night.run()
    assert night.groups
    assert night.calls == []
