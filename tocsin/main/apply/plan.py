"""The difference between what is and what a company file wants, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

from tocsin.main.apply.document import SECTIONS, Declared, Document, Integration, Person, Rotation

T = TypeVar("T")

Plain = str | int | bool | None | list["Plain"] | dict[str, "Plain"]
"""What JSON and YAML can hold."""


class Verb(StrEnum):
    """What happens to an entry."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry that differs. ``kind`` is the section; before is None on add, after is None on remove."""

    kind: str
    key: str
    verb: Verb
    before: Declared | None
    after: Declared | None

    def changed_fields(self) -> dict[str, tuple[Plain, Plain]]:
        """Give the fields that differ with their plain values before and after."""
        before = fields_of(self.before) if self.before is not None else {}
        after = fields_of(self.after) if self.after is not None else {}
        names = [*after, *(name for name in before if name not in after)]
        return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}


def plan(current: Document, wanted: Document) -> list[Change]:
    """List what must change, in an order that can be carried out: created or changed first, section by section, then
    removed in the reverse order. Sections the wanted document leaves out are not touched; an equal entry is no change.
    """
    changes = [change for name in SECTIONS for change in _kept(name, current, wanted)]
    removals = [change for name in reversed(SECTIONS) for change in _gone(name, current, wanted)]
    return changes + removals


def _kept(name: str, current: Document, wanted: Document) -> Iterator[Change]:
    held = current.section(name) or {}
    for key, declared in (wanted.section(name) or {}).items():
        before = held.get(key)
        if before is None:
            yield Change(kind=name, key=key, verb=Verb.ADD, before=None, after=declared)
        elif before != (after := _settled(before, declared)):
            yield Change(kind=name, key=key, verb=Verb.CHANGE, before=before, after=after)


def _settled(before: Declared, after: Declared) -> Declared:
    """Fill in the lists that the file leaves to the people themselves."""
    if isinstance(before, Person) and isinstance(after, Person):
        return replace(after, contacts=_left_alone(before.contacts, after.contacts))
    if isinstance(before, Rotation) and isinstance(after, Rotation):
        return replace(after, overrides=_left_alone(before.overrides, after.overrides))
    if isinstance(before, Integration) and isinstance(after, Integration):
        return replace(after, options=_options(before, after))
    return after


def _options(before: Integration, after: Integration) -> Mapping[str, Any] | None:
    """Options that the file does not mention stay, unless they are of another kind; none for none is no change."""
    if after.options is None:
        return before.options if before.kind == after.kind else None
    return after.options or (before.options and {})


def _left_alone(before: tuple[T, ...] | None, after: tuple[T, ...] | None) -> tuple[T, ...] | None:
    """A list the file does not mention stays as it is; an empty one is no change where there is none."""
    return before if after is None or not (after or before) else after


def _gone(name: str, current: Document, wanted: Document) -> Iterator[Change]:
    kept = wanted.section(name)
    if kept is None:
        return
    for key, before in (current.section(name) or {}).items():
        if key not in kept:
            yield Change(kind=name, key=key, verb=Verb.REMOVE, before=before, after=None)


_FILE_NAMES = {("Override", "starts_at"): "from", ("Override", "ends_at"): "until"}
"""Fields whose name in the file is a word Python keeps for itself or that reads better there."""


def fields_of(value: object) -> dict[str, Plain]:
    """Give a declared value's fields under their names in the file, without those that hold nothing."""
    if not is_dataclass(value):
        raise TypeError(f"{value!r} is not part of a document")
    kind = type(value).__name__
    return {
        _FILE_NAMES.get((kind, field.name), field.name): plain(held)
        for field in fields(value)
        if (held := getattr(value, field.name)) is not None and not (held == () and field.default == ())
    }


def plain(value: object) -> Plain:
    """Turn a value of a document into what JSON and YAML can hold."""
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return fields_of(value)
