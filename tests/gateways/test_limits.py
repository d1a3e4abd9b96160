"""Every limit of the intake, wire by wire: its status, in the product's own format, with a sentence that says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.gateways.conftest import Front
from tests.gateways.nasty import JSON

MIB = 1024 * 1024
DEEP = json.loads("[" * 33 + "]" * 33)
HALF = "half-a-pair"
"""Written as an escape that is half a surrogate pair: json.dumps cannot be asked for that alone."""


def labels(**more: Any) -> dict[str, Any]:
    return {"service": "db", **more}


@dataclass(frozen=True, slots=True)
class Wire:
    """Where and how it is posted; `make` puts labels and a title into a sound body."""

    path: str
    refused: int
    make: Callable[[dict[str, Any], Any], Any]
    words: Callable[[Any], str]
    body_most: int = MIB


def alertmanager(given: dict[str, Any], title: Any) -> Any:
    return [{"labels": {"alertname": title, **given}}]


def pagerduty(given: dict[str, Any], title: Any) -> Any:
    payload = {"summary": title, "source": "a", "severity": "error", "custom_details": given}
    return {"routing_key": "KEY", "event_action": "trigger", "payload": payload}


WIRES = {
    "opsgenie": Wire(
        "/v2/alerts", 422, lambda given, title: {"message": title, "details": given}, lambda s: s["message"]
    ),
    "alertmanager": Wire("/api/v2/alerts", 400, alertmanager, str, 5 * MIB),
    "pagerduty": Wire("/v2/enqueue", 400, pagerduty, lambda said: " ".join(said["errors"])),
    "in": Wire(
        "/in/generic", 422, lambda given, title: {"title": title, "labels": given}, lambda s: s["message"], 5 * MIB
    ),
}
LIMITS: dict[str, tuple[dict[str, Any], Any, str]] = {
    "65 labels": ({f"k{number}": "v" for number in range(65)}, "a", "64 labels"),
    "a key of 129": ({"k" * 129: "v"}, "a", "longer than 128 characters"),
    "a value of 1,025": ({"k": "v" * 1025}, "a", "longer than 1024 characters"),
    "a NUL": ({"k": "a\0b"}, "a", "NUL character, which cannot be stored"),
    "half a surrogate pair": ({"k": HALF}, "a", "half a surrogate pair"),
    "NaN": ({"k": float("nan")}, "a", "malformed"),
    "Infinity": ({"k": float("inf")}, "a", "malformed"),
    "a wrong type": ({"k": "v"}, [5], "xpected `str`"),
    "an empty title": ({}, " ", ""),
}
FREE: dict[str, tuple[Any, str]] = {"33 levels": (DEEP, "deeper than 32"), "a huge number": ("1e999", "out of range")}
"""Where values are free; Prometheus has only texts."""


def post(front: Front, wire: Wire, body: bytes) -> httpx.Response:
    key = front.world.token
    body = body.replace(b'"KEY"', json.dumps(key).encode()).replace(HALF.encode(), b"\\ud800")
    body = body.replace(b'"1e999"', b"1e999")
    scheme = "GenieKey" if wire.path == "/v2/alerts" else "Bearer"
    return front.client.post(wire.path, content=body, headers=JSON | {"Authorization": f"{scheme} {key}"})


@pytest.mark.parametrize("name", WIRES)
def test_every_limit_is_refused_with_its_name_in_the_products_format(front: Front, name: str) -> None:
    wire = WIRES[name]
    limits = dict(LIMITS)
    if name == "alertmanager":
        del limits["an empty title"]  # a label that is blank is a label
    else:
        limits |= {what: ({"k": value}, "a", says) for what, (value, says) in FREE.items()}
    for what, (given, title, says) in limits.items():
        answer = post(front, wire, json.dumps(wire.make(given, title)).encode())
        assert answer.status_code == wire.refused, (what, answer.text)
        assert says in wire.words(answer.json()), what
    assert front.events() == 0
    most: tuple[dict[str, Any], str] = ({"k" * 128: "v" * 1024, **{f"k{number}": "v" for number in range(62)}}, "a")
    assert post(front, wire, json.dumps(wire.make(*most)).encode()).status_code < 300, "the limits themselves are kept"


@pytest.mark.parametrize("name", WIRES)
def test_body_over_its_limit_is_413_in_the_products_format(front: Front, name: str) -> None:
    wire = WIRES[name]
    sound = json.dumps(wire.make({}, "a")).encode()
    assert post(front, wire, sound + b" " * (wire.body_most - len(sound) - 100)).status_code < 300
    over = post(front, wire, sound + b" " * wire.body_most)
    assert over.status_code == 413
    assert str(wire.body_most) in wire.words(over.json())


@pytest.mark.parametrize("name", ["alertmanager", "in"])
def test_a_request_holds_a_thousand_alerts_and_not_one_more(front: Front, name: str) -> None:
    wire = WIRES[name]
    found = wire.make({}, "a")
    alert = found[0] if isinstance(found, list) else found
    over = post(front, wire, json.dumps([alert] * 1001).encode())
    assert (over.status_code, "more than 1000 alerts" in wire.words(over.json())) == (wire.refused, True)
    assert post(front, wire, json.dumps([alert] * 1000).encode()).status_code < 300
    assert front.events() == 1000


def test_of_names_that_repeat_the_last_one_wins_on_every_wire(front: Front) -> None:
    for wire in WIRES.values():
        body = json.dumps(wire.make({"k": "v"}, "the last")).replace('"the last"', '"twice"', 1)
        for title in ("message", "alertname", "summary", "title"):
            body = body.replace(f'"{title}": "twice"', f'"{title}": "the first", "{title}": "the last"')
        assert body.count("the last") == 1
        assert post(front, wire, body.encode()).status_code < 300, body
    front.world.turn()
    from tocsin.alerts.models import Alert

    assert list(Alert.objects.values_list("title", flat=True)) == ["the last"] * len(WIRES)


def test_unknown_actions_are_named(front: Front) -> None:
    key = front.world.token
    for path, body, status, says in (
        ("/v2/enqueue", {"routing_key": key, "event_action": "explode"}, 400, "trigger, acknowledge, resolve"),
        ("/in/generic", {"title": "a", "state": "exploded"}, 422, "firing, acknowledged, resolved"),
        ("/in/generic", {"title": "a", "explode": True}, 422, "explode"),
        ("/v2/alerts/a/explode", {}, 404, "explode"),
    ):
        answer = front.client.post(path, json=body, headers={"Authorization": f"Bearer {key}"})
        assert (answer.status_code, says in answer.text or not answer.text) == (status, True), (path, answer.text)
