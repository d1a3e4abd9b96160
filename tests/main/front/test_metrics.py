"""`/metrics` and `/healthz` of a real front: every figure documented, true, without secrets, whatever is away."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from dev.findings import ROOT
from tests.conftest import TEST_RING
from tocsin.core import config
from tocsin.main.front import health
from tocsin.main.front.app import Front

if TYPE_CHECKING:
    from tests.conftest import Database

QUEUE = ("tocsin_queue_due_jobs", "tocsin_queue_failed_jobs", "tocsin_queue_lateness_seconds")
TOKEN = "tcs" + "x" * 29


@pytest.fixture
async def client(fresh_database: Database, tmp_path: Path, monkeypatch) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who asks a front that takes alerts, with the database of this test behind it."""
    async with asking(fresh_database.app_dsn, tmp_path, monkeypatch) as client:
        yield client


@pytest.fixture
async def lost(tmp_path: Path, monkeypatch) -> AsyncIterator[httpx.AsyncClient]:
    """The same with no database."""
    async with asking(f"postgresql://x:hunter2@/tocsin?host={tmp_path}", tmp_path, monkeypatch) as client:
        yield client


@asynccontextmanager
async def asking(dsn: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A front from its start to its end, and answers that are as fresh as a test wants them."""
    monkeypatch.setenv("TOCSIN_ROLES", "intake")
    monkeypatch.setattr(health, "FRESH_S", 0.0)
    front = Front(replace(config.load(), database_url=dsn, data_dir=folder))
    told: asyncio.Queue[Any] = asyncio.Queue()
    said: asyncio.Queue[Any] = asyncio.Queue()
    life = asyncio.create_task(front({"type": "lifespan"}, told.get, said.put))
    await told.put({"type": "lifespan.startup"})
    await said.get()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url="http://front") as client:
        yield client
    await told.put({"type": "lifespan.shutdown"})
    await life


async def figures(client: httpx.AsyncClient) -> dict[str, float]:
    """Every figure shown, by its name and the values of its labels in the order of their names."""
    shown = await client.get("/metrics")
    assert (shown.status_code, shown.headers["content-type"].startswith("text/plain")) == (200, True)
    samples = [sample for family in text_string_to_metric_families(shown.text) for sample in family.samples]
    return {
        " ".join((each.name, *(each.labels[label] for label in sorted(each.labels)))): each.value for each in samples
    }


async def test_every_metric_shown_is_documented_with_its_labels(client: httpx.AsyncClient) -> None:
    await client.post("/v2/alerts", headers={"Authorization": "GenieKey"}, json={})
    page = (ROOT / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")
    documented = {row.split("|")[1].strip(" `"): row for row in page.splitlines() if row.startswith("| `")}
    families = list(text_string_to_metric_families((await client.get("/metrics")).text))
    shown = [family for family in families if not family.name.endswith("_created")]
    assert len(shown) >= 8
    for family in shown:
        name = f"{family.name}_total" if family.type == "counter" else family.name
        assert name in documented, f"docs/reference/metrics.md does not list {name}: bin/check --write"
        for label in {label for sample in family.samples for label in sample.labels} - {"le"}:
            assert f"`{label}`" in documented[name]


async def test_queue_is_told_as_it_is(client: httpx.AsyncClient, fresh_database: Database) -> None:
    assert [(await figures(client))[name] for name in QUEUE] == [0, 0, 0]
    with psycopg.connect(fresh_database.dsn, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO core_job (kind, payload, due_at, failed_at) VALUES"
            " ('a', '{}', tocsin_now() - interval '90 s', NULL), ('a', '{}', tocsin_now(), NULL),"
            " ('b', '{}', tocsin_now() + interval '1 h', NULL),"
            " ('b', '{}', tocsin_now() - interval '1 day', tocsin_now())"
        )
    told = await figures(client)
    assert (told["tocsin_queue_due_jobs"], told["tocsin_queue_failed_jobs"], told["tocsin_database_up"]) == (2, 1, 1)
    assert 90 <= told["tocsin_queue_lateness_seconds"] < 3600, "neither the one to come nor the one given up is late"


async def test_with_the_database_away_nothing_is_made_up(client: httpx.AsyncClient, lost: httpx.AsyncClient) -> None:
    assert (await figures(client))["tocsin_database_up"] == 1
    told = await figures(lost)
    assert told["tocsin_database_up"] == 0
    assert all(math.isnan(told[name]) for name in QUEUE), "an old value would be taken for a true one"
    assert told["tocsin_live_streams"] == 0


async def test_refusals_are_counted_and_nothing_shown_is_secret(lost: httpx.AsyncClient) -> None:
    refused = "tocsin_intake_refused_total unavailable opsgenie"
    before = (await figures(lost)).get(refused, 0)
    headers = {"Authorization": f"GenieKey {TOKEN}"}
    assert (await lost.post("/v2/alerts", headers=headers, json={"message": "Disk full of hunter2"})).status_code == 503
    text = (await lost.get("/metrics")).text
    assert (await figures(lost))[refused] == before + 1
    assert not [secret for secret in (TOKEN, TOKEN[:8], "hunter2", "postgresql:", TEST_RING) if secret in text]


async def test_given_up_job_degrades_the_answer_and_not_the_service(
    client: httpx.AsyncClient, fresh_database: Database
) -> None:
    never = await client.get("/healthz")
    assert (never.status_code, never.json()["status"]) == (200, "degraded"), "no engine ever ran, and alerts are kept"
    assert (await client.get("/-/ready")).status_code == 200, "the same in Alertmanager's way"
    assert (await client.get("/-/healthy")).text == "OK"
    with psycopg.connect(fresh_database.dsn, autocommit=True) as owner:
        owner.execute("INSERT INTO core_node (name, role, version) VALUES ('n', 'engine', '0')")
        assert (await client.get("/healthz")).json()["status"] == "ok"
        assert (await client.get("/-/ready")).text == "OK"
        owner.execute("INSERT INTO core_job (kind, payload, failed_at) VALUES ('a', '{}', tocsin_now())")
    degraded = await client.get("/healthz")
    assert degraded.status_code == 200
    assert (degraded.json()["status"], degraded.json()["jobs_given_up"]) == ("degraded", 1)


async def test_database_that_accepts_and_never_answers_is_away(
    client: httpx.AsyncClient, fresh_database: Database, monkeypatch
) -> None:
    monkeypatch.setattr(health, "ANSWER_S", 0.5)
    with psycopg.connect(fresh_database.dsn) as owner:
        owner.execute("LOCK TABLE core_job IN ACCESS EXCLUSIVE MODE")
        assert (await client.get("/healthz")).json()["database"] == "away"
        assert (await figures(client))["tocsin_database_up"] == 0
