"""The queue: one effect in the database, fair between kinds, nothing lost when a worker dies."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from tocsin.core import clock as core_clock
from tocsin.core.queue import Handler, Worker, defer, defer_many
from tocsin.core.queue.defer import NewJob
from tocsin.core.queue.work import MAX_ATTEMPTS

if TYPE_CHECKING:
    from tests.conftest import Clock

pytestmark = pytest.mark.django_db


def worker(run: Any, owner: str = "one", outside: bool = False, kinds: tuple[str, ...] = ("note",)) -> Worker:
    return Worker(handlers={kind: Handler(run=run, outside=outside) for kind in kinds}, owner=owner)


def rows() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, attempts, last_error, failed_at FROM core_job ORDER BY id")
        return list(cursor.fetchall())


def test_due_job_runs_once_and_is_gone() -> None:
    done: list[dict[str, Any]] = []
    defer("note", {"n": 1})
    assert worker(done.append).run_due() == 1
    assert worker(done.append).run_due() == 0
    assert done == [{"n": 1}]
    assert rows() == []


def test_same_key_is_queued_once() -> None:
    defer("note", {"n": 1}, key="k")
    defer("note", {"n": 2}, key="k")
    defer("note", {"n": 3})
    assert len(rows()) == 2


def test_job_waits_until_it_is_due(clock: Clock) -> None:
    done: list[dict[str, Any]] = []
    defer("note", {}, due_at=core_clock.now() + timedelta(minutes=10))
    assert worker(done.append).run_due() == 0
    clock.forward(minutes=11)
    assert worker(done.append).run_due() == 1


def test_failing_job_is_backed_off_and_given_up_visibly(clock: Clock) -> None:
    def fail(_payload: dict[str, Any]) -> None:
        raise ValueError("no luck")

    defer("note", {})
    assert worker(fail).run_due() == 1
    assert worker(fail).run_due() == 0, "it is not due again at once"
    for _ in range(MAX_ATTEMPTS):
        clock.forward(seconds=400)
        worker(fail).run_due()
    [(_, attempts, error, failed_at)] = rows()
    assert attempts == MAX_ATTEMPTS
    assert error == "ValueError: no luck"
    assert failed_at is not None


def test_failed_effect_is_rolled_back() -> None:
    def half(_payload: dict[str, Any]) -> None:
        defer("other", {})
        raise ValueError("after a write")

    defer("note", {})
    worker(half).run_due()
    assert [row[0] for row in rows()] == ["note"]


def test_job_of_a_dead_worker_is_taken_over_when_its_lease_ends(clock: Clock) -> None:
    done: list[dict[str, Any]] = []
    defer("note", {})
    assert len(worker(done.append, "dies")._claim(10)) == 1
    assert worker(done.append, "lives").run_due() == 0
    clock.forward(seconds=31)
    assert worker(done.append, "lives").run_due() == 1
    assert len(done) == 1


def test_worker_that_woke_too_late_has_no_effect(clock: Clock) -> None:
    done: list[str] = []
    defer("note", {})
    late = worker(lambda _: done.append("late"), "late")
    [stale] = late._claim(10)
    clock.forward(seconds=31)
    worker(lambda _: done.append("new"), "new").run_due()
    late._run(stale)
    assert done == ["new"]


def test_flood_of_one_kind_does_not_starve_another() -> None:
    defer_many(NewJob(kind="flood", payload={"n": n}) for n in range(100))
    defer("single", {})
    seen: list[str] = []
    both = {kind: Handler(run=lambda _, kind=kind: seen.append(kind)) for kind in ("flood", "single")}  # type: ignore[misc]  # the loop variable is bound on purpose
    Worker(handlers=both, owner="one").run_due(limit=10)
    assert "single" in seen
    assert len(seen) == 10
