"""Made-up bodies: by Hypothesis within this process, and by Schemathesis from each wire's document over HTTP."""

from __future__ import annotations

import copy
import json
import time
from collections import Counter
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as some
from schemathesis.generation import GenerationMode

from bench.fuzz.documents import Document
from bench.fuzz.posting import AGAIN, SLOW_S, Verdict
from tests.alerts.payload import payloads
from tests.gateways.addresses import Keys
from tests.gateways.decoders import DECODERS, judged, request_of
from tests.gateways.nasty import SEEDS

SEED = 20261124
ODD = [2**63, -1, 10**30, 1e308, "\0", "é" * 2000, "0001-01-01T00:00:00Z", "1e999", "{{title}}", "k" * 129, "v" * 1025]
WORDS = some.text(max_size=20) | some.sampled_from(["alerts", "status", "firing", "title", "", *map(str, ODD[4:])])
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.sampled_from(ODD) | WORDS,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "latin-1")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every part of a JSON value, its own first."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, part in parts for place in places(part, (*path, name)))]


def exchanged(value: Any, path: tuple[Any, ...], part: Any) -> Any:
    """A copy with another part in one place."""
    if not path:
        return part
    changed = copy.deepcopy(value)
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = part
    return changed


def sound_bodies() -> list[Any]:
    """One of each wire, and the payloads of one-way senders."""
    return [*SEEDS.values(), *(each.given["body"] for each in payloads() if "body" in each.given)]


def decode_examples(count: int) -> Verdict:
    """Sound bodies with parts exchanged, broken off or in another encoding, each read by a decoder."""
    verdict, bodies, names = Verdict(), sound_bodies(), list(DECODERS)

    @seed(SEED)
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(data=some.data())
    def read(data: some.DataObject) -> None:
        body = data.draw(some.sampled_from(bodies))
        for _ in range(data.draw(some.integers(0, 3))):
            body = exchanged(body, data.draw(some.sampled_from(places(body))), data.draw(VALUES))
        text = json.dumps(body, ensure_ascii=data.draw(some.booleans()))
        encoded = text.encode(data.draw(some.sampled_from(ENCODINGS)), "replace")
        name = data.draw(some.sampled_from(names))
        began = time.thread_time()
        judged(name, request_of(encoded[: data.draw(some.none() | some.integers(0, 2000))]), SLOW_S)
        verdict.requests += 1
        verdict.slowest_s = max(verdict.slowest_s, time.thread_time() - began)

    read()
    return verdict


def post_by_document(url: str, wire: str, document: Document, keys: Keys, count: int) -> Verdict:
    """As many cases as asked for over all operations, half of them against what the document says."""
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=url + ("/api/v2" if document.get("basePath") else ""))
    operations: list[Any] = [each.ok() for each in schema.get_all_operations()]  # type: ignore[union-attr]  # sound
    verdict = Verdict()
    for operation in operations:
        for mode in GenerationMode:
            _call(wire, operation, mode, keys, max(1, count // len(operations) // 2), verdict)
    return verdict


def _call(wire: str, operation: Any, mode: GenerationMode, keys: Keys, count: int, verdict: Verdict) -> None:
    headers = {"Authorization": f"{_scheme(wire)} {_token(wire, operation.label, keys)}"}
    asked = Counter[str]()

    @seed(SEED)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def called(case: Any) -> None:
        if wire == "pagerduty" and isinstance(case.body, dict) and "routing_key" in case.body:
            case.body["routing_key"] = keys.sender
        answer, spent_s = _answer(case, headers)
        asked["cases"] += 1
        verdict.take(wire, f"{operation.label} ({mode.value})", answer, spent_s)

    try:
        called()
    except schemathesis.errors.SchemathesisError as error:
        print(f"  {operation.label}: no {mode.value} case can be made: {str(error)[:80]}")
    except Exception as error:
        if asked["cases"]:
            raise
        print(f"  {operation.label}: no {mode.value} case can be made: {type(error).__name__}")


def _answer(case: Any, headers: dict[str, str]) -> tuple[httpx.Response, float]:
    """The answer and its time; what was slow is asked again, for the machine may have been busy."""
    spent_s, answer = 10.0 * SLOW_S, None
    for _ in range(1 + AGAIN):
        began = time.perf_counter()
        said = case.call(headers=headers)
        spent_s = min(spent_s, time.perf_counter() - began)
        answer = answer or httpx.Response(said.status_code, content=said.content)
        if spent_s <= SLOW_S:
            break
    assert answer is not None
    return answer, spent_s


def _scheme(wire: str) -> str:
    return "GenieKey" if wire in {"opsgenie", "heartbeats"} else "Bearer"


def _token(wire: str, label: str, keys: Keys) -> str:
    manages = wire in {"api", "alertmanager"} and label != "POST /alerts"
    return keys.manager if manages or (wire == "heartbeats" and not label.endswith("ping")) else keys.sender
