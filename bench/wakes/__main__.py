"""Who is woken in a storm before its cause holds: `python -m bench.wakes [--storms N] [--only WORD] [--json FILE]`.

Alerts are fed in order of arrival, in event time, to the engine in turns as small as the digest's; groups are kept and
people called by the rules of `alerts.rules`. Each team has one person on call. A person is woken when a page opens for
the team, or moves to it; nobody answers.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from bench.wakes.judging import judge, summary
from bench.wakes.sources import SOURCES, numbers


def _one(name: str, number: int) -> dict[str, Any]:
    return judge(*SOURCES[name](number))


def rows(name: str, storms: int, workers: int) -> Iterator[dict[str, Any]]:
    """Each storm of one source."""
    if workers < 2:
        yield from (_one(name, number) for number in numbers(name, storms))
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(_one, *zip(*((name, number) for number in numbers(name, storms)), strict=True))


def _show(row: dict[str, Any]) -> None:
    print("  ".join(f"{key}={value}" for key, value in row.items()), flush=True)


def main() -> None:
    """Run every source, print a line each, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--storms", type=int, default=12)
    parser.add_argument("--only", default="")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--each", action="store_true", help="print every storm")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    whole: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for name in SOURCES:
        if given.only not in name:
            continue
        mine = list(rows(name, given.storms, given.workers))
        if given.each:
            for row in mine:
                _show(row)
        found += mine
        whole.append(summary(name, mine))
        _show(whole[-1])
    if given.json:
        given.json.write_text(json.dumps({"sets": whole, "storms": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
