"""The queue: one effect in the database, fair between kinds, nothing lost when a worker dies."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import DataError, InterfaceError, InternalError, OperationalError, connection

from tocsin.core import clock as core_clock
from tocsin.core.queue import Handler, Worker, defer, defer_many
from tocsin.core.queue.defer import NewJob
from tocsin.core.queue.failures import Cause, cause_of
from tocsin.core.queue.given_up import given_up, revive
from tocsin.core.queue.work import MAX_ATTEMPTS, MAX_CLAIMS, SUSPECT_CLAIMS

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


def raising(error: Exception, cause: psycopg.Error | None = None) -> Any:
    def run(_payload: dict[str, Any]) -> None:
        raise error from cause

    return run


def away() -> Any:
    return raising(OperationalError("the connection is closed"))


def test_outage_of_the_database_takes_no_attempt_and_is_told_to_the_caller(clock: Clock) -> None:
    done: list[dict[str, Any]] = []
    defer("note", {"n": 1})
    for _ in range(SUSPECT_CLAIMS):
        with pytest.raises(OperationalError):
            worker(away()).run_due()
    assert rows() == [("note", 0, "", None)]
    assert worker(done.append).run_due() == 1
    assert done == [{"n": 1}]


def test_what_an_outage_left_claimed_is_claimed_again_at_once_by_its_owner_alone() -> None:
    done: list[dict[str, Any]] = []
    defer_many(NewJob(kind="note", payload={"n": n}) for n in range(3))
    with pytest.raises(OperationalError):
        worker(away()).run_due()
    assert worker(done.append, "another").run_due() == 0, "it cannot know that the first owner does nothing"
    assert worker(done.append).run_due() == 3
    assert done == [{"n": 0}, {"n": 1}, {"n": 2}]


def test_failure_that_cannot_be_written_down_leaves_nothing_leased(monkeypatch: pytest.MonkeyPatch) -> None:
    from tocsin.core.queue import work

    done: list[dict[str, Any]] = []
    defer_many(NewJob(kind="note", payload={"n": n}) for n in range(2))
    with monkeypatch.context() as broken:
        broken.setattr(work, "_put_off", lambda *_, **__: away()({}))
        with pytest.raises(OperationalError):
            worker(raising(ValueError("no luck"))).run_due()
    assert worker(done.append).run_due() == 2


def test_deadlock_is_tried_again_soon_without_an_attempt(clock: Clock) -> None:
    done: list[dict[str, Any]] = []
    defer("note", {})
    rival = raising(OperationalError("deadlock detected"), psycopg.errors.DeadlockDetected())
    assert worker(rival).run_due() == 1
    assert worker(rival).run_due() == 0, "not at once, or the two would meet again"
    assert rows() == [("note", 0, "OperationalError: deadlock detected", None)]
    clock.forward(seconds=1)
    assert worker(done.append, "another").run_due() == 1
    assert len(done) == 1


def test_endless_deadlock_is_given_up_visibly(clock: Clock) -> None:
    defer("note", {})
    rival = raising(OperationalError("deadlock detected"), psycopg.errors.DeadlockDetected())
    for _ in range(MAX_CLAIMS + 1):
        worker(rival).run_due()
        clock.forward(seconds=400)
    [job] = given_up()
    assert (job.attempts, f"begun {MAX_CLAIMS} times" in job.last_error, "deadlock" in job.last_error) == (
        0,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("error", "driver", "cause"),
    [
        (ValueError("a mistake"), None, Cause.HANDLER),
        (DataError("out of range"), psycopg.errors.NumericValueOutOfRange(), Cause.HANDLER),
        (OperationalError("statement timeout"), psycopg.errors.QueryCanceled(), Cause.HANDLER),
        (OperationalError("deadlock"), psycopg.errors.DeadlockDetected(), Cause.RIVAL),
        (OperationalError("serialization"), psycopg.errors.SerializationFailure(), Cause.RIVAL),
        (OperationalError("lock timeout"), psycopg.errors.LockNotAvailable(), Cause.RIVAL),
        (OperationalError("connection refused"), psycopg.OperationalError(), Cause.DATABASE),
        (InterfaceError("connection already closed"), None, Cause.DATABASE),
        (OperationalError("terminating"), psycopg.errors.AdminShutdown(), Cause.DATABASE),
        (OperationalError("too many"), psycopg.errors.TooManyConnections(), Cause.DATABASE),
        (OperationalError("disk full"), psycopg.errors.DiskFull(), Cause.DATABASE),
        (InternalError("a standby"), psycopg.errors.ReadOnlySqlTransaction(), Cause.DATABASE),
    ],
)
def test_whose_failure_an_error_is(error: Exception, driver: psycopg.Error | None, cause: Cause) -> None:
    error.__cause__ = driver
    assert cause_of(error) is cause


def test_job_that_kills_its_worker_takes_no_neighbour_with_it_and_is_given_up_visibly(clock: Clock) -> None:
    done: list[int] = []
    kills = 0

    def run(payload: dict[str, Any]) -> None:
        nonlocal kills
        if payload["n"] == 0:
            kills += 1
            raise SystemExit
        done.append(payload["n"])

    defer_many(NewJob(kind="note", payload={"n": n}) for n in range(5))
    for life in range(200):
        try:
            worker(run, f"life {life}").run_due()
        except SystemExit:
            clock.forward(seconds=31)
    assert sorted(done) == [1, 2, 3, 4]
    assert kills < MAX_CLAIMS, "200 lives took 30 s each at most; it is not due so often"
    for life in range(MAX_CLAIMS + 1):
        clock.forward(seconds=400)
        try:
            worker(run, f"later life {life}").run_due()
        except SystemExit:
            continue
    [job] = given_up()
    assert (kills, job.payload, job.attempts) == (MAX_CLAIMS, {"n": 0}, 0)
    assert f"begun {MAX_CLAIMS} times" in job.last_error


def test_failure_of_its_own_ends_the_suspicion(clock: Clock) -> None:
    defer("note", {})
    for _ in range(SUSPECT_CLAIMS):
        with pytest.raises(OperationalError):
            worker(away()).run_due()
    worker(raising(ValueError("no luck"))).run_due()
    with connection.cursor() as cursor:
        cursor.execute("SELECT attempts, claims FROM core_job")
        assert cursor.fetchone() == (1, 0)


def give_up(clock: Clock) -> None:
    for _ in range(MAX_ATTEMPTS):
        worker(raising(ValueError("no luck"))).run_due()
        clock.forward(seconds=400)


def test_given_up_job_is_listed_and_revived_with_all_its_attempts(clock: Clock) -> None:
    done: list[dict[str, Any]] = []
    defer("note", {"n": 1}, key="k")
    give_up(clock)
    [listed] = given_up()
    assert (listed.kind, listed.payload, listed.attempts) == ("note", {"n": 1}, MAX_ATTEMPTS)
    assert listed.last_error == "ValueError: no luck"
    assert revive(ids=[listed.id + 1], kind="other") == []
    assert revive(ids=[listed.id]) == [listed]
    assert (given_up(), rows()[0][1]) == ([], 0)
    assert worker(done.append).run_due() == 1
    assert revive(kind="note") == []


def test_worker_from_before_the_revival_has_no_effect(clock: Clock) -> None:
    done: list[str] = []
    defer("note", {})
    late = worker(lambda _: done.append("late"), "late")
    [stale] = late._claim(1)
    clock.forward(seconds=31)
    give_up(clock)
    revive(kind="note")
    late._run(stale)
    worker(lambda _: done.append("new"), "new").run_due()
    assert done == ["new"]
