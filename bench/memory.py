"""How much memory a node takes, all its processes and its database together."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import psutil

MIB = 1024 * 1024


@dataclass(slots=True)
class Memory:
    """Samples, once a second between `__enter__` and `__exit__`, what this process's children take.

    Each page counts once (proportional set size), so that PostgreSQL's shared buffers are not counted for each backend.
    `samples` are MiB with the moment of `time.perf_counter`.
    """

    samples: list[tuple[float, float]] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Memory:
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    @property
    def peak_mib(self) -> float:
        """The most that was seen."""
        return max(mib for _, mib in self.samples)

    def at(self, moment: float) -> float:
        """What was taken last before a moment."""
        return max((sample for sample in self.samples if sample[0] <= moment), default=self.samples[0])[1]

    def _run(self) -> None:
        me = psutil.Process()
        while not self._stopped.wait(1.0):
            taken = sum(_pss(process) for process in me.children(recursive=True))
            self.samples.append((time.perf_counter(), taken / MIB))


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0  # it has ended meanwhile
