"""What Opsgenie's writes carry, read strictly: a Refusal names what cannot be taken, before anything is promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from tocsin.alerts.intake.decoding import decoded
from tocsin.alerts.intake.http import moment
from tocsin.alerts.intake.limits import DESCRIPTION, LABEL_KEY, LABEL_VALUE, SHORT, TITLE, Refusal, flattened
from tocsin.alerts.rules import from_opsgenie


class Named(msgspec.Struct, omit_defaults=True):
    """A team, a user, an escalation or a schedule, by one of its names."""

    type: str = ""
    id: str = ""
    name: str = ""
    username: str = ""

    @property
    def said(self) -> str:
        return self.id or self.username or self.name


class Write(msgspec.Struct, omit_defaults=True):
    """The body of any write, with what its kind needs."""

    user: str | None = None
    source: str | None = None
    note: str | None = None
    endTime: str | None = None  # noqa: N815 - Opsgenie's name for it
    escalation: Named | None = None
    owner: Named | None = None
    team: Named | None = None
    responder: Named | None = None
    tags: list[str] | None = None
    details: dict[str, Any] | None = None
    keys: list[str] | None = None
    message: str | None = None
    description: str | None = None
    priority: str | None = None
    name: str | None = None

    @property
    def until(self) -> datetime:
        return moment(self.endTime or "", "endTime")


_WRITE = msgspec.json.Decoder(Write)
RESPONDERS = ("team", "user", "escalation", "schedule")


def read(operation: str, body: bytes, query: Mapping[str, str]) -> Write:
    """The write of an operation from its body, or for a DELETE from its query; else Refusal."""
    write = decoded(_WRITE, body) if body.strip() else Write()
    if not body.strip():
        write.user, write.source, write.note = query.get("user"), query.get("source"), query.get("note")
    if operation == "remove_tags":
        write.tags = _listed(query.get("tags", ""))
    if operation == "remove_details":
        write.keys = _listed(query.get("keys", ""))
    for name, most in (("user", SHORT), ("source", SHORT), ("note", 25_000), ("message", TITLE)):
        _short(name, getattr(write, name), most)
    _short("description", write.description, DESCRIPTION)
    check = _CHECKS.get(operation)
    if check is not None:
        check(write)
    return write


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _short(name: str, text: str | None, most: int) -> None:
    if text is not None and len(text) > most:
        raise Refusal(f"{name} is longer than {most} characters")
    if text is not None and "\0" in text:
        raise Refusal(f"{name} holds a NUL character, which cannot be stored")


def _needed(name: str, value: object) -> None:
    if not value:
        raise Refusal(f"{name} is missing or empty")


def _named(name: str, value: Named | None) -> None:
    if value is None or not value.said.strip():
        raise Refusal(f"{name} needs an id or a name")
    _short(name, value.said, SHORT)


def _responder(write: Write) -> None:
    _named("responder", write.responder)
    if write.responder is not None and write.responder.type not in RESPONDERS:
        raise Refusal(f"responder.type is one of {', '.join(RESPONDERS)}")


def _tags(write: Write) -> None:
    _needed("tags", write.tags)
    for tag in write.tags or ():
        _short("a tag", tag, 50)
        if not tag.strip() or "," in tag:
            raise Refusal("a tag is not empty and holds no comma")


def _details(write: Write) -> None:
    _needed("details", write.details)
    write.details = dict(flattened(write.details or {}))
    for key, value in write.details.items():
        _short("the name of a detail", key, LABEL_KEY)
        _short(f"the detail {key}", value, LABEL_VALUE)
        if key in {"", "tags"}:
            raise Refusal(f"“{key}” is no name for a detail")


def _priority(write: Write) -> None:
    _needed("priority", write.priority)
    try:
        from_opsgenie(write.priority or "")
    except ValueError:
        raise Refusal(f"priority must be P1 to P5, not {str(write.priority)[:40]}") from None


def _end(write: Write) -> None:
    _needed("endTime", write.endTime)
    if write.until.year not in range(2000, 2101):
        raise Refusal(f"endTime is in the year {write.until.year}")


_CHECKS: Mapping[str, Callable[[Write], None]] = {
    "snooze": _end,
    "escalate": lambda write: _named("escalation", write.escalation),
    "assign": lambda write: _named("owner", write.owner),
    "add_team": lambda write: _named("team", write.team),
    "add_responder": _responder,
    "add_note": lambda write: _needed("note", (write.note or "").strip()),
    "add_tags": _tags,
    "remove_tags": _tags,
    "add_details": _details,
    "remove_details": lambda write: _needed("keys", write.keys),
    "update_message": lambda write: _needed("message", (write.message or "").strip()),
    "update_description": lambda write: _needed("description", write.description is not None),
    "update_priority": _priority,
}
