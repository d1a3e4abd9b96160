"""When did it begin? Every start is possible, some are likelier: a posterior over change points in the rate of alerts.

What was there before the trouble began is not evidence. With few alerts the beginning is uncertain, so a signal is
weighed by the probability that the trouble had begun when it appeared.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

_SMOOTH_S = 30.0  # rates are not believed finer than this
_EARLIEST_S = 1.0  # what is there at the very first instant may have been there for ever
_ALWAYS = 4  # log prior of "it is all the trouble", against any later start
_CROWD = 1.0
_SHARPNESS = 1.0


@dataclass(frozen=True, slots=True)
class Onset:
    """`times` are the possible starts, ascending; `begun` the probability that it had begun by each of them."""

    times: Floats
    begun: Floats
    likeliest: float

    def begun_by(self, at: Floats, slack_s: float) -> Floats:
        """Probability that the trouble had begun at each time, give or take `slack_s`."""
        place = np.searchsorted(self.times, at + slack_s, side="right")
        return np.concatenate(([0.0], self.begun))[place]


def onset(times: Floats, weights: Floats, spread_s: float, until: float) -> Onset:
    """The start of the burst in `times` (sorted, not empty), each counting `weights`; watched `until` then."""
    first = float(times[0])
    total = np.concatenate(([0.0], np.cumsum(weights)))
    censored = total[np.searchsorted(times, first + _EARLIEST_S, side="right")]
    ends = np.minimum(times + spread_s, max(until, float(times[-1])))
    after = total[np.searchsorted(times, ends, side="right")] - total[:-1]
    after_s = ends - times + _SMOOTH_S
    before = np.maximum(total[:-1] - censored, 0.0)
    before_s = times - first + _SMOOTH_S
    both, both_s = before + after, before_s + after_s
    ratio = _rate(after, after_s) + _rate(before, before_s) - _rate(both, both_s)
    ratio[after * before_s <= before * after_s] = -4.0
    starts = np.concatenate(([True], np.diff(times) > 0.0))  # a tick is one possible start, not many
    crowd = int(np.searchsorted(times, first + _EARLIEST_S, side="right"))
    ratio[times <= first + _EARLIEST_S] = max(0.0, _ALWAYS - _CROWD * (crowd - 1))
    ratio[~starts] = -np.inf
    odds = np.exp(_SHARPNESS * (ratio - ratio.max()))
    begun = np.cumsum(odds) / odds.sum()
    return Onset(times, begun, float(times[int(np.argmax(ratio))]))


def _rate(count: Floats, time_s: Floats) -> Floats:
    """n log(n/T), 0 where n is 0."""
    return np.where(count > 0.0, count * np.log(np.maximum(count, 1e-12) / time_s), 0.0)
