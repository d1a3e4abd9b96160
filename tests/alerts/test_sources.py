"""Every kind of sender: it describes itself, and whatever is posted to it is answered in order."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

import pytest

from tests.alerts.payload import payloads
from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request
from tocsin.alerts.intake.limits import Refusal
from tocsin.alerts.rules import AlertAction, Severity
from tocsin.alerts.sources.generic import Generic
from tocsin.alerts.sources.grafana import Grafana
from tocsin.alerts.sources.parts import fitted
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


SIGNED = b"x-grafana-alerting-signature"
GROUP = json.dumps({"alerts": [{"status": "firing", "labels": {"alertname": "DiskFull"}}]}).encode()


def signature(message: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode(), message, "sha256").hexdigest().encode()


def grafana(*headers: tuple[bytes, bytes], **options: object) -> int:
    """How many alerts Grafana's request gives at 1,000,000 seconds, under the secrets "new" and "old"."""
    source = Grafana(now=lambda: 1_000_000.0)
    setup = Setup(secrets=("new", "old"), options=options)
    return len(source.decode(asked(GROUP, *headers, kind="grafana"), setup).events)


def test_grafana_may_sign_with_each_live_secret_and_no_other() -> None:
    assert grafana((SIGNED, signature(GROUP, "new"))) == 1
    assert grafana((SIGNED, signature(GROUP, "old"))) == 1
    with pytest.raises(Forbidden):
        grafana((SIGNED, signature(GROUP, "other")))
    with pytest.raises(Forbidden):
        grafana((SIGNED, "é".encode("latin-1")))


def test_grafana_must_sign_only_where_the_integration_says_so() -> None:
    assert grafana() == 1
    with pytest.raises(Forbidden):
        grafana(signature_required=True)


@pytest.mark.parametrize(("stamp", "taken"), [(b"999700", 1), (b"1000300", 1), (b"999699", 0), (b"1000301", 0)])
def test_grafana_s_signed_time_may_be_five_minutes_off(stamp: bytes, taken: int) -> None:
    headers = [(SIGNED, signature(stamp + b":" + GROUP, "new")), (b"x-stamp", stamp)]
    if taken:
        assert grafana(*headers, timestamp_header="X-Stamp") == 1
        return
    with pytest.raises(Forbidden, match="clocks"):
        grafana(*headers, timestamp_header="X-Stamp")


@pytest.mark.parametrize("stamp", [b"", b"soon", b"-1", b"1" * 13, "²".encode("latin-1")])
def test_grafana_s_signed_time_is_needed_where_its_header_is_named(stamp: bytes) -> None:
    with pytest.raises(Forbidden):
        grafana((SIGNED, signature(GROUP, "new")), (b"x-stamp", stamp), timestamp_header="X-Stamp")


def test_what_is_too_long_is_cut_visibly_and_two_long_keys_stay_two() -> None:
    long = fitted(NewEvent(action=AlertAction.FIRE, fingerprint="k" * 600 + "a", title="t" * 2000, labels={"a": "\0"}))
    other = fitted(NewEvent(action=AlertAction.FIRE, fingerprint="k" * 600 + "b", title="t"))
    assert long.title.endswith("t…")
    assert long.fingerprint != other.fingerprint
    assert long.labels == {"a": "\N{REPLACEMENT CHARACTER}"}
    many = fitted(
        NewEvent(action=AlertAction.FIRE, fingerprint="k", title="t", labels={str(n): "x" for n in range(80)})
    )
    assert len(many.labels) == 64
    assert many.labels["…"] == "+17"
