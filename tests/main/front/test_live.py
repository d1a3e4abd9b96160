"""Live streams: told of what changed, at a bounded rate, across reconnects and a database that goes away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tocsin.main.front.live import Hub, serve_stream

if TYPE_CHECKING:
    from tests.conftest import Database

PUBLISH = "INSERT INTO core_livechange (topic, at) VALUES (%s, tocsin_now()) RETURNING id"


def publish(database: Database, *topics: str, wake: bool = True) -> int:
    """What `core.live.publish` does, from another connection; returns the last version."""
    version = 0
    with psycopg.connect(database.app_dsn) as connection:
        for topic in topics:
            row = connection.execute(PUBLISH, [topic]).fetchone()
            assert row is not None
            version = row[0]
        if wake:
            connection.execute("NOTIFY tocsin_live")
    return version


@dataclass
class Tab:
    """A browser tab: collects what its stream says."""

    hub: Hub
    query: str
    last_event_id: int | None = None
    text: str = ""
    status: int = 0
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        headers = [] if self.last_event_id is None else [(b"last-event-id", str(self.last_event_id).encode())]
        scope = {"type": "http", "query_string": self.query.encode(), "headers": headers}
        await serve_stream(self.hub, scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        await self.closed.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self.text += message.get("body", b"").decode()
        self.changed.set()

    async def until(self, seen: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not seen():
                self.changed.clear()
                await self.changed.wait()

    def changes(self) -> list[tuple[str, int]]:
        data = [json.loads(line[6:]) for line in self.text.splitlines() if line.startswith("data: {")]
        return [(each["topic"], each["version"]) for each in data]


@asynccontextmanager
async def hub_of(database: Database) -> AsyncIterator[Hub]:
    hub = Hub(database.app_dsn)
    hub.start()
    async with asyncio.timeout(10):
        while hub.state != "live":  # the hub tells streams, not callers
            await asyncio.sleep(0.01)
    yield hub
    await hub.stop()


@asynccontextmanager
async def opened(tab: Tab) -> AsyncIterator[Tab]:
    task = asyncio.create_task(tab.run())
    await tab.until(lambda: "event: state" in tab.text)
    yield tab
    tab.closed.set()
    await asyncio.wait_for(task, 10)


def test_stream_tells_topic_and_version_of_what_it_asked_for_only(fresh_database: Database) -> None:
    async def story() -> list[tuple[str, int]]:
        async with hub_of(fresh_database) as hub, opened(Tab(hub, "topics=alerts,incidents")) as tab:
            version = await asyncio.to_thread(publish, fresh_database, "journal", "alerts")
            await tab.until(lambda: ("alerts", version) in tab.changes())
            return tab.changes()

    assert {topic for topic, _ in asyncio.run(story())} == {"alerts"}


def test_many_changes_reach_a_tab_at_most_twice_a_second(fresh_database: Database) -> None:
    async def story() -> int:
        async with hub_of(fresh_database) as hub, opened(Tab(hub, "topics=alerts")) as tab:
            for _ in range(40):
                last = await asyncio.to_thread(publish, fresh_database, "alerts")
            await tab.until(lambda: ("alerts", last) in tab.changes())
            return len(tab.changes())

    assert asyncio.run(story()) <= 6


def test_tab_that_comes_back_is_told_what_it_missed(fresh_database: Database) -> None:
    async def story() -> list[tuple[str, int]]:
        async with hub_of(fresh_database) as hub:
            async with opened(Tab(hub, "topics=alerts")) as first:
                seen = await asyncio.to_thread(publish, fresh_database, "alerts")
                await first.until(lambda: bool(first.changes()))
            missed = await asyncio.to_thread(publish, fresh_database, "alerts")
            async with asyncio.timeout(10):
                while hub._told.get("alerts") != missed:
                    await asyncio.sleep(0.01)
            async with opened(Tab(hub, "topics=alerts", last_event_id=seen)) as again:
                await again.until(lambda: ("alerts", missed) in again.changes())
            async with opened(Tab(hub, "topics=alerts", last_event_id=missed)) as knows:
                new = await asyncio.to_thread(publish, fresh_database, "alerts")
                await knows.until(lambda: ("alerts", new) in knows.changes())
                return [(topic, version - new) for topic, version in knows.changes()]

    assert asyncio.run(story()) == [("alerts", 0)], "what it knows already is not told again"


def test_lost_wake_up_costs_one_poll_only(fresh_database: Database) -> None:
    async def story() -> None:
        async with hub_of(fresh_database) as hub, opened(Tab(hub, "topics=alerts")) as tab:
            version = await asyncio.to_thread(publish, fresh_database, "alerts", wake=False)
            await tab.until(lambda: ("alerts", version) in tab.changes())

    asyncio.run(story())


def test_stream_says_when_it_may_be_behind_and_ends_up_right(fresh_database: Database) -> None:
    async def story() -> str:
        async with hub_of(fresh_database) as hub, opened(Tab(hub, "topics=alerts")) as tab:
            await asyncio.to_thread(_kill_listeners, fresh_database)
            version = await asyncio.to_thread(publish, fresh_database, "alerts")
            await tab.until(lambda: "catching-up" in tab.text)
            await tab.until(lambda: ("alerts", version) in tab.changes())
            await tab.until(lambda: tab.text.rstrip().endswith(("live", "}")))
            return tab.text

    text = asyncio.run(story())
    assert text.index("data: catching-up") < text.rindex("data: live")


def _kill_listeners(database: Database) -> None:
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


def test_stopping_node_ends_its_streams(fresh_database: Database) -> None:
    async def story() -> None:
        async with hub_of(fresh_database) as hub:
            tab = Tab(hub, "topics=alerts")
            task = asyncio.create_task(tab.run())
            await tab.until(lambda: "event: state" in tab.text)
            await hub.stop()
            await asyncio.wait_for(task, 5)

    asyncio.run(story())


@pytest.mark.parametrize("query", ["", "topics=", "topics=" + ",".join(f"t{n}" for n in range(33))])
def test_stream_without_or_with_too_many_topics_is_refused(query: str) -> None:
    async def story() -> Tab:
        tab = Tab(Hub("postgresql:///nowhere"), query)
        await tab.run()
        return tab

    tab = asyncio.run(story())
    assert tab.status == 400
    assert "Name 1 to 32 topics" in tab.text


def test_last_event_id_of_thousands_of_digits_is_taken_for_none(fresh_database: Database) -> None:
    async def story() -> int:
        async with hub_of(fresh_database) as hub, opened(Tab(hub, "topics=alerts", last_event_id=10**4200)) as tab:
            return tab.status

    assert asyncio.run(story()) == 200
