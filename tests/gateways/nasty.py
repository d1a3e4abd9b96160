"""Five hundred nasty bodies, made from seeds: what broken, old, curious and hostile senders post.

`RAW` are bodies of no product. `TREES` are what is done to each seed, a sound body of one wire. Nothing is random,
so that a number names a body for good.
"""

from __future__ import annotations

import copy
import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.alerts.payload import payloads

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Nasty:
    """One body. `of` is the wire of its seed, empty: of none."""

    name: str
    body: bytes
    of: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)


SEEDS: Mapping[str, Any] = {
    "opsgenie": {
        "message": "Disk is full on db-01",
        "alias": "db-01-disk",
        "description": "97 %",
        "entity": "db-01",
        "source": "probe",
        "priority": "P2",
        "user": "Ann",
        "note": "Look at it",
        "tags": ["disk", "db"],
        "details": {"service": "db", "rack": 12},
        "actions": ["restart"],
        "responders": [{"type": "team", "name": "storage"}],
        "visibleTo": [{"type": "user", "username": "ann@example.invalid"}],
    },
    "alertmanager": [
        {
            "labels": {"alertname": "DiskFull", "service": "db", "severity": "page", "instance": name},
            "annotations": {"summary": "Disk is full", "runbook_url": "https://wiki.invalid/disk"},
            "startsAt": "2026-11-24T09:00:00Z",
            "generatorURL": "http://prometheus.invalid/graph",
        }
        for name in ("db-1", "db-2")
    ],
    "pagerduty": {
        "routing_key": "key",
        "event_action": "trigger",
        "dedup_key": "db-01-disk",
        "payload": {
            "summary": "Disk is full on db-01",
            "source": "db-01",
            "severity": "error",
            "timestamp": "2026-11-24T09:00:00Z",
            "class": "disk",
            "custom_details": {"rack": 12},
        },
        "links": [{"href": "https://wiki.invalid/disk", "text": "Runbook"}],
    },
    "pagerduty/change": {
        "routing_key": "key",
        "payload": {"summary": "Release 12", "source": "pipeline", "timestamp": "2026-11-24T09:00:00Z"},
        "links": [{"href": "https://ci.invalid/12", "text": "Build"}],
    },
}


def _seeds() -> dict[str, Any]:
    """Those above, and the first payload in JSON of every one-way sender."""
    found = dict(SEEDS)
    for payload in payloads():
        if "body" in payload.given:
            found.setdefault(f"in/{payload.kind}", payload.given["body"])
    return found


def _nested(levels: int, opening: str = "[", closing: str = "]") -> bytes:
    return opening.encode() * levels + closing.encode() * levels


DEPTHS = {levels: _nested(levels) for levels in (33, 500, 999, 100_000)}
NUMBERS = ("1e308", "1e309", "-1e400", "1e-400", "9" * 20, "9" * 400, "9" * 5000, "-0", "0.1e1", "NaN", "-Infinity")
RAW: Mapping[str, bytes] = {
    "nothing": b"",
    "blanks": b" \r\n\t" * 1000,
    "a NUL": b"\0",
    "bytes of no text": bytes(range(128, 256)),
    "UTF-16": json.dumps(SEEDS["opsgenie"]).encode("utf-16"),
    "UTF-32": json.dumps(SEEDS["opsgenie"]).encode("utf-32"),
    "Latin-1": '{"message": "Störung"}'.encode("latin-1"),
    "overlong UTF-8": b'{"message": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"message": "\xed\xa0\x80"}',
    "a form": b"message=Disk+is+full&alias=db",
    "a form without an end": b"payload=" + b"%" * 10_000,
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
    "two documents": b"{}{}",
    "a comment": b'{"message": "a" /* b */}',
    "a comma too many": b'{"message": "a",}',
    "null": b"null",
    "true": b"true",
    "an empty list": b"[]",
    "an empty object": b"{}",
    "an empty name": b'{"": ""}',
    "lists of nothing": b"[" + b"null," * 1000 + b"null]",
    "lists of lists": b"[" + b"[]," * 1001 + b"[]]",
    "1,001 objects": b"[" + b"{}," * 1000 + b"{}]",
    "a name that repeats": b'{"message": "a", "message": 5, "message": null, "message": "b"}',
    "a prototype": b'{"__proto__": {"message": "a"}, "constructor": {"prototype": 1}, "__class__": "x"}',
    "a format": b'{"message": "{0.__class__} %s %n ${jndi:ldap://x.invalid/a} {{7*7}}", "alias": "../../etc/passwd"}',
    "gzip": gzip.compress(json.dumps(SEEDS["opsgenie"]).encode(), mtime=0),
    "a gzip bomb": gzip.compress(b"0" * 10_000_000, mtime=0),
    "deflate": zlib.compress(b'{"message": "a"}'),
    "a mail": b"Subject: Disk\r\nFrom: a@b.example\r\nContent-Type: multipart/mixed\r\n\r\n",
    "a mail of headers": b"".join(b"X-%d: %s\r\n" % (number, b"a" * 90) for number in range(2000)),
    "a multipart": b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n',
    **{f"{levels:,} lists in each other": body for levels, body in DEPTHS.items()},
    **{f"{levels:,} objects in each other": b'{"a":' * levels + b"1" + b"}" * levels for levels in (33, 999, 100_000)},
    **{f"{levels:,} lists that never end": b"[" * levels for levels in (33, 100_000)},
    **{f"the number {text[:12]}, {len(text)} long": text.encode() for text in NUMBERS},
}


