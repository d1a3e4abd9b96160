"""Migrating, one node at a time. `pre` is safe under the previous release's code; `post` ends the upgrade."""

from __future__ import annotations

import os
import time
from enum import StrEnum
from typing import TYPE_CHECKING

from tocsin import __version__

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper
    from django.db.migrations import Migration


LOCK = 7_016_996_765
"""Advisory lock under which one node at a time migrates."""

TURN_S = 0.2

_ENDED = "INSERT INTO core_upgrade (version) VALUES (%s) ON CONFLICT DO NOTHING"

Plan = list[tuple["Migration", bool]]


class Phase(StrEnum):
    PRE = "pre"
    POST = "post"


def run(phase: Phase) -> list[str]:
    """Apply what is due in this phase, under the advisory lock; returns the names applied, in order."""
    from django.db import connection  # noqa: PLC0415 - Django is set up only now
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '10s'")
        _wait_for_turn(cursor)
        try:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            due = _due(plan, phase)
            executor.migrate(None if not due else [(each.app_label, each.name) for each, _ in due], plan=due)
            if phase is Phase.POST:
                cursor.execute(_ENDED, [__version__])
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return [f"{each.app_label}.{each.name}" for each, _ in due]


def _wait_for_turn(cursor: CursorWrapper) -> None:
    """By asking again and again: who waits inside pg_advisory_lock() holds a snapshot, for which the CREATE INDEX
    CONCURRENTLY of the node whose turn it is would wait, in a circle."""
    while True:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if cursor.fetchone() == (True,):
            return
        time.sleep(TURN_S)


def _due(plan: Plan, phase: Phase) -> Plan:
    """The whole plan; for `pre` without those of `post`, and what is built upon them."""
    waiting = set[tuple[str, str]]()
    due = []
    for migration, backwards in plan:
        if phase is Phase.PRE and (_phase(migration) == Phase.POST or waiting & set(migration.dependencies)):
            waiting.add((migration.app_label, migration.name))
        else:
            due.append((migration, backwards))
    return due


def _phase(migration: Migration) -> str:
    return getattr(migration, "phase", Phase.PRE)


def main() -> None:
    """Everything, for the embedded database: there is one node, so no previous release runs beside it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.main.settings")
    import django  # noqa: PLC0415 - it reads the settings named above

    django.setup()
    run(Phase.POST)


if __name__ == "__main__":
    main()
