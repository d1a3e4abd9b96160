"""Calls of Alertmanager's API with one key, through Django's client; alerts as Prometheus posts them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.test import Client

from tocsin.accounts.actions import issue_key
from tocsin.accounts.queries import team_by_key
from tocsin.accounts.rules import SYSTEM, KeyScope
from tocsin.core import clock
from tocsin.gateways.alertmanager.decode import decode
from tocsin.gateways.alertmanager.shapes import stamp

if TYPE_CHECKING:
    from tests.alerts.world import World

HOUR = timedelta(hours=1)


@dataclass
class Api:
    """Calls with one key; the answer's status and body."""

    token: str

    def __call__(self, method: str, path: str, body: object = None, **query: Any) -> tuple[int, Any]:
        answer = Client().generic(
            method,
            f"/api/v2/{path}" + (f"?{urlencode(query, doseq=True)}" if query else ""),
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}"} if self.token else {},
        )
        return answer.status_code, json.loads(answer.content) if answer.content else None

    def alerts(self, **query: Any) -> list[dict[str, Any]]:
        status, found = self("GET", "alerts", **query)
        assert status == 200, found
        return found  # type: ignore[no-any-return]  # JSON

    def names(self, **query: Any) -> list[str]:
        """The names of the alerts found, sorted."""
        return sorted(alert["labels"]["alertname"] for alert in self.alerts(**query))

    def silence(self, *matchers: dict[str, Any], **more: Any) -> str:
        """Post a silence for an hour from now; its id."""
        status, found = self("POST", "silences", silence(*matchers, **more))
        assert status == 200, found
        made: str = found["silenceID"]
        return made


def silence(*matchers: dict[str, Any], **more: Any) -> dict[str, Any]:
    now = clock.now()
    own = {"startsAt": stamp(now), "endsAt": stamp(now + HOUR), "createdBy": "Mallory", "comment": "Known, worked on"}
    return {"matchers": list(matchers), **own, **more}


def matcher(name: str, value: str, *, is_regex: bool = False, is_equal: bool = True) -> dict[str, Any]:
    return {"name": name, "value": value, "isRegex": is_regex, "isEqual": is_equal}


def key(scope: str = "manage", team: str = "") -> str:
    """The token of a new key, of a team or of the organisation."""
    owner = team_by_key(team) if team else None
    return issue_key(name=f"{scope} key", scope=KeyScope(scope), team=owner, actor=SYSTEM)[1]


def post(world: World, *alerts: dict[str, Any]) -> None:
    """What Prometheus posts, stored and digested."""
    found = decode(json.dumps(alerts).encode(), sent_at=None)
    assert not found.refused
    world.told(*found.events)


def disk(**more: Any) -> dict[str, Any]:
    """An alert of the database as Prometheus posts it."""
    labels = {"alertname": "DiskFull", "service": "db", "severity": "page", "instance": "db-1:9100"}
    annotations = {"summary": "Disk is full", "description": "On db-1.", "runbook_url": "https://wiki.invalid/disk"}
    return {"labels": labels, "annotations": annotations, "generatorURL": "http://prometheus.invalid/graph"} | more


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
