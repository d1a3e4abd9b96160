"""`bin/check`: every check, a few at a time, and at the end which of them failed.

`bin/check NAME...` runs the named ones. `bin/check --write` formats, applies safe fixes and writes the reference pages.
`bin/check --timed` also fails when all of it costs more than MOST_S: for CI, where every cache is warm by then.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dev.findings import ROOT

BIN = Path(sys.executable).parent

MOST_S = 40.0
"""What all checks may cost, in processor time: unlike the time on the wall it does not grow with who else is busy."""


@dataclass(frozen=True, slots=True)
class Step:
    """A check: its name on the command line and the command."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a step ended: exit code, what it said, seconds."""

    step: Step
    code: int
    output: str
    seconds: float


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    """A program of the same environment."""
    return (str(BIN / name), *arguments)


STEPS = (  # the longest first, so that they overlap with the short ones
    Step("types", tool("mypy")),
    Step("models", tool("python", "-m", "dev.django_steps", "models")),
    Step("migrations", tool("python", "-m", "dev.django_steps", "migrations")),
    Step("reference", tool("python", "-m", "dev.django_steps", "reference")),
    Step("house", tool("python", "-m", "dev.house")),
    Step("imports", tool("lint-imports", "--no-cache", "--no-logo")),
    Step("lint", tool("ruff", "check", "--quiet", ".")),
    Step("format", tool("ruff", "format", "--check", "--quiet", ".")),
)

WRITERS = (
    Step("lint", tool("ruff", "check", "--quiet", "--fix", "--exit-zero", ".")),
    Step("format", tool("ruff", "format", "--quiet", ".")),
    Step("reference", tool("python", "-m", "dev.django_steps", "--write")),
)


def run(step: Step) -> Outcome:
    """Run one step in the project's folder."""
    started = time.monotonic()
    done = subprocess.run(
        step.command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return Outcome(step=step, code=done.returncode, output=done.stdout, seconds=time.monotonic() - started)


def chosen(names: list[str]) -> list[Step]:
    """The steps of these names, or all; an unknown name ends with the list of known ones."""
    known = {step.name: step for step in STEPS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"There is no check {', '.join(unknown)}. Known: {', '.join(known)}, --write or --timed.")
    return [known[name] for name in names] or list(STEPS)


def processor_s() -> float:
    """Processor time of this process and of every one that it started and that has ended."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def main(arguments: list[str]) -> int:
    """Run, show each result as it comes, then what the failed ones said and what it took."""
    if arguments == ["--write"]:
        return max(run(step).code for step in WRITERS)
    timed = arguments == ["--timed"]
    began, spent = time.monotonic(), processor_s()
    failed = _run_all(chosen([] if timed else arguments))
    for outcome in failed:
        print(f"\n--- {outcome.step.name} ---\n{outcome.output.strip()}")
    cost_s = processor_s() - spent
    print(f"\n{time.monotonic() - began:.1f} s, {cost_s:.1f} s of them on processors; at most {MOST_S:.0f} s.")
    names = ", ".join([outcome.step.name for outcome in failed] + (["time"] if timed and cost_s > MOST_S else []))
    print(f"Failed: {names}" if names else "All checks passed.")
    return 1 if names else 0


def _run_all(steps: list[Step]) -> list[Outcome]:
    """Those that failed, of the steps given."""
    failed: list[Outcome] = []
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        for outcome in pool.map(run, steps):
            print(
                f"{'ok    ' if outcome.code == 0 else 'FAILED'} {outcome.step.name} ({outcome.seconds:.1f} s)",
                flush=True,
            )
            failed += [outcome] if outcome.code else []
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
