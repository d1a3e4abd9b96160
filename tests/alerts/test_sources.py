"""Every kind of sender: it describes itself, and whatever is posted to it is answered in order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.alerts.payload import payloads
from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.rules import AlertAction, Severity
from tocsin.alerts.sources.generic import Generic
from tocsin.alerts.sources.registry import KINDS
from tocsin.alerts.sources.source import Decoded, Forbidden, Setup, Source

if TYPE_CHECKING:
    from tests.alerts.payload import Payload

SOURCES = [kind for kind in KINDS if isinstance(kind, Source)]
NASTY = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"[null]",
    b"[1]",
    b'"x"',
    b"[" * 200_000,
    b'{"a":' * 100_000,
    b"\xff\xfe",
    b'{"title": "\\ud800"}',
    b'{"title": "\\u0000"}',
    b"NaN",
    b"1" * 5_000,
    b'{"title": 1e999}',
]


def asked(body: bytes, *headers: tuple[bytes, bytes], kind: str = "generic") -> Request:
    return Request("POST", f"/in/{kind}", {"headers": list(headers), "query_string": b""}, body)


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.kind)
def test_a_kind_describes_itself_and_says_how_to_send_a_first_alert(kind) -> None:
    assert kind.kind == kind.kind.lower().strip()
    assert kind.label
    assert kind.guides
    assert all(guide.title and guide.text for guide in kind.guides)
    assert any("$token" in guide.text for guide in kind.guides)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
@pytest.mark.parametrize("body", NASTY, ids=range(len(NASTY)))
def test_a_nasty_body_is_refused_or_taken_but_never_breaks_a_source(source: Source, body: bytes) -> None:
    try:
        found = source.decode(asked(body, kind=source.kind), Setup(secrets=("secret",)))
    except (Refusal, Forbidden, RecursionError):
        return
    assert isinstance(found, Decoded)
    assert all(isinstance(event, NewEvent) for event in found.events)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
def test_every_source_has_a_payload_with_its_expected_result(source: Source) -> None:
    assert [payload for payload in payloads() if payload.kind == source.kind]


@pytest.mark.parametrize("payload", payloads(), ids=lambda payload: payload.name)
def test_a_payload_gives_the_events_that_are_written_beside_it(payload: Payload) -> None:
    source = KINDS.get(payload.kind)
    assert isinstance(source, Source)
    found = source.decode(payload.request(), payload.setup)
    assert payload.shown(found) == payload.expected


def test_a_list_takes_its_good_alerts_and_names_the_bad_one() -> None:
    body = json.dumps([{"title": "a", "key": "a"}, {"title": ""}, {"title": "c", "titel": "c"}]).encode()
    found = Generic().decode(asked(body), Setup())
    assert [event.fingerprint for event in found.events] == ["a"]
    assert found.refused[0] == "alert 2: title is empty"
    assert "titel" in found.refused[1]


def test_without_a_key_title_and_service_name_the_alert() -> None:
    one = Generic().decode(asked(b'{"title": "Disk full", "service": "db"}'), Setup()).events[0]
    end = Generic().decode(asked(b'{"title": "Disk full", "service": "db", "state": "resolved"}'), Setup()).events[0]
    assert one.fingerprint == end.fingerprint
    assert (one.action, end.action, one.severity) == (AlertAction.FIRE, AlertAction.RESOLVE, Severity.MINOR)
