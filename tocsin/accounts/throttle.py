"""Slowing down whoever guesses passwords, by place and account together, so that nobody can lock others out; and keys
that ask too much."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Hashable


class Throttle:
    """At most `limit` attempts of one key in `window_s` seconds, counted by this process alone.

    The process's own steady clock is right here: nothing is stored, and no other node's time is compared.
    """

    def __init__(self, *, limit: int, window_s: float, keys: int = 10_000) -> None:
        self._limit, self._window_s, self._keys = limit, window_s, keys
        self._attempts: dict[Hashable, deque[float]] = {}
        self._lock = threading.Lock()

    def admits(self, key: Hashable) -> bool:
        """Count one attempt; False when it is one too many."""
        now = time.monotonic()
        with self._lock:
            if len(self._attempts) >= self._keys and key not in self._attempts:
                self._attempts.pop(next(iter(self._attempts)))
            times = self._attempts.setdefault(key, deque())
            while times and times[0] < now - self._window_s:
                times.popleft()
            if len(times) >= self._limit:
                return False
            times.append(now)
            return True

    def take_back(self, key: Hashable) -> None:
        """Uncount one attempt that was right after all. The others stay: somebody with one account may guess others."""
        with self._lock:
            times = self._attempts.get(key)
            if times:
                times.pop()

    def forget(self, key: Hashable) -> None:
        """A success clears the count."""
        with self._lock:
            self._attempts.pop(key, None)


class Allowance:
    """A bucket of tokens for each key: `most` at once, `most` a minute. Counted by this process alone, as above."""

    def __init__(self, *, keys: int = 10_000) -> None:
        self._keys = keys
        self._left: dict[Hashable, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def admits(self, key: Hashable, most: int) -> bool:
        """Take one token; False when none is left. `most` of 0 is no limit."""
        if not most:
            return True
        now = time.monotonic()
        with self._lock:
            if len(self._left) >= self._keys and key not in self._left:
                self._left.pop(next(iter(self._left)))
            left, at = self._left.get(key, (float(most), now))
            left = min(float(most), left + (now - at) * most / 60)
            self._left[key] = (left - 1 if left >= 1 else left, now)
            return left >= 1
