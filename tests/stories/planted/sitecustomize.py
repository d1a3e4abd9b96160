"""Bugs for the crash story to catch, and clocks that are wrong. Python runs this file in the nodes it starts with
`PLANTED_BUG` or `PLANTED_CLOCK_S` set; nobody else.

Each bug stands for a mistake that looks right until something is killed at the wrong moment. It widens that moment and
marks it by a file in the node's data folder, so that the story need not kill for hours to hit it.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WIDE_S = 1.5
MOMENT = "moment"
"""Name of the file that says: kill me now."""


def set_clock(offset_s: int) -> None:
    """Let Python's clock be wrong; a library that fakes the system's makes Python's sleeps fail."""
    seconds, nanoseconds = time.time, time.time_ns
    time.time = lambda: seconds() + offset_s
    time.time_ns = lambda: nanoseconds() + offset_s * 1_000_000_000


def _mark() -> None:
    Path(os.environ["TOCSIN_DATA_DIR"], MOMENT).touch()


def acknowledges_early() -> None:
    """The sender is answered when its alert is in memory; the commit follows."""
    from tocsin.alerts.intake import door, events

    accept = door.Intake.accept
    under_way = set()

    async def later(intake: Any, delivery: Any) -> None:
        await asyncio.sleep(WIDE_S)
        await accept(intake, delivery)

    async def early(intake: Any, delivery: Any) -> Any:
        _mark()
        task = asyncio.create_task(later(intake, delivery))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        return events.Receipt(request_id=delivery.request_id, events=len(delivery.events), repeated=False)

    door.Intake.accept = early  # type: ignore[method-assign]  # the bug


def stores_repeats() -> None:
    """A delivery that is repeated because its answer was lost is stored once more."""
    from tocsin.alerts.intake import commit, door

    accept = door.Intake.accept

    async def nothing_repeated(_connection: Any, _deliveries: Any) -> set[int]:
        return set()

    async def slow_to_answer(intake: Any, delivery: Any) -> Any:
        receipt = await accept(intake, delivery)
        _mark()
        await asyncio.sleep(WIDE_S)
        return receipt

    commit._repeated = nothing_repeated
    door.Intake.accept = slow_to_answer  # type: ignore[method-assign]  # the bug


def spools_in_memory() -> None:
    """What the database cannot take is acknowledged from memory; the disk has it a while after the database is back."""
    from tocsin.alerts.intake import keeping

    written = keeping.Keeper._written
    under_way = set()

    async def later(keeper: Any, deliveries: Any, attempt: Any) -> None:
        while keeper.away:
            await asyncio.sleep(0.1)
        await asyncio.sleep(2 * WIDE_S)
        await written(keeper, deliveries, attempt)

    async def in_memory(keeper: Any, deliveries: Any, attempt: Any) -> None:
        _mark()
        task = asyncio.create_task(later(keeper, deliveries, attempt))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    keeping.Keeper._written = in_memory  # type: ignore[method-assign]  # the bug


def drops_jobs() -> None:
    """Reactions are taken from the queue into memory, and run from there."""

    def plant() -> None:
        from django.db import connection, transaction

        from tocsin.core.queue import work

        def run(worker: Any, job: Any) -> None:
            try:
                with transaction.atomic():
                    worker.handlers[job.kind].run(job.payload)
            finally:
                connection.close()

        def keep(worker: Any, job: Any) -> None:
            if work._remove(job):
                if job.kind == "react.incidents.group_needs_people":
                    _mark()
                threading.Timer(WIDE_S, run, [worker, job]).start()

        work.Worker._run = keep  # type: ignore[method-assign]  # the bug

    _after_set_up(plant)


def sends_without_lease() -> None:
    """A message that somebody is sending counts as due for everybody."""

    def plant() -> None:
        from tocsin.channels import sending

        leased = "AND (lease_until IS NULL OR lease_until < tocsin_now())"
        assert sending._CLAIM.count(leased) == 2
        sending._CLAIM = sending._CLAIM.replace(leased, "")

    _after_set_up(plant)


def marks_sent_first() -> None:
    """A message is recorded as sent, then sent."""

    def plant() -> None:
        from tocsin.channels import sending

        call, begin = sending._call, sending.Sender._begin

        def slow(claim: Any, setup: Any) -> Any:
            _mark()
            time.sleep(WIDE_S)
            return call(claim, setup)

        def marked(sender: Any, claim: Any) -> None:
            sending._record_try(claim, sending.Receipt(), None)
            begin(sender, claim)

        sending._call = slow
        sending.Sender._begin = marked  # type: ignore[method-assign]  # the bug

    _after_set_up(plant)


def _after_set_up(plant: Callable[[], None]) -> None:
    """What imports models can only be changed when Django is ready."""
    from tocsin.main import boot

    set_up = boot.set_up_django

    def planting() -> None:
        set_up()
        plant()

    boot.set_up_django = planting


FRONT: dict[str, Callable[[], None]] = {
    bug.__name__: bug for bug in (acknowledges_early, stores_repeats, spools_in_memory)
}
ENGINE: dict[str, Callable[[], None]] = {
    bug.__name__: bug for bug in (drops_jobs, sends_without_lease, marks_sent_first)
}

if "tocsin.main.process" in sys.orig_argv:
    set_clock(int(os.environ.get("PLANTED_CLOCK_S", "0")))
    _bugs = {"front": FRONT, "engine": ENGINE}.get(sys.orig_argv[-1], {})
    _bugs.get(os.environ.get("PLANTED_BUG", ""), lambda: None)()
