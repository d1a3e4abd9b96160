"""Whatever is posted to any source is taken or refused, in time: random JSON, and payloads with a part exchanged."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bench.fuzz.examples import exchanged, places
from tests.alerts.payload import Payload, payloads
from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request
from tocsin.alerts.intake.limits import Refusal, check
from tocsin.alerts.rules import AlertAction
from tocsin.alerts.sources.registry import KINDS
from tocsin.alerts.sources.source import Decoded, Forbidden, Setup, Source

SOURCES = [kind for kind in KINDS if isinstance(kind, Source)]
WORDS = some.text(max_size=20) | some.sampled_from(
    ["alerts", "status", "firing", "title", "\0", "é" * 2000, "0001-01-01", "1e999", "{{title}}"]
)
VALUES = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.sampled_from([10**30, -1, 2**63, 1e308, 253402300800])
    | WORDS,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
WITHIN_S = 1.0


def decode(source: Source, request: Request, setup: Setup) -> Decoded | None:
    """What the source makes of it; anything but a result or a refusal is a defect, and so is to take long."""
    began = time.monotonic()
    try:
        found = source.decode(request, setup)
    except (Refusal, Forbidden, RecursionError):
        return None
    finally:
        assert time.monotonic() - began < WITHIN_S
    assert all(isinstance(check(event), NewEvent) for event in found.events)
    assert not found.keys or len(found.keys) == len(found.events)
    assert all(event.fingerprint and event.title for event in found.events)
    return found


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
@settings(max_examples=60, deadline=None)
@given(body=VALUES)
def test_random_json_is_taken_or_refused(source: Source, body: object) -> None:
    request = Request("POST", f"/in/{source.kind}", {"headers": [], "query_string": b""}, json.dumps(body).encode())
    decode(source, request, Setup(secrets=("secret",)))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
@settings(max_examples=60, deadline=None)
@given(body=some.binary(max_size=200))
def test_random_bytes_are_taken_or_refused(source: Source, body: bytes) -> None:
    request = Request("POST", f"/in/{source.kind}", {"headers": [], "query_string": b""}, body)
    decode(source, request, Setup(secrets=("secret",)))


@pytest.mark.parametrize("payload", [each for each in payloads() if "body" in each.given], ids=lambda each: each.name)
@settings(max_examples=60, deadline=None)
@given(data=some.data())
def test_a_payload_with_any_part_exchanged_is_taken_or_refused(payload: Payload, data: some.DataObject) -> None:
    source = KINDS.get(payload.kind)
    assert isinstance(source, Source)
    request = payload.request()
    place = data.draw(some.sampled_from(places(payload.given["body"])))
    request.body = json.dumps(exchanged(payload.given["body"], place, data.draw(VALUES))).encode()
    decode(source, request, payload.setup)


def mail(headers: str, text: bytes) -> bytes:
    return f"From: a@b.example\nSubject: x\n{headers}\n\n".encode() + text


def boundaries(count: int) -> bytes:
    kind = "--x{}\nContent-Type: multipart/mixed; boundary=x{}\n\n"
    return "".join(kind.format(number, number + 1) for number in range(count)).encode()


SURROGATES = {
    "utf-7": b"+2AA- full",
    "unicode_escape": b"\\ud800 full",
    "raw_unicode_escape": b"\\ud800 full",
}


@pytest.mark.parametrize(("charset", "text"), SURROGATES.items(), ids=SURROGATES)
def test_no_charset_of_a_mail_spells_what_cannot_be_stored(charset: str, text: bytes) -> None:
    source = KINDS.get("email")
    assert isinstance(source, Source)
    body = mail(f"Content-Type: text/plain; charset={charset}", text)
    found = decode(source, Request("POST", "/in/email", {"headers": [], "query_string": b""}, body), Setup())
    assert found is not None
    found.events[0].description.encode()
    assert found.events[0].title == "x"


@pytest.mark.parametrize("place", ["fingerprint", "title", "description", "name", "service", "peer", "source", "by"])
def test_half_a_surrogate_pair_is_over_the_limits_wherever_it_stands(place: str) -> None:
    said = {"fingerprint": "a", place: "\ud800"}
    with pytest.raises(Refusal, match="half a surrogate pair"):
        check(NewEvent(action=AlertAction.FIRE, **said))  # type: ignore[arg-type]  # a test's shorthand
    with pytest.raises(Refusal, match="half a surrogate pair"):
        check(NewEvent(action=AlertAction.FIRE, fingerprint="a", labels={"a": "\ud800"}))


HTML = "Content-Type: text/html"
LARGE = {
    "open tags": ("email", mail(HTML, b"<a " * 1_600_000)),
    "tags": ("email", mail(HTML, b"<p>" * 1_600_000)),
    "comments": ("email", mail(HTML, b"<!--" * 1_200_000)),
    "scripts": ("email", mail(HTML, b"<script>" * 600_000)),
    "ampersands": ("email", mail(HTML, b"&" * 5_000_000)),
    "parts": ("email", mail("Content-Type: multipart/mixed; boundary=x", b"--x\n\na\n" * 600_000)),
    "nested parts": ("email", mail("Content-Type: multipart/mixed; boundary=x0", boundaries(50_000))),
    "a slow charset": ("email", mail("Content-Type: text/plain; charset=punycode", b"a-" + b"z" * 4_000_000)),
    "states": ("email", mail("", b"").replace(b"Subject: ", b"Subject: " + b"[OK] " * 10_000)),
    "a form": ("nagios", b"host=" + b"%41" * 1_600_000),
    "digits": ("uptime-kuma", json.dumps({"msg": "1 " * 2_400_000}).encode()),
    "commas": ("datadog", json.dumps({"transition": "x", "title": "x", "tags": "a:b," * 1_000_000}).encode()),
}


@pytest.mark.parametrize(("kind", "body"), LARGE.values(), ids=LARGE)
def test_the_largest_body_is_read_within_a_second(kind: str, body: bytes) -> None:
    source = KINDS.get(kind)
    assert isinstance(source, Source)
    request = Request("POST", f"/in/{kind}", {"headers": [], "query_string": b""}, body)
    found = decode(source, request, Setup())
    assert found is None or len(found.events) == 1
