"""The inbox's filter as one line of text: `service:core-sw severity:high uplink`. Each word of it is a chip."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.alerts.queries import InboxFilter, RowKind, StateFilter
from tocsin.alerts.rules import AsideReason, Severity

SEVERITY_WORDS: Mapping[str, Severity] = {
    "critical": Severity.CRITICAL,
    "high": Severity.MAJOR,
    "medium": Severity.MINOR,
    "low": Severity.WARNING,
    "info": Severity.INFO,
    **{str(int(severity)): severity for severity in Severity},
}

_FIELDS: Mapping[str, Callable[[InboxFilter, str], InboxFilter | None]] = {
    "service": lambda wanted, value: replace(wanted, service=value),
    "team": lambda wanted, value: replace(wanted, team=value),
    "from": lambda wanted, value: replace(wanted, integration=value),
    "severity": lambda wanted, value: (
        replace(wanted, at_least=SEVERITY_WORDS[value]) if value in SEVERITY_WORDS else None
    ),
    "kind": lambda wanted, value: replace(wanted, kind=value) if value in set(RowKind) else None,
    "aside": lambda wanted, value: replace(wanted, aside=value) if value in set(AsideReason) else None,
}
"""What stands before the colon. A value that is none of those there are makes the word plain text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One word of the filter, and the line without it."""

    text: str
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The line as typed, what it asks for, and its words one by one."""

    text: str
    wanted: InboxFilter
    chips: tuple[Chip, ...]


def parse(text: str, *, state: StateFilter = StateFilter.OPEN, upto: datetime | None = None) -> Asked:
    """Read a line. Nothing in it is an error: what is no field is looked for in titles, rules and services."""
    words = _words(text)
    wanted, plain = InboxFilter(state=state, upto=upto), []
    for word in words:
        name, colon, value = word.partition(":")
        narrow = _FIELDS.get(name) if colon and value else None
        narrowed = narrow(wanted, value) if narrow else None
        if narrowed is None:
            plain.append(word)
        else:
            wanted = narrowed
    chips = tuple(
        Chip(text=word, without=_line(words[:place] + words[place + 1 :])) for place, word in enumerate(words)
    )
    return Asked(text=_line(words), wanted=replace(wanted, text=" ".join(plain)), chips=chips)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text.strip()[:300])
    except ValueError:  # a quote that is never closed: while somebody types, or in a title
        return text.split()[:40]


def _line(words: list[str]) -> str:
    return " ".join(f'"{word}"' if " " in word else word for word in words)
