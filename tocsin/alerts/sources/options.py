"""What people may set for one integration, as its source declares it: read here when it is saved, by every door."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tocsin.alerts.sources.source import gettext_noop
from tocsin.core.errors import InvalidInput

TEXT_MOST = 200


class Shape(StrEnum):
    """How an option is shown and kept. A SECRET is sealed when it is saved, and never shown again."""

    FLAG = "flag"
    TEXT = "text"
    SECRET = "secret"  # noqa: S105 – the name of a shape
    STRUCTURE = "structure"


class BadOption(InvalidInput):
    """An option that cannot be kept, and why, with its place. Its sentences are for people, so they are marked."""

    code = "bad_option"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option. `label` and `hint` are English and marked for translation. `settle` gives what is kept; it may raise
    BadOption."""

    name: str
    label: str
    hint: str = ""
    shape: Shape = Shape.TEXT
    settle: Callable[[Any], Any] | None = None


def settled(options: Sequence[Option], given: Mapping[str, Any]) -> dict[str, Any]:
    """The options as they are kept, without those that are empty; BadOption names the one that is wrong."""
    known = {option.name: option for option in options}
    for name in given:
        if name not in known:
            sentence = gettext_noop("There is no option “{name}”. This kind has: {known}.")
            raise BadOption(sentence, name=str(name)[:40], known=", ".join(known) or "–")
    kept = {name: _one(known[name], value) for name, value in given.items() if value is not None}
    return {name: value for name, value in sorted(kept.items()) if value not in ("", False, {})}


def _one(option: Option, value: Any) -> Any:
    if option.settle is not None:
        return option.settle(value)
    if option.shape is Shape.FLAG:
        if not isinstance(value, bool):
            raise BadOption(gettext_noop("{place}: give true or false."), place=option.name)
        return value
    if not isinstance(value, str) or len(value) > TEXT_MOST or not (value.isprintable() or not value):
        sentence = gettext_noop("{place}: give printable text of at most {most} characters.")
        raise BadOption(sentence, place=option.name, most=TEXT_MOST)
    return value.strip()
