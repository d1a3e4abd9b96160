"""`python -m bench.fuzz [--cases N] [--examples N] [--guided S] [--seeds DIR]`: what anybody may send, by the thousand.

A whole node is sent a corpus of 500 nasty bodies, then cases that Schemathesis makes from each wire's document; every
decoder reads examples of Hypothesis, and with `--guided` runs that long under Atheris (`pip install tocsin[fuzz]`).
Judged: no answer of 500 or more, none over a second, every refusal in its API's own format, all that was accepted is
stored, and the front's memory does not grow. Exit code 1 when anything is not so.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tocsin.core.errors import Unavailable
from tocsin.main.demo.node import choose_port, running_node, wait_ready

if TYPE_CHECKING:
    from bench.fuzz.posting import Verdict
    from tests.gateways.addresses import Keys
    from tocsin.core.config import Config

GROWTH_MIB = 64.0
"""What the front may grow by: an allocator keeps what was once needed for the largest bodies at the same time."""


def make_keys() -> Keys:
    """An integration's key and one that manages; Django is set up by now."""
    from tests.gateways.addresses import Keys
    from tocsin.accounts.actions import issue_key
    from tocsin.accounts.rules import SYSTEM, KeyScope
    from tocsin.alerts.actions import IntegrationDetails, save_integration
    from tocsin.core.refs import Ref

    made = save_integration(IntegrationDetails(key="fuzz", name="Fuzz", kind="opsgenie"), actor=SYSTEM)
    subject = Ref("alerts.integration", made.uuid)
    _, sender = issue_key(name="fuzz", scope=KeyScope.INTEGRATION, subject=subject, actor=SYSTEM)
    _, manager = issue_key(name="manager", scope=KeyScope.MANAGE, actor=SYSTEM)
    return Keys(sender=sender, manager=manager)


@contextmanager
def held(process: psutil.Process) -> Iterator[None]:
    """The engine stands still, so that what is stored stays as it came."""
    process.suspend()
    try:
        yield
    finally:
        process.resume()


def stored() -> int:
    """Events that are kept, mere repeats among them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM alerts_delivered")
        found: int = cursor.fetchone()[0]
    return found


def show(what: str, verdict: Verdict, began: float) -> int:
    """Print it; the number of what is wrong."""
    kinds = ", ".join(f"{count:,} x {status}" for status, count in sorted(verdict.statuses.items()))
    spent = time.perf_counter() - began
    print(f"{what:28} {verdict.requests:>6,} in {spent:4.0f} s, slowest {verdict.slowest_s * 1000:5.0f} ms  {kinds}")
    for flaw, count in verdict.flaws.most_common(20):
        print(f"  WRONG {count} x {flaw}")
    return sum(verdict.flaws.values())


def _wait_ready(config: Config) -> None:
    """As long as it takes, where other work waits for the processors."""
    for _ in range(10):
        with suppress(Unavailable):
            return wait_ready(config)
    raise SystemExit("The node does not become ready.")


def fuzz_node(folder: Path, cases: int) -> int:
    """The corpus and the documents' cases against a whole node; the number of what is wrong."""
    with running_node(folder, choose_port(0), key_requests="0") as config:
        from bench.fuzz.documents import documents
        from bench.fuzz.examples import post_by_document
        from bench.fuzz.posting import engine_of, front_of, post_corpus, taken_mib

        _wait_ready(config)
        keys, front = make_keys(), front_of(config.port)
        post_corpus(config.url, keys, every=7)  # warm: caches are full, the largest bodies have been held
        before_mib, began = taken_mib(front), time.perf_counter()
        with held(engine_of()):
            before = stored()
            posted = post_corpus(config.url, keys)
            kept = stored() - before
        wrong = show("corpus", posted.verdict, began) + (kept != posted.promised)
        print(f"{'':28} {posted.promised:,} events accepted, {kept:,} stored")
        for wire, document in documents(config.url).items():
            began = time.perf_counter()
            wrong += show(f"schemathesis, {wire}", post_by_document(config.url, wire, document, keys, cases), began)
        grown = taken_mib(front) - before_mib
    print(f"{'memory of the front':28} {before_mib:.0f} MiB before, {grown:+.0f} MiB after")
    return wrong + (grown > GROWTH_MIB)


def fuzz_guided(seconds: int, folder: Path) -> int:
    """Every decoder under Atheris for so long; the number of those in which something was found."""
    try:
        from bench.fuzz.guided import NAMES
    except ModuleNotFoundError:
        print("atheris is not there: pip install tocsin[fuzz]")
        return 0
    wrong = 0
    for name in NAMES:
        command = [sys.executable, "-m", "bench.fuzz.guided", name, str(folder), str(seconds)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        runs = next((line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed" in line), "?")
        print(
            f"{'atheris, ' + name:38} {runs:>8} runs {'' if done.returncode == 0 else 'WRONG: ' + done.stderr[-2000:]}"
        )
        wrong += done.returncode != 0
    return wrong


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=2_000, help="of Schemathesis, a wire; default 2,000")
    parser.add_argument("--examples", type=int, default=10_000, help="of Hypothesis; default 10,000")
    parser.add_argument("--guided", type=int, default=0, metavar="S", help="seconds a decoder under Atheris; default 0")
    parser.add_argument("--seeds", type=Path, help="folder in which Atheris keeps its seeds")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-fuzz-") as folder:
        wrong = fuzz_node(Path(folder), wish.cases)
        from bench.fuzz.examples import decode_examples

        began = time.perf_counter()
        wrong += show("hypothesis, decoders", decode_examples(wish.examples), began)
        if wish.guided:
            wrong += fuzz_guided(wish.guided, wish.seeds or Path(folder))
    if wrong:
        raise SystemExit(f"{wrong} things are wrong.")


if __name__ == "__main__":
    main()
