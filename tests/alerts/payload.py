"""Captured or spec-made requests in `tests/alerts/payloads/<kind>/<name>.json`, each with the events it stands for.

A file holds `{"origin", "headers"?, "path"?, "secrets"?, "options"?, "body" | "text", "expected"}`. `body` is JSON,
`text` stands for a body that is not. `expected` is `{"events", "refused"}`, an event with what is not its default.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request
from tocsin.alerts.sources.source import Decoded, Setup

FOLDER = Path(__file__).parent / "payloads"
_PLAIN = msgspec.to_builtins(NewEvent(action="fire", fingerprint=""))  # type: ignore[arg-type]  # its defaults only


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """One request and what is to come of it."""

    kind: str
    name: str
    given: dict[str, Any]

    @property
    def setup(self) -> Setup:
        return Setup(secrets=self.given.get("secrets", ()), options=self.given.get("options", {}))

    @property
    def expected(self) -> dict[str, Any]:
        expected: dict[str, Any] = self.given["expected"]
        return {"events": expected["events"], "refused": expected.get("refused", [])}

    def body(self) -> bytes:
        text = self.given.get("text")
        return text.encode() if text is not None else json.dumps(self.given["body"], ensure_ascii=False).encode()

    def request(self) -> Request:
        headers = [(key.lower().encode(), value.encode()) for key, value in self.given.get("headers", {}).items()]
        path, _, query = self.given.get("path", f"/in/{self.kind}").partition("?")
        return Request("POST", path, {"headers": headers, "query_string": query.encode()}, self.body())

    @staticmethod
    def shown(found: Decoded) -> dict[str, Any]:
        """The result in the words of a file."""
        return {"events": [_shown(event) for event in found.events], "refused": list(found.refused)}


def _shown(event: NewEvent) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(msgspec.json.encode(event))
    return {name: value for name, value in values.items() if name in {"action", "fingerprint"} or value != _PLAIN[name]}


def payloads() -> list[Payload]:
    """All of them."""
    return [
        Payload(kind=path.parent.name, name=f"{path.parent.name}/{path.stem}", given=json.loads(path.read_text()))
        for path in sorted(FOLDER.glob("*/*.json"))
    ]
