"""CloudEvents 1.0 over HTTP: binary, structured and in batches.

An event is of an alert named by its source, subject and type. It ends it when the last word of its type, or `state` in
its data, says so: `com.example.disk.firing` and `com.example.disk.resolved` are one alert. Its data may hold the fields
of our own format (`title`, `key`, `severity`, `service` …), and what else it holds becomes labels. `source` and `id`
together name a delivery: a second one has no effect.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import unquote

import msgspec

from tocsin.alerts.intake.decoding import apart, decoded
from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request
from tocsin.alerts.intake.limits import TITLE, Refusal
from tocsin.alerts.rules import AlertAction, from_word
from tocsin.alerts.sources.parts import Part, document, fitted, labels_of, when
from tocsin.alerts.sources.source import Decoded, Guide, Setup, each, gettext_noop
from tocsin.alerts.sources.wires import FIRST

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
NEEDED = ("id", "source", "specversion", "type")
OWN = frozenset({"title", "key", "state", "severity", "service", "peer", "description", "labels"})
UNTOLD = frozenset(
    {"data", "data_base64", "datacontenttype", "dataschema", "id", "specversion", "time", "traceparent", "tracestate"}
)
ENDS = "resolved closed recovered ok ended fixed cleared"
BEGINS = "firing fired opened open triggered detected reported raised created problem failed alert alerting"
ACTIONS = {
    **dict.fromkeys(ENDS.split(), AlertAction.RESOLVE),
    **dict.fromkeys(BEGINS.split(), AlertAction.FIRE),
    "acknowledged": AlertAction.ACKNOWLEDGE,
}
_ANY = msgspec.json.Decoder(Any)


class CloudEvents:
    """`POST /in/cloudevents`."""

    kind: ClassVar = "cloudevents"
    label: ClassVar = gettext_noop("CloudEvents 1.0")
    guides: ClassVar = (
        Guide(
            title=FIRST,
            hint="curl",
            text="""curl -X POST $url/in/cloudevents \\
  -H 'Authorization: Bearer $token' \\
  -H 'Content-Type: application/cloudevents+json' \\
  -d '{"specversion": "1.0", "id": "1", "source": "/monitoring", "type": "com.example.disk.firing", "subject": "db-01",
       "data": {"title": "Disk is full on db-01", "service": "db-01", "severity": "warning"}}'""",
        ),
        Guide(
            title=gettext_noop("And close it again"),
            hint="curl",
            text="""curl -X POST $url/in/cloudevents \\
  -H 'Authorization: Bearer $token' \\
  -H 'Content-Type: application/cloudevents+json' \\
  -d '{"specversion": "1.0", "id": "2", "source": "/monitoring", "type": "com.example.disk.resolved",
       "subject": "db-01"}'""",
        ),
        Guide(
            title=gettext_noop("Let Knative deliver to it"),
            hint=gettext_noop("A trigger of your broker; the key is the last part of the address."),
            text="""apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata:
  name: tocsin
spec:
  broker: default
  subscriber:
    uri: $url/in/cloudevents/$token""",
        ),
    )

    def decode(self, request: Request, setup: Setup) -> Decoded:
        """The events of a request in any of the three modes."""
        keys: list[str] = []

        def event(part: Part) -> NewEvent:
            made = _event(part, request)
            keys.append(_delivery(part))
            return made

        mode = request.header(b"content-type").partition(";")[0].strip().lower()
        if mode == BATCH:
            found = each(apart(request.body), lambda one: event(Part(decoded(_ANY, one))))
            return Decoded(events=found.events, refused=found.refused, keys=tuple(keys))
        part = _binary(request) if request.header(b"ce-specversion") and mode != STRUCTURED else document(request.body)
        return Decoded(events=(event(part),), keys=tuple(keys))


def _binary(request: Request) -> Part:
    """The attributes from the headers, the data from the body."""
    attributes: dict[str, Any] = {
        name[3:].decode("latin-1"): unquote(value.decode("latin-1"))
        for name, value in request.scope["headers"]
        if name.startswith(b"ce-")
    }
    kind = request.header(b"content-type")
    return Part({**attributes, "datacontenttype": kind, "data": _content(request.body, kind)})


def _content(body: bytes, kind: str) -> Any:
    """JSON as it is meant, text as text; what is neither says nothing of an alert."""
    mime = kind.partition(";")[0].strip().lower()
    if body and (mime in {"", "application/json", "text/json"} or mime.endswith("+json")):
        return decoded(_ANY, body)
    return body.decode(errors="replace") if mime.startswith("text/") else None


def _event(part: Part, request: Request) -> NewEvent:
    for name in NEEDED:
        if not part[name].text:
            raise Refusal(f"the attribute {name} is missing: this is no CloudEvent")
    if part["specversion"].text != "1.0":
        raise Refusal(f"specversion must be 1.0, not {part['specversion'].text[:20]}")
    data = _data(part)
    stem, word = _split(part["type"].text[:TITLE])
    state = data["state"].text.lower()
    if state and state not in ACTIONS:
        raise Refusal(f"data.state must be one of {', '.join(ACTIONS)}, not {state[:40]}")
    labels = dict(_labels(part, data))
    subject = part["subject"].text
    about = f"{stem}: {subject}" if subject else stem
    return fitted(
        NewEvent(
            action=ACTIONS.get(state or word, AlertAction.FIRE),
            fingerprint=data["key"].text or "/".join((part["source"].text, subject, stem)),
            at=when(part["time"].text),
            sent_at=request.sent_at,
            severity=from_word(labels.get("severity", "")),
            service=labels.get("service", ""),
            peer=labels.get("peer", ""),
            name=stem,
            title=data["title"].text or about,
            description=data["description"].text or (data.text if isinstance(data.value, str) else ""),
            source=part["source"].text,
            labels=labels,
        )
    )


def _data(part: Part) -> Part:
    """The data, also where it is in base64."""
    encoded = part["data_base64"].value
    if not isinstance(encoded, str):
        return part["data"]
    try:
        body = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal("data_base64 is not base64") from None
    return Part(_content(body, part["datacontenttype"].text))


def _labels(part: Part, data: Part) -> Iterator[tuple[str, str]]:
    """What the data says, its own labels and the attributes, the later ones before the earlier."""
    yield from labels_of({name: value for name, value in data.fields.items() if name not in OWN}).items()
    yield from labels_of(data["labels"].fields).items()
    yield from labels_of({name: data[name].value for name in ("severity", "service", "peer")}).items()
    for name, value in labels_of({name: v for name, v in part.fields.items() if name not in UNTOLD}).items():
        yield (f"ce_{name}" if name in {"source", "subject", "type"} else name), value


def _split(kind: str) -> tuple[str, str]:
    """A type without its state, and the state. CDEvents end in a version, which does not count."""
    words = kind.split(".")
    while len(words) > 1 and words[-1].isdigit():
        words.pop()
    last = words[-1].lower()
    return (".".join(words[:-1]), last) if len(words) > 1 and last in ACTIONS else (kind, "")


def _delivery(part: Part) -> str:
    """The delivery's key: `source` and `id`, which together are unique, within the limit of a key."""
    both = f"{part['source'].text}\n{part['id'].text}"
    return f"ce:{hashlib.blake2b(both.encode(), digest_size=20).hexdigest()}"
