"""How much a sender may say at once. What is over a limit is refused with its name, never cut in silence.

The one thing cut is a description, whose end nobody has ever needed to tell two alerts apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tocsin.alerts.intake.events import NewEvent

BODY = 1024 * 1024
BATCH_BODY = 5 * 1024 * 1024
ALERTS = 1000
LABELS = 64
LABEL_KEY = 128
LABEL_VALUE = 1024
FINGERPRINT = 512
TITLE = 1024
SHORT = 512
DESCRIPTION = 15_000
DEPTH = 32

YEARS = range(2000, 2101)


class Refusal(Exception):
    """This cannot be taken, and why, in words for the sender."""


def check(event: NewEvent) -> NewEvent:
    """The event, when every part of it is within the limits and can be stored; else Refusal."""
    _length("the alias or key", event.fingerprint, FINGERPRINT)
    _length("the title", event.title, TITLE)
    for name in ("service", "peer", "source", "by"):
        _length(name, getattr(event, name), SHORT)
    _length("the name", event.name, TITLE)
    labels = event.labels
    if len(labels) > LABELS:
        raise Refusal(f"more than {LABELS} labels")
    for key, value in labels.items():
        if len(key) > LABEL_KEY:
            raise Refusal(f"a label's name is longer than {LABEL_KEY} characters: {key[:40]}…")
        if len(value) > LABEL_VALUE:
            raise Refusal(f"the label {key} is longer than {LABEL_VALUE} characters")
    for moment in (event.at, event.ends_at, event.sent_at):
        if moment is not None and moment.year not in YEARS:
            raise Refusal(f"a time in the year {moment.year}")
    _storable("".join((*labels, *labels.values(), event.fingerprint, event.title, event.description, event.name)))
    _storable(event.service + event.peer + event.source + event.by)
    return event


def _storable(text: str) -> None:
    if "\0" in text:
        raise Refusal("a NUL character, which cannot be stored")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refusal("half a surrogate pair, which is no character") from None


def _length(what: str, text: str, most: int) -> None:
    if len(text) > most:
        raise Refusal(f"{what} is longer than {most} characters")


def flattened(values: Mapping[str, Any]) -> dict[str, str]:
    """Free-form values as labels: text as it is, numbers and truth as JSON writes them, the rest as JSON text.

    None is left out. Refusal when something is nested deeper than DEPTH.
    """
    return {
        key: value if isinstance(value, str) else _text(value) for key, value in values.items() if value is not None
    }


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)) and _deeper_than(value, DEPTH):
        raise Refusal(f"values nested deeper than {DEPTH}")
    return msgspec.json.encode(value).decode()


def _deeper_than(value: Any, levels: int) -> bool:
    """By levels, not by recursion: the depth is what is in doubt."""
    layer = [value]
    for _ in range(levels):
        layer = [
            inner
            for each in layer
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, (dict, list))
        ]
        if not layer:
            return False
    return True
