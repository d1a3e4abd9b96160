"""The planted bugs, how each is provoked, and the fault that the verdict must name."""

from __future__ import annotations

from dataclasses import dataclass

from tests.stories.chaos import Plan, Run
from tests.stories.verdict import Verdict

EXTRA_CALLS = "extra_calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """One of `planted/sitecustomize.py`, and the `fault` it ends in."""

    name: str
    title: str
    fault: str
    ambushes: int = 1
    database_kills: int = 0
    quiet_s: float = 3.0
    drain_s: float = 90.0

    def plan(self, seed: int) -> Plan:
        """A few seconds of storm that provoke it."""
        return Plan(
            seed=seed,
            fires=2,
            alerts=20 if not self.database_kills else 120,
            over_s=3.0,
            ambushes=self.ambushes,
            database_kills=self.database_kills,
            quiet_s=self.quiet_s,
            drain_s=self.drain_s,
            bug=self.name,
        )


# Quiet for longer than a bug keeps things to itself: what is late is not lost.
BUGS = (
    Bug(name="acknowledges_early", title="acknowledge before commit", fault="lost"),
    Bug(name="spools_in_memory", title="memory spool", fault="lost", database_kills=1, quiet_s=5.0),
    Bug(name="stores_repeats", title="no unique key", fault="stored_twice"),
    Bug(name="drops_jobs", title="jobs kept in memory", fault="unpaged"),
    Bug(name="marks_sent_first", title="mark sent first", fault="unpaged"),
    Bug(name="sends_without_lease", title="no lease", fault=EXTRA_CALLS, ambushes=0, drain_s=8.0),
)


def found(run: Run, verdict: Verdict) -> dict[str, int]:
    """The faults of a run that has settled (without a lease none does), and more calls than kills explain."""
    extra = verdict.extra_calls - run.extra_calls_most()
    return (verdict.faults() if run.settled else {}) | ({EXTRA_CALLS: extra} if extra > 0 else {})
