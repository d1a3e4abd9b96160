"""Every address that takes a body, the key it wants, and how its product words a refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from tests.gateways.decoders import DECODERS
from tocsin.gateways.opsgenie.operations import OPERATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Tokens: an integration's, and one that manages."""

    sender: str
    manager: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`decoder`: the one that reads what is posted there, where an accepted body is stored as events."""

    wire: str
    method: str
    path: str
    scheme: str = "Bearer"
    manages: bool = False
    decoder: str = ""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def headers(self, keys: Keys) -> dict[str, str]:
        token = keys.manager if self.manages else keys.sender
        return {"Authorization": f"{self.scheme} {token}"}


def _opsgenie() -> Iterator[Address]:
    named = {"{actionName}": "restart", "{attachmentId}": "1", "{requestId}": "1", "{identifier}": "db-01-disk"}
    for each in OPERATIONS:
        path = each.path
        for name, value in named.items():
            path = path.replace(name, value)
        query = "?identifierType=alias" if "{identifier}" in each.path else ""
        decoder = {"create": "opsgenie", "close": "opsgenie/close"}.get(each.name, "")
        yield Address(wire="opsgenie", method=each.method, path=path + query, scheme="GenieKey", decoder=decoder)
    yield Address(
        wire="opsgenie", method="POST", path="/jsm/ops/integration/v2/alerts", scheme="GenieKey", decoder="opsgenie"
    )
    for method, path in (("POST", ""), ("PATCH", "/backup"), ("POST", "/backup/ping"), ("POST", "/backup/enable")):
        manages = not path.endswith("ping")
        yield Address(
            wire="heartbeats",
            method=method,
            path=f"/v2/heartbeats{path}",
            scheme="GenieKey",
            manages=manages,
            decoder="" if manages else "heartbeat",
        )


def _api() -> Iterator[Address]:
    from tocsin.main.api import api

    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, operation in methods.items():
            if "requestBody" in operation:
                filled = path
                for each in operation.get("parameters", ()):
                    filled = filled.replace(f"{{{each['name']}}}", "1")
                yield Address(wire="api", method=method.upper(), path=filled, manages=True)


def addresses() -> list[Address]:
    """All of them."""
    return [
        *_opsgenie(),
        Address(wire="alertmanager", method="POST", path="/api/v2/alerts", decoder="alertmanager"),
        Address(wire="alertmanager", method="POST", path="/api/v2/silences", manages=True),
        Address(wire="pagerduty", method="POST", path="/v2/enqueue", decoder="pagerduty"),
        Address(wire="pagerduty", method="POST", path="/v2/change/enqueue", decoder="pagerduty/change"),
        *(
            Address(wire="in", method="POST", path=f"/{name}", decoder=name)
            for name in DECODERS
            if name.startswith("in/")
        ),
        *_api(),
    ]


def _has(*names: str) -> Callable[[Any], bool]:
    return lambda said: isinstance(said, dict) and all(name in said and said[name] for name in names)


FORMATS: dict[str, Callable[[Any], bool]] = {
    "opsgenie": _has("message", "requestId"),
    "heartbeats": _has("message", "requestId"),
    "alertmanager": lambda said: isinstance(said, str) and len(said) > 10,
    "pagerduty": _has("status", "message", "errors"),
    "in": _has("code", "message", "requestId"),
    "api": _has("code", "message"),
}


def flaw(wire: str, answer: httpx.Response) -> str:
    """What is wrong with an answer, if anything is: a failure of ours, or a refusal that is not in the API's format."""
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.text[:200]}"
    if answer.status_code < 400:
        return ""
    try:
        said = json.loads(answer.content)
    except ValueError:
        return f"{answer.status_code} and no JSON: {answer.text[:200]}"
    return "" if FORMATS[wire](said) else f"{answer.status_code} in another format: {answer.text[:200]}"
