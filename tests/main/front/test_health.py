"""What `/healthz` says of a node, by what the node is for; and how little asking it costs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tocsin.alerts.intake import SpoolState
from tocsin.main.front import health
from tocsin.main.front.health import Examiner

if TYPE_CHECKING:
    from tests.conftest import Database

INTAKE, WEB = frozenset({"intake"}), frozenset({"web"})
TAKES, FULL = SpoolState(waiting=0, takes=True), SpoolState(waiting=9, takes=False)


@pytest.fixture
async def examiner(fresh_database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Examiner]:
    monkeypatch.setattr(health, "FRESH_S", 0.0)
    examiner = Examiner(fresh_database.app_dsn)
    yield examiner
    await examiner.close()


def _is_late(database: Database) -> None:
    with psycopg.connect(database.dsn, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO core_node (name, role, version, seen_at)"
            " VALUES ('n', 'engine', '0', tocsin_now() - interval '1 min')"
        )


@pytest.mark.parametrize(
    ("roles", "screens", "status"),
    [
        (INTAKE, "elsewhere", "degraded"),
        (INTAKE | WEB, "here", "degraded"),
        (INTAKE | WEB, "away", "degraded"),
        (WEB, "here", "degraded"),
        (WEB, "away", "unavailable"),
    ],
)
async def test_late_engine_or_starting_screens_send_no_alert_elsewhere(
    examiner: Examiner, fresh_database: Database, roles: frozenset[str], screens: str, status: str
) -> None:
    _is_late(fresh_database)
    report = await examiner.examine(roles, screens, TAKES)
    assert (report.status, report.engine, report.database) == (status, "late", "here")


@pytest.mark.parametrize(
    ("roles", "spool", "status"),
    [(INTAKE, TAKES, "degraded"), (INTAKE, FULL, "unavailable"), (WEB, TAKES, "unavailable")],
)
async def test_database_that_is_away_makes_a_node_useless_unless_it_keeps_alerts(
    tmp_path: Path, roles: frozenset[str], spool: SpoolState, status: str
) -> None:
    report = await Examiner(f"postgresql://x@/tocsin?host={tmp_path}").examine(roles, "here", spool)
    assert (report.status, report.database, report.engine) == (status, "away", "unknown")


async def test_all_who_ask_share_one_connection(examiner: Examiner, monkeypatch: pytest.MonkeyPatch) -> None:
    connect, made = psycopg.AsyncConnection.connect, []

    async def counted(*arguments: Any, **options: Any) -> Any:
        made.append(await connect(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(psycopg.AsyncConnection, "connect", counted)
    for _ in range(20):
        await examiner.examine(INTAKE, "here", TAKES)
        await examiner.measure()
    assert len(made) == 1


async def test_answer_is_good_for_whoever_asks_next(
    examiner: Examiner, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "FRESH_S", 600.0)
    assert (await examiner.examine(INTAKE, "here", TAKES)).engine == "never ran"
    _is_late(fresh_database)
    assert (await examiner.examine(INTAKE, "here", TAKES)).engine == "never ran"


async def test_connection_that_was_cut_is_made_again_at_once(examiner: Examiner, fresh_database: Database) -> None:
    await examiner.examine(INTAKE, "here", TAKES)
    with psycopg.connect(fresh_database.app_dsn, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert (await examiner.examine(INTAKE, "here", TAKES)).database == "here"
