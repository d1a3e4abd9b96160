"""Two nodes against one database: nobody is paged twice, and a node that dies leaves no page unpaged.

The nodes are processes that run the ticker and the senders as the engine does; one is killed with SIGKILL at whatever
point it has reached.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import pytest

from tests.nodes import wait_until
from tests.paging.world import World, build
from tocsin.accounts.rules import SYSTEM
from tocsin.channels.models import Delivery
from tocsin.paging import queries
from tocsin.paging.models import Notification, Page
from tocsin.paging.ticker import run_due

if TYPE_CHECKING:
    from tests.conftest import Database

PATIENCE_S = 90.0

NODE = """
import sys, time
from tocsin.channels import ports
from tocsin.channels.sending import Sender
from tocsin.paging.queries import still_wanted
from tocsin.paging.ticker import run_due
ports.plug_still_wanted({"paging.notification": still_wanted})
sender = Sender(sys.argv[1], lease_s=5)
while True:
    if not run_due(3) + sender.run_due():
        time.sleep(0.01)
"""


@pytest.fixture
def shared(fresh_database: Database, pages_file: Path) -> World:
    """The team on call, committed, so that other processes see it."""
    return build(pages_file)


@pytest.fixture
def nodes(shared: World, fresh_database: Database) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two nodes at work, begun before there is anything to do."""
    environment = os.environ | {
        "TOCSIN_DATABASE_URL": fresh_database.app_dsn,
        "TOCSIN_PAGES_FILE": str(shared.pages_file),
        "DJANGO_SETTINGS_MODULE": "tocsin.main.settings",
    }
    program = f"import django; django.setup()\n{NODE}"
    started = [
        subprocess.Popen([sys.executable, "-c", program, name], env=environment, cwd=Path(__file__).parents[2])
        for name in ("one", "two")
    ]
    yield started
    for node in started:
        node.kill()
        node.wait()


def sent() -> int:
    return Delivery.objects.filter(state="sent").count()


def test_nobody_is_paged_twice_and_nothing_is_unpaged_when_a_node_dies(
    shared: World, nodes: list[subprocess.Popen[bytes]], clock: Any
) -> None:
    pages = [shared.open() for _ in range(15)]
    wait_until(lambda: sent() >= 5, PATIENCE_S)
    os.kill(nodes[0].pid, signal.SIGKILL)
    pages += [shared.open() for _ in range(5)]
    wait_until(lambda: sent() == len(pages), PATIENCE_S)
    told = Counter(Notification.objects.values_list("page", flat=True))
    assert set(told.values()) == {1}
    assert len(told) == len(pages)
    # A node killed between a call and its record makes the other repeat the call, under the same key.
    calls = Counter(line["key"] for line in shared.lines())
    assert len(calls) == len(pages)
    assert sum(calls.values()) - len(calls) <= 8
    clock.forward(seconds=301)
    wait_until(lambda: sent() == 2 * len(pages), PATIENCE_S)
    assert {view.step for view in queries.pages(SYSTEM)} == {0}  # the second round is next for each


def test_tickers_at_the_same_instant_share_the_work(shared: World) -> None:
    from django.db import connection

    pages = [shared.open() for _ in range(30)]
    barrier, taken = Barrier(4), []

    def tick() -> None:
        barrier.wait()
        taken.append(run_due())
        connection.close()

    threads = [Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == len(pages)
    assert Notification.objects.count() == len(pages)
    assert Page.objects.filter(step=1).count() == len(pages)


def test_unique_key_refuses_a_second_telling(shared: World) -> None:
    """Even a ticker that had lost its lock could not wake anybody twice."""
    page = shared.open()
    run_due()
    Page.objects.filter(id=page.id).update(step=0, next_step_at=page.next_step_at)
    run_due()
    assert Notification.objects.filter(page=page).count() == 1
    assert Delivery.objects.count() == 1
