"""JSON into typed values, with every way in which it can fail as one.

Of names that repeat in an object the last one wins. What nobody reads is not looked at, however deep it is nested.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from tocsin.alerts.intake.limits import Refusal

T = TypeVar("T")

SHALLOW = 100
"""Deeper than anything that may be kept (`limits.DEPTH`), and far from where decoding gives up."""

MOST_MARKS = 200_000
_MARKS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]++|[\]}]++', re.DOTALL)
_TOO_DEEP = b"nested too deeply to be kept here"
_WHOLE = msgspec.json.Decoder(msgspec.Raw)
_APART = msgspec.json.Decoder(list[msgspec.Raw])
_SURROGATES = re.compile(rb"(?:\\\\)++|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)", re.DOTALL)
"""Backslashes that are meant, whole pairs, and halves, which are the group."""

_HALF = b"half a surrogate pair that was here"
_WHY = {_TOO_DEEP: "nested too deeply", _HALF: "half a surrogate pair, which is no character"}


def decoded(decoder: msgspec.json.Decoder[T], body: bytes | msgspec.Raw) -> T:
    """The value; Refusal says what is wrong and where. RecursionError is left to `app`."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Refusal(_sentence(str(error))) from None
    except msgspec.DecodeError as error:
        raise Refusal(_cause(bytes(body)) or _sentence(str(error))) from None
    except UnicodeDecodeError:
        raise Refusal("the body is not UTF-8") from None


def without_the_deep(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """The value, with a word in place of what is nested too deeply; RecursionError where what is left is no JSON."""
    try:
        return decoded(decoder, body)
    except RecursionError as too_deep:
        rest = shallow(body)
        try:
            _WHOLE.decode(rest)
        except msgspec.DecodeError:
            raise too_deep from None
        return decoded(decoder, rest)


def apart(body: bytes) -> Sequence[bytes]:
    """The elements of a list, each still to be decoded.

    One that would make the list unreadable is refused when it is decoded, and not its neighbours.
    """
    try:
        elements = without_the_deep(_APART, body)
    except Refusal:
        elements = without_the_deep(_APART, _SURROGATES.sub(lambda found: _HALF if found[1] else found[0], body))
    return [next((why for why in _WHY if why in one), one) for one in map(bytes, elements)]


def shallow(body: bytes) -> bytes:
    """The same JSON with a word in place of what stands deeper than SHALLOW, so that only what is deep is lost.

    RecursionError where even that is too much to look at.
    """
    parts: list[bytes] = []
    depth = kept_from = 0
    for number, mark in enumerate(_MARKS.finditer(body)):
        if number > MOST_MARKS:
            raise RecursionError
        start, end = mark.span()
        if body[start] in b"[{":
            if depth < SHALLOW <= depth + end - start:
                parts += (body[kept_from : start + SHALLOW - depth - 1], b'"%s"' % _TOO_DEEP)
            depth += end - start
        elif body[start] in b"]}":
            if depth - (end - start) < SHALLOW <= depth:
                kept_from = start + depth - SHALLOW + 1
            depth -= end - start
    return b"".join(parts) + (body[kept_from:] if depth < SHALLOW else b"")


def _cause(body: bytes) -> str:
    """What makes a body no JSON, where that can be told better than by the byte it was noticed at."""
    if not body.strip():
        return "the body is empty: send JSON"
    if body.startswith(b"\xef\xbb\xbf"):
        return "the body begins with a byte order mark: send UTF-8 without one"
    if b"\0" in body[:4]:
        return "the body is not UTF-8"
    if body.startswith(b"\x1f\x8b"):
        return "the body is compressed: send it as it is"
    if body in _WHY:
        return _WHY[body]
    half = next((found[1] for found in _SURROGATES.finditer(body) if found[1]), b"")
    return f"{_WHY[_HALF]}: {half.decode('ascii', 'replace')}" if half else ""


def _sentence(message: str) -> str:
    return message[:1].lower() + message[1:] if message[1:2].islower() else message
