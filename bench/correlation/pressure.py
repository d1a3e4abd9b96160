"""A propagation law that the scorer does not assume: pressure, not probability.

Errors, waiting time and load are simulated step by step: a caller fails by the share of its requests that need a
failing callee, waits for slow ones until its time-out turns waiting into errors, retries add load to what is
already down, overload breeds errors of its own, and less work reaches what would have been called next. Alerts are
what each team's thresholds make of those curves; nothing is drawn per edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.correlation.company import Company, matrices

STEP_S = 5.0


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind`: error, slow, load or traffic; it grows over `ramp_s` to `strength` and ends after `lasts_s`."""

    id: str
    service: int
    kind: str
    starts_s: float
    ramp_s: float
    lasts_s: float
    strength: float


@dataclass(frozen=True, slots=True)
class Curves:
    """Each (steps, services): error ratio, response time over normal, work over normal, utilisation; and per edge
    (steps, edges) the ratio of failed calls."""

    error: np.ndarray
    slow: np.ndarray
    work: np.ndarray
    load: np.ndarray
    calls: np.ndarray


def simulate(company: Company, faults: list[Fault], lasting_s: float, inertia: np.ndarray) -> Curves:
    """`inertia` (services) is how slowly each follows what it depends on, in steps."""
    callers, callees, share = matrices(company)
    count, steps = len(company.names), int(lasting_s / STEP_S)
    error, slow, load = np.zeros(count), np.ones(count), np.full(count, 0.5)
    work = np.ones(count)
    rows: list[tuple[np.ndarray, ...]] = []
    for step in range(steps):
        own_error, own_slow, own_load, own_work = _injected(faults, step * STEP_S, count)
        seen = np.clip(error[callees], 0.0, 1.0)
        survives = np.ones(count)
        np.multiply.at(survives, callers, 1.0 - share * seen)
        wait = np.zeros(count)
        np.add.at(wait, callers, share * np.maximum(slow[callees] - 1.0, 0.0) * 0.6)
        target_slow = 1.0 + own_slow + np.minimum(wait, 12.0) + 4.0 * np.maximum(load - 0.9, 0.0)
        timeouts = np.clip((target_slow - 6.0) / 8.0, 0.0, 0.9)
        overload = np.clip((load - 1.0) * 1.5, 0.0, 0.8)
        target = 1.0 - survives * (1.0 - own_error) * (1.0 - timeouts) * (1.0 - overload)
        error = error + (target - error) / inertia
        slow = slow + (target_slow - slow) / inertia
        asked, weight = np.zeros(count), np.zeros(count)
        np.add.at(asked, callees, share * work[callers] * (1.0 - 0.8 * error[callers]) * (1.0 + 0.5 * seen))
        np.add.at(weight, callees, share)
        arriving = np.where(weight > 0.0, asked / np.maximum(weight, 1e-9), 1.0) + own_work
        work = work + (arriving - work) / inertia
        load = load + (0.5 * work * (0.7 + 0.3 * np.minimum(slow, 4.0)) + own_load - load) / inertia
        rows.append((error.copy(), slow.copy(), work.copy(), load.copy(), seen * np.minimum(share * 2.0, 1.0)))
    return Curves(*(np.array(column) for column in zip(*rows, strict=True)))


def _injected(faults: list[Fault], now: float, count: int) -> tuple[np.ndarray, ...]:
    added = {kind: np.zeros(count) for kind in ("error", "slow", "load", "traffic")}
    for fault in faults:
        since = now - fault.starts_s
        if 0.0 <= since <= fault.lasts_s:
            grown = min(since / max(fault.ramp_s, STEP_S), 1.0)
            added[fault.kind][fault.service] += fault.strength * grown
    return added["error"], added["slow"], added["load"], added["traffic"]
