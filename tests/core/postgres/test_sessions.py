"""Nobody waits for ever for a database that takes what it is sent and never answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.stories.proxy import Proxy, to_socket
from tocsin.core.postgres.backend.base import BoundedConnection

if TYPE_CHECKING:
    from tests.conftest import Database
    from tocsin.core.postgres import Running


@pytest.fixture
def proxy(running: Running) -> Iterator[Proxy]:
    with Proxy(connect=to_socket(running.socket_folder / ".s.PGSQL.5432")).listening() as listening:
        yield listening


def address(proxy: Proxy, database: Database) -> str:
    return (
        f"postgresql://tocsin_app@127.0.0.1:{proxy.port}/{database.name}?sslmode=disable&gssencmode=disable&"
        "connect_timeout=2"
    )


def test_query_that_is_never_answered_ends_its_connection(
    proxy: Proxy, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedConnection, "answer_s", 0.5)
    with BoundedConnection.connect(address(proxy, fresh_database)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        proxy.stalled = True
        began = time.monotonic()
        with pytest.raises(psycopg.OperationalError, match="no answer"):
            connection.execute("SELECT 1")
        assert time.monotonic() - began < 5
        assert connection.closed
        proxy.heal()


def test_django_connects_by_it(db: None) -> None:
    from django.db import connection

    connection.ensure_connection()
    assert isinstance(connection.connection, BoundedConnection)


def test_server_ends_the_transaction_of_a_client_that_says_nothing_in_it(db: None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("30s",)
