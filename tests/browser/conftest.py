"""A whole node with a small company, and a storm for it, for tests that look at screens in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from tests.conftest import Database
    from tests.nodes import Node

CALLERS = tuple(f"app-{number:02}" for number in range(24))


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running node; `key` is its sender's. Alice and Ann are on call for the network, which owns the database."""

    node: Node
    key: str

    def send(self, *alerts: dict[str, Any]) -> None:
        """Post alerts by Opsgenie's wire, eight at a time."""
        headers = {"Authorization": f"GenieKey {self.key}"}
        with httpx.Client(base_url=self.node.url, headers=headers, timeout=20) as client, ThreadPoolExecutor(8) as pool:
            for answer in pool.map(lambda alert: client.post("/v2/alerts", json=alert), alerts):
                answer.raise_for_status()

    def storm(self, rounds: int = 4) -> int:
        """The database fails and everything that needs it says so, over and over; returns how many were sent."""
        told = [_alert("db", "DatabaseDown", "P1", "")]
        told += [_alert(caller, "HighErrorRate", "P2", "db") for caller in CALLERS] * rounds
        self.send(*told)
        return len(told)

    def pour(self, alerts: int) -> None:
        """The same failure as a large estate tells it: `alerts` alerts by Alertmanager's wire, 500 a request."""
        headers = {"Authorization": f"Bearer {self.key}"}
        requests = [[_told(CALLERS[n % 24], n + i) for i in range(500)] for n in range(0, alerts, 500)]
        with httpx.Client(base_url=self.node.url, headers=headers, timeout=60) as client:
            for each in requests:
                client.post("/api/v2/alerts", json=each).raise_for_status()

    def context(self, browser: Browser, login: str, **options: Any) -> BrowserContext:
        """A browser in which somebody has signed in."""
        from tocsin.accounts.actions import issue_sign_in_link
        from tocsin.accounts.rules import SYSTEM

        link = issue_sign_in_link(login, valid_for=timedelta(minutes=5), actor=SYSTEM)
        context = browser.new_context(base_url=self.node.url, **options)
        page = context.new_page()
        page.goto(f"/sign-in/{link.rpartition('/')[2]}")
        page.locator("main form button").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        page.close()
        return context


def _alert(service: str, rule: str, priority: str, peer: str) -> dict[str, Any]:
    return {
        "message": f"{service}: {rule}",
        "alias": f"{service}-{rule}",
        "entity": service,
        "priority": priority,
        "details": {"alertname": rule, "service": service} | ({"peer": peer} if peer else {}),
    }


def _told(service: str, number: int) -> dict[str, Any]:
    labels = {"alertname": "HighErrorRate", "service": service, "peer": "db", "severity": "critical"}
    return {"labels": labels | {"instance": f"{service}:{number}"}}


@pytest.fixture
def site(fresh_database: Database, tmp_path: Path) -> Iterator[Site]:
    """The node and its company, ready."""
    from tests.incidents import world
    from tests.nodes import running_node
    from tocsin.accounts.actions import issue_key
    from tocsin.accounts.rules import SYSTEM, KeyScope
    from tocsin.alerts.actions import IntegrationDetails, save_integration
    from tocsin.alerts.rows import integration_ref
    from tocsin.assets.actions import ServiceDetails, save_dependencies, save_services

    world.people()
    save_services(
        [ServiceDetails(key="db", name="Database", team="network", tier=1)]
        + [ServiceDetails(key=key, name=key, team="data", tier=2) for key in CALLERS],
        actor=SYSTEM,
    )
    save_dependencies({key: ["db"] for key in CALLERS}, actor=SYSTEM)
    details = IntegrationDetails(key="sample", name="Sample", kind="opsgenie", team="network")
    subject = integration_ref(save_integration(details, actor=SYSTEM))
    _, key = issue_key(name="sample", scope=KeyScope.INTEGRATION, subject=subject, actor=SYSTEM)
    with running_node(tmp_path / "node", fresh_database.app_dsn) as node:
        yield Site(node=node, key=key)
