"""`python -m bench.fuzz.guided DECODER FOLDER SECONDS`: one decoder under Atheris, which looks for new branches.

Seeds are the bodies of the corpus; what was found stays in FOLDER/DECODER. A process of its own: Atheris ends it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tocsin.alerts", "tocsin.gateways"]):
    from tests.gateways.decoders import DECODERS, WRITES, judged, request_of
from tests.gateways.nasty import corpus

ALL_WRITES = "opsgenie/writes"
NAMES = [ALL_WRITES, *(name for name in DECODERS if name.removeprefix("opsgenie/") not in WRITES)]
"""Opsgenie's promised writes are read by one decoder: the length of a body chooses which of them it is."""

LONGEST = 64 * 1024
WITHIN_S = 5.0
"""Instrumented code is slow."""

KINDS = (
    "application/json",
    "application/x-www-form-urlencoded",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
)


def seed(folder: Path) -> None:
    """The bodies that are short enough, one a file."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, nasty in enumerate(corpus()):
        if len(nasty.body) <= LONGEST:
            (folder / f"seed-{number:03}").write_bytes(nasty.body)


def main() -> None:
    """Fuzz until the time is over; exit code 0: nothing was found."""
    name, folder, seconds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    own = folder / name.replace("/", "-")
    seed(own)

    def once(data: bytes) -> None:
        decoder = f"opsgenie/{WRITES[len(data) % len(WRITES)]}" if name == ALL_WRITES else name
        judged(decoder, request_of(data, {"Content-Type": KINDS[len(data) % len(KINDS)]}), WITHIN_S)

    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-rss_limit_mb=1024", f"-artifact_prefix={own}-"]
    atheris.Setup([sys.argv[0], *options, "-print_final_stats=1", "-verbosity=0", str(own)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
