"""Migrating beside those who serve: under the previous release's inserts, and on large tables."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ModelState, ProjectState

from tocsin import __version__
from tocsin.core.indexes import AddIndexOnline
from tocsin.main import boot, migrate

if TYPE_CHECKING:
    from tests.conftest import Database

INDEX = "core_tried_again"
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"


def test_an_integration_may_be_stored_by_who_does_not_know_options(fresh_database: Database) -> None:
    with psycopg.connect(fresh_database.dsn) as previous:
        row = previous.execute(
            "INSERT INTO alerts_integration (uuid, key, name, kind) VALUES (gen_random_uuid(), 'k', 'n', 'opsgenie')"
            " RETURNING options"
        ).fetchone()
    assert row == ({},)


@pytest.fixture
def as_owner(fresh_database: Database, monkeypatch: pytest.MonkeyPatch) -> str:
    """Django's connection is the role that migrates; returns the owner's URL."""
    with psycopg.connect(fresh_database.dsn) as owner:
        monkeypatch.setitem(connection.settings_dict, "USER", owner.info.user)
    connection.close()
    return fresh_database.dsn


def test_an_index_whose_building_was_interrupted_is_built_when_tried_again(as_owner: str) -> None:
    with psycopg.connect(as_owner, autocommit=True) as owner:
        owner.execute("INSERT INTO core_job (kind, payload) VALUES ('twice', '{}'), ('twice', '{}')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {INDEX} ON core_job (kind)")
        assert owner.execute(VALID, [INDEX]).fetchone() == (False,)
        _build()
        assert owner.execute(VALID, [INDEX]).fetchone() == (True,)


def _build() -> None:
    operation = AddIndexOnline(model_name="job", index=models.Index("kind", name=INDEX))
    before = ProjectState()
    before.add_model(ModelState("core", "Job", [("kind", models.TextField())], options={"db_table": "core_job"}))
    after = before.clone()
    operation.state_forwards("core", after)
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("core", editor, before, after)


def test_a_node_that_waits_for_its_turn_to_migrate_keeps_no_index_from_being_built(as_owner: str) -> None:
    with psycopg.connect(as_owner, autocommit=True) as first:
        first.execute("SELECT pg_advisory_lock(%s)", [migrate.LOCK])
        second = threading.Thread(target=_migrate, daemon=True)
        second.start()
        with psycopg.connect(as_owner, autocommit=True) as watching:
            while not watching.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%%advisory_lock%%'"
                " AND pid NOT IN (%s, pg_backend_pid())",
                [first.info.backend_pid],
            ).fetchone():
                pass
        first.execute("SET statement_timeout = '20s'")
        first.execute(f"CREATE INDEX CONCURRENTLY {INDEX} ON core_job (kind)")
        first.execute("SELECT pg_advisory_unlock(%s)", [migrate.LOCK])
        second.join(20)
        assert not second.is_alive()


def _migrate() -> None:
    try:
        assert migrate.run(migrate.Phase.POST) == []
    finally:
        connection.close()


def test_an_upgrade_has_ended_once_its_last_phase_has_run(as_owner: str) -> None:
    with psycopg.connect(as_owner, autocommit=True) as owner:
        owner.execute("DELETE FROM core_upgrade")
        migrate.run(migrate.Phase.PRE)
        assert owner.execute("SELECT version FROM core_upgrade").fetchall() == []
        migrate.run(migrate.Phase.POST)
        migrate.run(migrate.Phase.POST)
        assert owner.execute("SELECT version FROM core_upgrade").fetchall() == [(__version__,)]


def test_before_an_upgrade_ends_all_is_there_that_a_new_node_needs(as_owner: str) -> None:
    with psycopg.connect(as_owner, autocommit=True) as owner:
        owner.execute("ALTER TABLE channels_contact ADD COLUMN verified_at timestamptz")
        owner.execute("DELETE FROM django_migrations WHERE (app, name) = ('channels', '0002_no_verified_at')")
        assert boot.pending(owner) == ["channels.0002_no_verified_at"]
        assert boot.pending(owner, to_serve=True) == []


def test_what_must_wait_holds_back_only_what_is_built_upon_it() -> None:
    def made(app: str, name: str, *needs: tuple[str, str], phase: str = "pre") -> tuple[migrations.Migration, bool]:
        migration = migrations.Migration(name, app)
        migration.dependencies = list(needs)
        migration.phase = phase  # type: ignore[attr-defined]  # ours, Django knows none
        return migration, False

    plan = [
        made("channels", "0002", phase="post"),
        made("channels", "0003", ("channels", "0002")),
        made("paging", "0004", ("channels", "0001")),
    ]
    due = migrate._due(plan, migrate.Phase.PRE)
    assert [migration.app_label for migration, _ in due] == ["paging"]
    assert migrate._due(plan, migrate.Phase.POST) == plan


def test_migrations_that_build_indexes_online_are_not_atomic() -> None:
    from django.db.migrations.loader import MigrationLoader

    found = [
        each
        for each in MigrationLoader(None).disk_migrations.values()
        if any(isinstance(operation, AddIndexOnline) for operation in each.operations)
    ]
    assert len(found) >= 3
    assert [each for each in found if each.atomic or any(_adds(operation) for operation in each.operations)] == []


def _adds(operation: migrations.operations.base.Operation) -> bool:
    return isinstance(operation, migrations.AddField | migrations.CreateModel)
