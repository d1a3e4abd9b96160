"""Reading somebody else's JSON, of which nothing is sure to be there, and fitting what it says into an event."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from tocsin.alerts.intake.decoding import without_the_deep
from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.limits import (
    ALERTS,
    DESCRIPTION,
    FINGERPRINT,
    LABEL_KEY,
    LABEL_VALUE,
    LABELS,
    SHORT,
    TITLE,
    YEARS,
    Refusal,
    check,
    flattened,
)
from tocsin.alerts.rules import peer_of, service_of

FIELDS = 200
FORM = 256 * 1024

_OBJECT = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True, slots=True)
class Part:
    """A value somewhere in JSON. Parts of what is no object are absent; an absent part has no text and no parts.

    Of a list no more is walked through than a request may have alerts and one.
    """

    value: Any = None

    def __getitem__(self, name: str) -> Part:
        return Part(self.value.get(name)) if isinstance(self.value, dict) else Part()

    def __iter__(self) -> Iterator[Part]:
        return map(Part, islice(self.value, ALERTS + 1)) if isinstance(self.value, list) else iter(())

    @property
    def text(self) -> str:
        """Text without blanks around it; numbers and the rest as JSON writes them."""
        if self.value is None:
            return ""
        if isinstance(self.value, str):
            return self.value.strip()
        return flattened({"": self.value})[""]

    @property
    def fields(self) -> Mapping[str, Any]:
        """The parts of an object, by name; none of what is no object."""
        return self.value if isinstance(self.value, dict) else {}

    def first(self, *names: str) -> str:
        """The text of the first of these parts that has one."""
        return next((text for name in names if (text := self[name].text)), "")


def document(body: bytes) -> Part:
    """The JSON object that a body is; Refusal when it is something else. Duplicate keys: the last one wins."""
    return Part(without_the_deep(_OBJECT, body))


def form(body: bytes) -> Part:
    """The fields of an HTML form; Refusal when it is none or too large. Of a repeated field the last one wins."""
    if len(body) > FORM:
        raise Refusal(f"a form larger than {FORM} bytes")
    try:
        text = body.decode()
        return Part(dict(parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS, errors="replace")))
    except UnicodeDecodeError:
        raise Refusal("the body is not UTF-8") from None
    except ValueError:
        raise Refusal(f"more than {FIELDS} fields in a form") from None


def labels_of(values: Mapping[str, Any]) -> dict[str, str]:
    """The first hundreds of free-form values as labels, without those that are empty."""
    few = dict(islice(values.items(), ALERTS))
    return {name: text for name, text in flattened(few).items() if text}


def when(text: str) -> datetime | None:
    """An ISO 8601 time with its offset, in UTC; None when it is none. An alert whose time is odd is still an alert."""
    try:
        found = datetime.fromisoformat(text)
        return _sensible(found.astimezone(UTC)) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def epoch(text: str) -> datetime | None:
    """The moment so many seconds after 1970; None when it is no such number."""
    try:
        return _sensible(datetime.fromtimestamp(float(text), UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _sensible(found: datetime) -> datetime | None:
    return found if found.year in YEARS else None


def fitted(event: NewEvent) -> NewEvent:
    """The event within the limits, for a sender whose texts nobody can change.

    What is too long ends in “…”, and so does a key that is, in a digest of the whole. Service, peer and name come from
    the labels where the source said none.
    """
    labels = _labels(event.labels)
    title = _cut(event.title or event.name, TITLE) or "–"
    return check(
        msgspec.structs.replace(
            event,
            fingerprint=_key(event.fingerprint or title),
            title=title,
            name=_cut(event.name or title, TITLE),
            service=_cut(event.service or service_of(labels, ""), SHORT),
            peer=_cut(event.peer or peer_of(labels), SHORT),
            description=_cut(event.description, DESCRIPTION),
            source=_cut(event.source, SHORT),
            by=_cut(event.by, SHORT),
            labels=labels,
        )
    )


def _labels(labels: Mapping[str, str]) -> dict[str, str]:
    fitting = {_cut(name, LABEL_KEY): _cut(value, LABEL_VALUE) for name, value in labels.items() if name and value}
    if len(fitting) <= LABELS:
        return fitting
    kept = dict(list(fitting.items())[: LABELS - 1])
    return {**kept, "…": f"+{len(fitting) - len(kept)}"}


def _cut(text: str, most: int) -> str:
    text = text.replace("\0", "\N{REPLACEMENT CHARACTER}").strip()
    return text if len(text) <= most else text[: most - 1] + "…"


def _key(text: str) -> str:
    clean = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if len(clean) <= FINGERPRINT and clean == text:
        return text
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{clean[: FINGERPRINT - len(digest) - 1]}…{digest}"
