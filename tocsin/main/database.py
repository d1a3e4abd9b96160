"""What a node does about its database while it serves: the embedded one is started again when it has died, an external
one that is away is waited for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import psycopg

from tocsin.core.errors import TocsinError
from tocsin.core.postgres import Cluster

log = logging.getLogger(__name__)

LOOK_S = 0.2
LONGEST_PAUSE_S = 5.0
"""Between two tries to start a server that does not start, or to reach one that is away."""


def keep_alive(cluster: Cluster, stopping: threading.Event) -> None:
    """Start the embedded server again whenever it has ended by itself; returns when `stopping` is set.

    The processes of the node need not know: they connect again, to the same socket.
    """
    pause_s = LOOK_S
    while not stopping.wait(pause_s):
        pause_s = LOOK_S if cluster.is_alive() or _started_again(cluster) else _longer(pause_s)


def wait_for(usable: Callable[[], None], ready: threading.Event, stopping: threading.Event) -> None:
    """Set `ready` once `usable()` raises no longer; returns then, or when `stopping` is set.

    A database that is back and not migrated is waited for too: meanwhile this node keeps alerts on its disk.
    """
    pause_s = LOOK_S
    while not stopping.wait(pause_s):
        try:
            usable()
        except TocsinError as error:
            log.warning("database_not_usable", extra={"error": error.message})
            pause_s = _longer(pause_s)
        else:
            log.info("database_usable")
            ready.set()
            return


def _started_again(cluster: Cluster) -> bool:
    log.error("database_ended")
    try:
        cluster.start()
    except (TocsinError, OSError, psycopg.Error) as error:
        log.error("database_not_started", extra={"error": str(error).strip()})
        return False
    log.warning("database_started_again")
    return True


def _longer(pause_s: float) -> float:
    return min(LONGEST_PAUSE_S, pause_s * 2)
