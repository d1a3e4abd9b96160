"""The engine's loops: woken by NOTIFY, never ended by an error, all ended by a stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import psycopg
from django.db import OperationalError

from tests.nodes import wait_until
from tocsin.main.engine import Engine
from tocsin.main.loops import Loop

if TYPE_CHECKING:
    from tests.conftest import Database

FOR_EVER_S = 600.0


def engine_of(
    database: Database, work: Callable[[], int], pause_s: float = FOR_EVER_S
) -> AbstractContextManager[Engine]:
    return running(database, Loop(name="tested", work=work, pause_s=pause_s, wakes_on="tocsin_queue"))


@contextmanager
def running(database: Database, *loops: Loop) -> Iterator[Engine]:
    engine = Engine(database.app_dsn, loops)
    thread = threading.Thread(target=engine.run)
    thread.start()
    try:
        yield engine
    finally:
        engine.stopping.set()
        thread.join(10)
        assert not thread.is_alive()


def test_loop_works_while_there_is_work_and_then_pauses(fresh_database: Database) -> None:
    left = [3, 2, 1]
    looks: list[int] = []

    def work() -> int:
        looks.append(1)
        return left.pop() if left else 0

    with engine_of(fresh_database, work):
        wait_until(lambda: len(looks) >= 4)


def test_notify_wakes_a_pausing_loop(fresh_database: Database) -> None:
    looks: list[int] = []
    with engine_of(fresh_database, lambda: looks.append(1) or 0):
        wait_until(lambda: len(looks) >= 2)  # the first look, and the one when the listener connected
        before = len(looks)
        with psycopg.connect(fresh_database.app_dsn, autocommit=True) as connection:
            connection.execute("NOTIFY tocsin_queue")
        wait_until(lambda: len(looks) > before)


def test_notify_wakes_only_the_loop_that_waits_for_it(fresh_database: Database) -> None:
    looks: dict[str, list[int]] = {"digest": [], "queue": []}

    def loop(name: str, channel: str) -> Loop:
        def work() -> int:
            looks[name].append(1)
            return 0

        return Loop(name=name, work=work, pause_s=FOR_EVER_S, wakes_on=channel)

    with running(fresh_database, loop("digest", "tocsin_intake"), loop("queue", "tocsin_queue")):
        wait_until(lambda: all(len(each) >= 2 for each in looks.values()))
        before = len(looks["queue"])
        with psycopg.connect(fresh_database.app_dsn, autocommit=True) as connection:
            for _ in range(20):
                seen = len(looks["digest"])
                connection.execute("NOTIFY tocsin_intake")
                wait_until(lambda seen=seen: len(looks["digest"]) > seen)  # type: ignore[misc]  # bound on purpose
        assert len(looks["queue"]) == before


def test_loop_goes_on_after_an_error_of_its_own_and_of_the_database(fresh_database: Database) -> None:
    errors: list[Exception] = [ValueError("a mistake"), OperationalError("the database went away")]
    reached = threading.Event()

    def work() -> int:
        if errors:
            raise errors.pop()
        reached.set()
        return 0

    with engine_of(fresh_database, work, pause_s=0.01):
        assert reached.wait(10)


def test_loop_brings_to_an_end_what_is_under_way_and_holds_up_nobody(fresh_database: Database) -> None:
    said: list[str] = []

    def work() -> int:
        said.append("work")
        return 0

    def end() -> None:
        said.append("end")
        raise OperationalError("the database went away")

    with running(fresh_database, Loop(name="sending", work=work, pause_s=0.01, end=end)):
        wait_until(lambda: len(said) > 1)
    assert said[-1] == "end"
    assert said.count("end") == 1
