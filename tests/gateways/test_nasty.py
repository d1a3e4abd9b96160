"""The whole corpus of nasty bodies against every decoder: taken or refused, in time, and never at others' cost."""

from __future__ import annotations

import json

import pytest

from tests.gateways.decoders import DECODERS, judged, request_of
from tests.gateways.nasty import JSON, SEEDS, corpus
from tocsin.alerts.intake.decoding import SHALLOW, shallow

CORPUS = corpus()
WITHIN_S = 1.0
DEEP = "[" * 100_000 + "]" * 100_000


def test_corpus_has_five_hundred_bodies_each_with_a_name_of_its_own() -> None:
    assert len({each.name for each in CORPUS}) == len(CORPUS) >= 500


@pytest.mark.parametrize("name", DECODERS)
def test_every_nasty_body_is_taken_or_refused_in_time(name: str) -> None:
    found = [judged(name, request_of(nasty.body, nasty.headers), WITHIN_S) for nasty in CORPUS]
    assert name == "heartbeat" or any(each.whole for each in found), "some of it is refused"


@pytest.mark.parametrize("wire", SEEDS)
def test_the_seed_of_every_wire_is_sound(wire: str) -> None:
    assert judged(wire, request_of(json.dumps(SEEDS[wire]).encode()), WITHIN_S).events


BATCHES = {
    "alertmanager": ('{"labels": {"alertname": "a"}}', JSON),
    "in/generic": ('{"title": "a"}', JSON),
    "in/cloudevents": (
        '{"specversion": "1.0", "id": "1", "source": "/a", "type": "b"}',
        {"Content-Type": "application/cloudevents-batch+json"},
    ),
}
BAD = {
    "too deep": DEEP,
    "too deep in a part of it": f'{{"labels": {{"alertname": {DEEP}}}, "title": "a", "id": "2"}}',
    "half a surrogate pair": '{"labels": {"a": "\\ud800"}, "title": "\\ud800", "type": "\\ud800"}',
    "a number out of range": '{"labels": {"a": 1e999}, "title": 1e999, "type": 1e999}',
    "no object": "5",
    "nothing": "null",
}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("wire", BATCHES)
def test_one_bad_alert_does_not_sink_its_neighbours(wire: str, bad: str) -> None:
    sound, headers = BATCHES[wire]
    found = judged(wire, request_of(f"[{sound},{BAD[bad]},{sound}]".encode(), headers), WITHIN_S)
    assert (len(found.events), len(found.refused)) == (2, 1), found
    assert found.refused[0].startswith("alert 2: ")
    assert ("too deeply" in found.refused[0]) == ("too deep" in bad)


def test_deep_part_of_one_alert_in_a_document_does_not_sink_the_others() -> None:
    alert = {"status": "firing", "labels": {"alertname": "a"}, "annotations": {}, "fingerprint": "1"}
    body = json.dumps({"version": "4", "status": "firing", "alerts": [alert, {**alert, "fingerprint": "2"}]})
    body = body.replace('"fingerprint": "2"', f'"fingerprint": "2", "odd": {DEEP}')
    found = judged("in/alertmanager-webhook", request_of(body.encode()), WITHIN_S)
    assert len(found.events) == 2


@pytest.mark.parametrize("levels", [1, SHALLOW - 1, SHALLOW, SHALLOW + 1, 5_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a]":', "}")])
def test_shallow_json_loses_only_what_is_deep(levels: int, opening: str, closing: str) -> None:
    def tree(levels: int, inner: str) -> str:
        return f'{{"before": "[\\"[", "deep": {opening * levels}{inner}{closing * levels}, "after": [1, "]"]}}'

    kept = json.loads(shallow(tree(levels, '"end"').encode()))
    assert (kept["before"], kept["after"]) == ('["[', [1, "]"])
    depth, value = 0, kept["deep"]
    while isinstance(value, (dict, list)):
        depth, value = depth + 1, value[0] if isinstance(value, list) else value["a]"]
    assert depth == min(levels, SHALLOW - 2)
    assert (value == "end") == (levels <= SHALLOW - 2)


def test_what_would_take_long_to_look_through_is_given_up() -> None:
    with pytest.raises(RecursionError):
        shallow(b"[" * 1000 + b"[1," * 1_000_000)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        ("{}".encode("utf-16"), "not UTF-8"),
        ("{}".encode("utf-32"), "not UTF-8"),
        (b"\x1f\x8b\x08", "compressed"),
        (b'{"title": "\\ud800"}', "half a surrogate pair"),
        (b'{"title": "\\udc00 and more"}', "half a surrogate pair"),
        (b'{"title": "\\ud800 and more"}', "half a surrogate pair"),
        (b'{"title": 1e999}', "out of range"),
        (b'{"title": NaN}', "malformed"),
    ],
)
def test_a_body_that_is_no_json_is_told_what_it_is(body: bytes, says: str) -> None:
    assert says in judged("in/generic", request_of(body), WITHIN_S).whole


def test_what_prometheus_writes_beside_an_alert_never_refuses_it() -> None:
    alert = {
        "labels": {"severity": "page"},
        "annotations": {"summary": "s" * 3_000, "description": "d" * 50_000},
        "generatorURL": "http://prometheus.invalid/graph?g0.expr=" + "x" * 3_000,
    }
    found = judged("alertmanager", request_of(json.dumps([alert]).encode()), WITHIN_S)
    assert (len(found.events), found.refused) == (1, ())
    assert found.events[0].source == ""