def _text(whole: str) -> Callable[[Any], Any]:
    """Every text of a tree exchanged."""
    return lambda seed: _walked(seed, lambda leaf: whole if isinstance(leaf, str) else leaf)


def _leaf(value: Any) -> Callable[[Any], Any]:
    """Every leaf of a tree exchanged."""
    return lambda seed: _walked(seed, lambda leaf: value)


def _walked(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {name: _walked(part, change) for name, part in value.items()}
    if isinstance(value, list):
        return [_walked(part, change) for part in value]
    return change(value)


def _branches(seed: Any, value: Any) -> Any:
    """Every part of the top level exchanged, for one object or each of a list."""
    if isinstance(seed, list):
        return [_branches(each, value) for each in seed]
    return {name: copy.deepcopy(value) for name in seed}


def _with(**more: Any) -> Callable[[Any], Any]:
    def grown(seed: Any) -> Any:
        if isinstance(seed, list):
            return [grown(each) for each in seed]
        return {name: {**part, **more} if isinstance(part, dict) else part for name, part in seed.items()} | more

    return grown


def _many(seed: Any) -> Any:
    """1,001 of what there is one or two of."""
    if isinstance(seed, list):
        return (seed * 1001)[:1001]
    return {name: (part * 1001)[:1001] if isinstance(part, list) else part for name, part in seed.items()}


TREES: Mapping[str, Callable[[Any], Any]] = {
    "a NUL in every text": _text("a\0b"),
    "every text empty": _text(""),
    "every text blank": _text(" \u2028\t"),
    "every text long": _text("é" * 20_000),
    "every text of 1,025": _text("v" * 1025),
    "every text no character": _text("\uffff\ufdd0\U0010ffff"),
    "every text turned round": _text("\u202e\u200b" + "e\u0301" * 600),
    "every text a date of the year 1": _text("0001-01-01T00:00:00Z"),
    "every text a date of the year 9999": _text("9999-12-31T23:59:59.999999999-23:59"),
    "every text a number": _text("1e999"),
    "every text a template": _text("{{title}}{{{labels}}}{% x %}"),
    "every leaf null": _leaf(None),
    "every leaf true": _leaf(True),
    "every leaf huge": _leaf(2**70),
    "every leaf minus one": _leaf(-1),
    "every leaf a list": _leaf([[]]),
    "every leaf an object": _leaf({"a": {"b": None}}),
    "every part a text": lambda seed: _branches(seed, "text"),
    "every part a list": lambda seed: _branches(seed, [1, "a", None]),
    "every part an object": lambda seed: _branches(seed, {"name": {"name": 1}}),
    "65 parts more": _with(**{f"k{number}": number for number in range(65)}),
    "a name of 129": _with(**{"k" * 129: "v"}),
    "a name of a NUL": _with(**{"a\0": "v", "": "w"}),
    "1,001 of each": _many,
    "in a list": lambda seed: [[seed]],
    "in an object": lambda seed: {"data": seed, "alerts": seed, "body": seed},
}


def _twisted(seed: Any) -> Iterator[tuple[str, bytes]]:
    sound = json.dumps(seed).encode()
    for name, twist in TREES.items():
        yield name, json.dumps(twist(seed)).encode()
    yield "a mark before it", b"\xef\xbb\xbf" + sound
    yield "broken off", sound[: len(sound) // 2]
    yield "a surrogate alone", sound.replace(b'": "', b'": "\\ud800', 1)
    yield "33 levels", sound.replace(b'"', b'"x": ' + DEPTHS[33] + b', "', 1)
    yield "100,000 levels", sound.replace(b'"', b'"x": ' + DEPTHS[100_000] + b', "', 1)
    yield "no number", sound.replace(b'"', b'"x": NaN, "', 1)


def corpus() -> list[Nasty]:
    """All of them, in order."""
    raw = [Nasty(name=name, body=body) for name, body in RAW.items()]
    twisted = [
        Nasty(name=f"{wire}: {name}", body=body, of=wire)
        for wire, seed in _seeds().items()
        for name, body in _twisted(seed)
    ]
    return raw + twisted
