"""What an intake does beside answering: turn after turn, until it is stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import psycopg
from psycopg_pool import PoolTimeout

log = logging.getLogger(__name__)


async def for_ever(name: str, turn: Callable[[], Awaitable[None]], *, every: Callable[[], float]) -> None:
    """Take turns with `every()` seconds between them, whatever one comes to.

    A database that is away is told in one line; it comes back. Any other error is told with its trace: nobody awaits
    this task, so that one bug in one turn would else end the work for good, unseen.
    """
    while True:
        try:
            await turn()
        except (psycopg.Error, PoolTimeout, TimeoutError) as error:
            problem = f"{type(error).__name__}: {error}".strip()
            log.warning("background_waits", extra={"work": name, "error": problem})
        except Exception:  # the process boundary of a background task: it is logged, and the next turn tries again
            log.exception("background_failed", extra={"work": name})
        await asyncio.sleep(every())
