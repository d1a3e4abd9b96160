"""What Opsgenie's writes about incidents carry, read strictly, before anything is promised."""

from __future__ import annotations

from typing import Any

import msgspec

from tocsin.alerts.intake.decoding import decoded
from tocsin.alerts.intake.limits import LABEL_KEY, LABEL_VALUE, LABELS, SHORT, Refusal, flattened
from tocsin.alerts.rules import from_opsgenie
from tocsin.gateways.opsgenie.bodies import Named
from tocsin.items.rules import MAX_TEXT, MAX_TITLE

RESPONDERS = ("team", "user")
TAGS_MOST = 20


class IncidentWrite(msgspec.Struct, omit_defaults=True, rename="camel"):
    """The body of a create, or the note of a close."""

    message: str = ""
    description: str = ""
    responders: list[Named] = []
    tags: list[str] = []
    details: dict[str, Any] = {}
    priority: str = "P3"
    note: str = ""
    service_id: str = ""
    status_page_entry: dict[str, Any] | None = None
    notify_stakeholders: bool | None = None


_DECODER = msgspec.json.Decoder(IncidentWrite)


def read(operation: str, body: bytes) -> IncidentWrite:
    """The write of an operation; else Refusal."""
    write = decoded(_DECODER, body) if body.strip() else IncidentWrite()
    _short("note", write.note, MAX_TEXT)
    if operation == "create_incident":
        _new(write)
    return write


def _new(write: IncidentWrite) -> None:
    for name, value in (("message", write.message), ("serviceId", write.service_id)):
        if not value.strip():
            raise Refusal(f"{name} is missing or empty")
    for name, text, most in (
        ("message", write.message, MAX_TITLE),
        ("serviceId", write.service_id, SHORT),
        ("description", write.description, MAX_TEXT),
    ):
        _short(name, text, most)
    try:
        from_opsgenie(write.priority)
    except ValueError:
        raise Refusal(f"priority must be P1 to P5, not {write.priority[:40]}") from None
    for name, value in (write.status_page_entry or {}).items():
        _short(f"statusPageEntry's {name[:40]}", str(value), MAX_TITLE if name == "title" else MAX_TEXT)
    _labels(write)
    for each in write.responders:
        each.type = each.type or _type_of(each)
        if each.type not in RESPONDERS or not each.said.strip():
            raise Refusal("a responder is a team or user with an id or a name")
        _short("a responder", each.said, SHORT)


def _type_of(named: Named) -> str:
    """Opsgenie's own client says no type: who has a username is a user."""
    return "user" if named.username else "team"


def _labels(write: IncidentWrite) -> None:
    if len(write.tags) > TAGS_MOST or len(write.details) > LABELS:
        raise Refusal(f"an incident has at most {TAGS_MOST} tags and {LABELS} details")
    for tag in write.tags:
        _short("a tag", tag, 50)
    write.details = dict(flattened(write.details))
    for key, value in write.details.items():
        _short("the name of a detail", key, LABEL_KEY)
        _short(f"the detail {key}", value, LABEL_VALUE)


def _short(name: str, text: str, most: int) -> None:
    if len(text) > most or "\0" in text:
        raise Refusal(f"{name} is longer than {most} characters, or holds a NUL character")
