"""Calls of Opsgenie's API with one key, through Django's client."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db import connection
from django.test import Client

from tocsin.accounts.actions import issue_key
from tocsin.accounts.queries import team_by_key
from tocsin.accounts.rules import SYSTEM, KeyScope
from tocsin.core.queue import Worker
from tocsin.main.wiring import handlers

ALIAS = {"identifierType": "alias"}


@dataclass
class Api:
    """Calls with one key; the answer's status and body."""

    token: str

    def __call__(self, method: str, path: str, body: object = None, **query: Any) -> tuple[int, dict[str, Any]]:
        answer = Client().generic(
            method,
            path + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""),
            body if isinstance(body, bytes) else b"" if body is None else as_json(body),
            content_type="application/json",
            headers={"Authorization": f"GenieKey {self.token}"} if self.token else {},
        )
        found: dict[str, Any] = answer.json()
        assert {"took", "requestId"} <= set(found), found
        assert answer.headers["X-Request-Id"] == found["requestId"]
        return answer.status_code, found

    def aliases(self, query: str, **more: Any) -> list[str]:
        status, found = self("GET", "/v2/alerts", query=quote(query), **more)
        assert status == 200, found
        return [alert["alias"] for alert in found["data"]]

    def outcome(self, request: str) -> tuple[Any, ...]:
        """The status of a request: HTTP status, whether it succeeded, what it says."""
        status, found = self("GET", f"/v2/alerts/requests/{request}")
        data = found.get("data", {})
        return (status, data.get("success"), data.get("status"))

    def promised(self, method: str, path: str, body: object = None, **query: Any) -> str:
        status, found = self(method, path, body, **query)
        assert status == 202, found
        request: str = found["requestId"]
        return request


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def key(scope: str = "manage", team: str = "") -> str:
    """The token of a new key, of a team or of the organisation."""
    owner = team_by_key(team) if team else None
    return issue_key(name=f"{scope} key", scope=KeyScope(scope), team=owner, actor=SYSTEM)[1]


def work() -> None:
    """What is due in the queue."""
    Worker(handlers=handlers(), owner="test").run_due()


def due() -> None:
    """Do what was put off, as if its time had come."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_job SET due_at = tocsin_now()")
    work()
