"""A running node with the sample company, and its keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.nodes import Node


@dataclass(frozen=True, slots=True)
class Served:
    """A node; `sender` is an integration's key, `manager` one that manages."""

    node: Node
    sender: str
    manager: str

    def post(self, *alerts: dict[str, object]) -> None:
        bearer = {"Authorization": f"Bearer {self.sender}"}
        assert self.node.post("/api/v2/alerts", json=alerts, headers=bearer).status_code == 200

    def alerts(self) -> list[dict[str, Any]]:
        """What fires."""
        answer = self.node.get("/api/v2/alerts", headers={"Authorization": f"Bearer {self.manager}"})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    def fired(self) -> list[str]:
        return sorted(alert["labels"]["alertname"] for alert in self.alerts())
